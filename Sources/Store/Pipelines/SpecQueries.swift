package import Model

extension SQLConnection {
    /// Keeps a spec; repeating it is harmless.
    /// - Parameter id: a digest of its content, so that equal specs are kept once.
    package func insertSpec(_ document: PipelineSpecDocument, id: String) throws {
        try insert(
            [
                [
                    "id": .text(id),
                    "pipeline_spec": .json(document.pipelineSpec),
                    "platform_spec": .json(document.platformSpec),
                ]
            ],
            into: "specs",
            onConflict: .keep(key: ["id"])
        )
    }

    /// The spec with an id.
    package func spec(_ id: String) throws -> PipelineSpecDocument? {
        try row(specs, "WHERE id = ?", [.text(id)]) { row in
            PipelineSpecDocument(
                pipelineSpec: try row.json("pipeline_spec"),
                platformSpec: try row.optionalJSON("platform_spec")
            )
        }
    }

    /// Deletes a spec unless a version, a run or a recurring run still needs it.
    func deleteSpecIfUnused(_ id: String) throws {
        try execute(
            """
            DELETE FROM specs WHERE id = ? \
            AND NOT EXISTS (SELECT 1 FROM pipeline_versions WHERE spec_id = specs.id) \
            AND NOT EXISTS (SELECT 1 FROM runs WHERE spec_id = specs.id) \
            AND NOT EXISTS (SELECT 1 FROM recurring_runs WHERE spec_id = specs.id)
            """,
            [.text(id)]
        )
    }
}

private let specs = Selection("specs", key: ["id"], ["pipeline_spec", "platform_spec"])
