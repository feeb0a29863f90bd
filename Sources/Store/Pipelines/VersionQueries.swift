package import Model

extension SQLConnection {
    /// Inserts a version of a pipeline that is there.
    /// - Parameter specID: names its spec, see ``insertSpec(_:id:)``.
    /// - Throws: ``PlatformError``; `alreadyExists` when its id, or its name within the pipeline, is taken.
    package func insertVersion(_ version: PipelineVersion, specID: String) throws {
        try insert(
            [
                "id": .text(version.id.text),
                "pipeline_id": .text(version.pipelineID.text),
                "name": .text(version.name),
                "display_name": .text(version.displayName),
                "description": .text(version.description),
                "created_at": .time(version.createdAt),
                "package_url": .text(version.packageURL),
                "code_source_url": .text(version.codeSourceURL),
                "tags": .tags(version.tags),
                "spec_id": .text(specID),
            ],
            into: "pipeline_versions"
        )
    }

    /// The version with an id.
    package func version(_ id: PipelineVersionID) throws -> PipelineVersion? {
        try row(versions, "WHERE id = ?", [.text(id.text)], as: decode)
    }

    /// The version of a pipeline that was created last.
    package func newestVersion(of pipeline: PipelineID) throws -> PipelineVersion? {
        try row(
            versions,
            "WHERE pipeline_id = ? ORDER BY created_at DESC, id DESC",
            [.text(pipeline.text)],
            as: decode
        )
    }

    /// One page of a pipeline's versions.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listVersions(of pipeline: PipelineID, _ query: ListQuery) throws -> Page<PipelineVersion> {
        try page(
            query,
            of: .versions,
            versions,
            scope: SQLFragment("pipeline_id = ?", [.text(pipeline.text)]),
            as: decode
        )
    }

    /// The name of a version's spec.
    package func specID(of version: PipelineVersionID) throws -> String? {
        try text("spec_id", of: "pipeline_versions", id: version.text)
    }

    /// Writes a version's names, description, source address and tags; its spec never changes.
    /// - Throws: ``PlatformError``; `notFound`, or `alreadyExists` when the name is taken.
    package func updateVersion(_ version: PipelineVersion) throws {
        let isThere = try update(
            "pipeline_versions",
            id: version.id.text,
            set: [
                "name": .text(version.name),
                "display_name": .text(version.displayName),
                "description": .text(version.description),
                "code_source_url": .text(version.codeSourceURL),
                "tags": .tags(version.tags),
            ]
        )
        guard isThere else { throw PlatformError.notFound("Pipeline version", version.id.text) }
    }

    /// Deletes a version, and its spec when nothing else uses that.
    /// - Returns: whether there was one.
    package func deleteVersion(_ id: PipelineVersionID) throws -> Bool {
        guard let spec = try specID(of: id) else { return false }
        let wasThere = try delete(from: "pipeline_versions", id: id.text)
        try deleteSpecIfUnused(spec)
        return wasThere
    }

    /// How many versions a pipeline has.
    package func versionCount(of pipeline: PipelineID) throws -> Int {
        let rows = try query(
            "SELECT COUNT(*) FROM pipeline_versions WHERE pipeline_id = ?",
            [.text(pipeline.text)]
        )
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }
}

private let versions = Selection(
    "pipeline_versions",
    key: ["id"],
    [
        "pipeline_id", "name", "display_name", "description", "created_at", "package_url", "code_source_url",
        "tags",
    ]
)

private func decode(_ row: Row) throws -> PipelineVersion {
    PipelineVersion(
        id: PipelineVersionID(try row.text("id")),
        pipelineID: PipelineID(try row.text("pipeline_id")),
        name: try row.text("name"),
        displayName: try row.text("display_name"),
        description: try row.text("description"),
        createdAt: try row.time("created_at"),
        packageURL: try row.text("package_url"),
        codeSourceURL: try row.text("code_source_url"),
        tags: try row.tags("tags")
    )
}
