package import Model

extension Pipeline {
    /// The `Pipeline` message. Source: KFP v2beta1 `Pipeline`.
    package var json: JSONValue {
        message([
            "pipeline_id": .string(id.text), "name": .string(name), "display_name": .string(displayName),
            "description": .string(description), "created_at": createdAt.wire, "tags": tags.wire,
        ])
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "pipeline")
        let name = try reader.string("name")
        self.init(
            id: PipelineID(try reader.requiredString("pipeline_id")),
            name: name,
            displayName: try reader.optionalString("display_name") ?? name,
            description: try reader.string("description"),
            createdAt: try reader.requiredInstant("created_at"),
            tags: try reader.texts("tags")
        )
    }
}

/// A request to create a pipeline. Source: KFP v2beta1 `Pipeline` as the body of `CreatePipeline`.
package struct PipelineSubmission: Hashable, Sendable {
    /// Unique name; taken from the display name when the request has none.
    package var name: String
    /// Name for people; taken from the name when the request has none.
    package var displayName: String
    /// Free text; may be empty.
    package var description: String
    /// Labels of people.
    package var tags: [String: String]

    /// Makes a request.
    package init(name: String, description: String = "", tags: [String: String] = [:]) {
        self.name = name
        self.displayName = name
        self.description = description
        self.tags = tags
    }

    /// The body.
    package var json: JSONValue {
        message([
            "name": .string(name), "display_name": .string(displayName), "description": .string(description),
            "tags": tags.wire,
        ])
    }

    /// Reads the body; fields that only answers carry are accepted and ignored.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "pipeline", known: Self.fields)
        guard let name = try reader.optionalString("name") ?? reader.optionalString("display_name") else {
            throw PlatformError.invalid("pipeline: neither name nor display_name is set; set one of them")
        }
        self.name = name
        self.displayName = try reader.optionalString("display_name") ?? name
        self.description = try reader.string("description")
        self.tags = try reader.texts("tags")
    }

    static let fields = [
        "pipeline_id", "name", "display_name", "description", "created_at", "namespace", "error", "tags",
    ]
}

/// A change to what can be changed of a pipeline or a version. Source: KFP v2beta1 `UpdatePipeline`.
package struct PipelineUpdate: Hashable, Sendable {
    /// The new name for people; `nil` leaves it.
    package var displayName: String?
    /// The new labels; `nil` leaves them, an empty map takes all away.
    package var tags: [String: String]?

    /// Reads the body of a change to a pipeline.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(pipeline json: JSONValue) throws {
        try self.init(MessageReader(json, at: "pipeline", known: PipelineSubmission.fields))
    }

    /// Reads the body of a change to a version.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(version json: JSONValue) throws {
        try self.init(MessageReader(json, at: "pipeline_version", known: PipelineVersionSubmission.fields))
    }

    private init(_ reader: MessageReader) throws {
        self.displayName = try reader.optionalString("display_name")
        self.tags = reader.value("tags") == nil ? nil : try reader.texts("tags")
    }
}

/// A request to create a pipeline with its first version.
///
/// Source: KFP v2beta1 `CreatePipelineAndVersionRequest`.
package struct PipelineAndVersionSubmission: Hashable, Sendable {
    /// The pipeline.
    package var pipeline: PipelineSubmission
    /// Its first version; bears the pipeline's name unless it has its own.
    package var version: PipelineVersionSubmission

    /// Makes a request.
    package init(pipeline: PipelineSubmission, version: PipelineVersionSubmission) {
        self.pipeline = pipeline
        self.version = version
    }

    /// The body.
    package var json: JSONValue { ["pipeline": pipeline.json, "pipeline_version": version.json] }

    /// Reads the body.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "request", known: ["pipeline", "pipeline_version"])
        guard let pipeline = reader.value("pipeline"), let version = reader.value("pipeline_version") else {
            throw PlatformError.invalid(
                "request: expected pipeline and pipeline_version, at least one is missing"
            )
        }
        self.pipeline = try PipelineSubmission(json: pipeline)
        self.version = try PipelineVersionSubmission(json: version)
    }
}
