package import Model

extension SQLConnection {
    /// Registers artifacts; one that is there already stays as it is, so repeating is harmless.
    package func insertArtifacts(_ artifacts: [Artifact]) throws {
        let rows: [Columns] = artifacts.map { artifact in
            [
                "id": .text(artifact.id.text),
                "name": .text(artifact.name),
                "schema_title": .text(artifact.schemaTitle),
                "schema_version": .text(artifact.schemaVersion),
                "uri": .text(artifact.uri),
                "metadata": .json(artifact.metadata),
                "created_at": .time(artifact.createdAt),
                "digest": .optional(artifact.digest),
                "metadata_only": .integer(artifact.isMetadataOnly ? 1 : 0),
            ]
        }
        try insert(rows, into: "artifacts", onConflict: .keep(key: ["id"]))
    }

    /// Notes which tasks read and wrote which artifacts; repeating is harmless.
    /// - Throws: ``PlatformError``; `failedPrecondition` when an artifact or run is not there (yet).
    package func insertEdges(_ edges: [ArtifactEdge]) throws {
        let rows: [Columns] = edges.map { edge in
            [
                "artifact_id": .text(edge.artifactID.text),
                "run_id": .text(edge.runID.text),
                "path": .text(edge.path.text),
                "direction": .text(edge.direction.rawValue),
                "key": .text(edge.key),
                "position": .integer(Int64(edge.position)),
            ]
        }
        try insert(
            rows,
            into: "artifact_edges",
            onConflict: .keep(key: ["run_id", "path", "direction", "key", "position"])
        )
    }

    /// Forgets what some tasks of a run read and wrote.
    /// - Returns: the artifacts, some of which may be nobody's now.
    package func deleteEdges(of run: RunID, _ paths: [TaskPath]) throws -> Set<ArtifactID> {
        var touched: Set<ArtifactID> = []
        for path in paths {
            let condition = "WHERE run_id = ? AND path = ?"
            let arguments: [SQLValue] = [.text(run.text), .text(path.text)]
            touched.formUnion(
                try rows(Selection("artifact_edges", key: ["artifact_id"], []), condition, arguments) {
                    ArtifactID(try $0.text("artifact_id"))
                }
            )
            try execute("DELETE FROM artifact_edges \(condition)", arguments)
        }
        return touched
    }

    /// The artifact with an id.
    package func artifact(_ id: ArtifactID) throws -> Artifact? {
        try row(artifactSelection, "WHERE id = ?", [.text(id.text)], as: decodeArtifact)
    }

    /// One page of artifacts.
    /// - Parameter run: only what a task of this run read or wrote.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listArtifacts(_ query: ListQuery, of run: RunID?) throws -> Page<Artifact> {
        try page(
            query,
            of: .artifacts,
            artifactSelection,
            scope: run.map {
                SQLFragment(
                    "id IN (SELECT artifact_id FROM artifact_edges WHERE run_id = ?)",
                    [.text($0.text)]
                )
            },
            as: decodeArtifact
        )
    }

    /// The artifacts with some ids, in any order.
    func artifacts(withIDs ids: some Collection<ArtifactID>) throws -> [Artifact] {
        try rows(
            artifactSelection,
            "WHERE id IN (\(placeholders(ids.count)))",
            ids.map { .text($0.text) },
            as: decodeArtifact
        )
    }

    /// The newest artifact of this place, type and metadata that a run of a pipeline has among its outputs.
    ///
    /// Source: KFP importers without `reimport`, which register such an artifact only once.
    package func artifact(
        uri: String,
        schemaTitle: String,
        metadata: [String: JSONValue],
        ofPipeline pipelineName: String
    ) throws -> Artifact? {
        // Equal metadata has equal text, because whoever writes JSON sorts it.
        try row(
            artifactSelection,
            """
            WHERE uri = ? AND schema_title = ? AND metadata = ? AND EXISTS (\
            SELECT 1 FROM artifact_edges JOIN runs ON runs.id = artifact_edges.run_id \
            WHERE artifact_edges.artifact_id = artifacts.id AND artifact_edges.direction = ? \
            AND runs.pipeline_name = ?) ORDER BY created_at DESC, id DESC
            """,
            [
                .text(uri), .text(schemaTitle), .json(metadata),
                .text(ArtifactEdge.Direction.output.rawValue),
                .text(pipelineName),
            ],
            as: decodeArtifact
        )
    }

    /// Every artifact that a task of a run read or wrote, by time of creation, then id.
    package func artifacts(of run: RunID) throws -> [Artifact] {
        try rows(
            artifactSelection,
            """
            WHERE id IN (SELECT artifact_id FROM artifact_edges WHERE run_id = ?) ORDER BY created_at, id
            """,
            [.text(run.text)],
            as: decodeArtifact
        )
    }

    /// What the tasks of a run read and wrote, by path, direction, key and position.
    package func edges(of run: RunID) throws -> [ArtifactEdge] {
        try rows(
            edgeSelection,
            "WHERE run_id = ? ORDER BY path, direction, key, position",
            [.text(run.text)],
            as: decodeEdge
        )
    }

    /// Which tasks of any run read and wrote an artifact, by run, path, direction, key and position.
    package func edges(ofArtifact id: ArtifactID) throws -> [ArtifactEdge] {
        try rows(
            edgeSelection,
            "WHERE artifact_id = ? ORDER BY run_id, path, direction, key, position",
            [.text(id.text)],
            as: decodeEdge
        )
    }

    /// The artifacts that a run has an edge to.
    func artifactIDs(touchedBy run: RunID) throws -> [ArtifactID] {
        try rows(
            Selection("artifact_edges", key: ["artifact_id"], []),
            "WHERE run_id = ? GROUP BY artifact_id",
            [.text(run.text)]
        ) { ArtifactID(try $0.text("artifact_id")) }
    }

    /// Deletes those of some artifacts that no task of any run read or wrote.
    package func deleteArtifactsWithoutEdges(_ ids: some Sequence<ArtifactID>) throws {
        for id in ids {
            try execute(
                """
                DELETE FROM artifacts WHERE id = ? \
                AND NOT EXISTS (SELECT 1 FROM artifact_edges WHERE artifact_id = artifacts.id)
                """,
                [.text(id.text)]
            )
        }
    }
}

private let artifactSelection = Selection(
    "artifacts",
    key: ["id"],
    [
        "name", "schema_title", "schema_version", "uri", "metadata", "created_at", "digest", "metadata_only",
    ]
)

private func decodeArtifact(_ row: Row) throws -> Artifact {
    Artifact(
        id: ArtifactID(try row.text("id")),
        name: try row.text("name"),
        schemaTitle: try row.text("schema_title"),
        schemaVersion: try row.text("schema_version"),
        uri: try row.text("uri"),
        metadata: try row.object("metadata"),
        createdAt: try row.time("created_at"),
        digest: try row.optionalText("digest"),
        isMetadataOnly: try row.integer("metadata_only") != 0
    )
}

private let edgeSelection = Selection(
    "artifact_edges",
    key: ["run_id", "path", "direction", "key", "position"],
    ["artifact_id"]
)

/// Reads an edge, also from what has more columns.
func decodeEdge(_ row: Row) throws -> ArtifactEdge {
    ArtifactEdge(
        artifactID: ArtifactID(try row.text("artifact_id")),
        runID: RunID(try row.text("run_id")),
        path: TaskPath(try row.text("path")),
        direction: try row.choice("direction"),
        key: try row.text("key"),
        position: try row.integer("position")
    )
}
