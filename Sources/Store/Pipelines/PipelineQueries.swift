package import Model

extension SQLConnection {
    /// Inserts a pipeline.
    /// - Throws: ``PlatformError``; `alreadyExists` when its name or id is taken.
    package func insertPipeline(_ pipeline: Pipeline) throws {
        try insert(
            [
                "id": .text(pipeline.id.text),
                "name": .text(pipeline.name),
                "display_name": .text(pipeline.displayName),
                "description": .text(pipeline.description),
                "created_at": .time(pipeline.createdAt),
                "tags": .tags(pipeline.tags),
            ],
            into: "pipelines"
        )
    }

    /// The pipeline with an id.
    package func pipeline(_ id: PipelineID) throws -> Pipeline? {
        try row(pipelines, "WHERE id = ?", [.text(id.text)], as: decode)
    }

    /// The pipeline with a ``Pipeline/name``.
    package func pipeline(named name: String) throws -> Pipeline? {
        try row(pipelines, "WHERE name = ?", [.text(name)], as: decode)
    }

    /// One page of all pipelines.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listPipelines(_ query: ListQuery) throws -> Page<Pipeline> {
        try page(query, of: .pipelines, pipelines, as: decode)
    }

    /// Writes a pipeline's names, description and tags.
    /// - Throws: ``PlatformError``; `notFound`, or `alreadyExists` when the name is taken.
    package func updatePipeline(_ pipeline: Pipeline) throws {
        let isThere = try update(
            "pipelines",
            id: pipeline.id.text,
            set: [
                "name": .text(pipeline.name),
                "display_name": .text(pipeline.displayName),
                "description": .text(pipeline.description),
                "tags": .tags(pipeline.tags),
            ]
        )
        guard isThere else { throw PlatformError.notFound("Pipeline", pipeline.id.text) }
    }

    /// Deletes a pipeline that has no versions left.
    /// - Returns: whether there was one.
    /// - Throws: ``PlatformError``; `failedPrecondition` while it has versions.
    package func deletePipeline(_ id: PipelineID) throws -> Bool {
        try delete(from: "pipelines", id: id.text)
    }
}

private let pipelines = Selection(
    "pipelines",
    key: ["id"],
    ["name", "display_name", "description", "created_at", "tags"]
)

private func decode(_ row: Row) throws -> Pipeline {
    Pipeline(
        id: PipelineID(try row.text("id")),
        name: try row.text("name"),
        displayName: try row.text("display_name"),
        description: try row.text("description"),
        createdAt: try row.time("created_at"),
        tags: try row.tags("tags")
    )
}
