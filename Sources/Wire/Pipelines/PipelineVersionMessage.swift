package import Model

/// A version with its spec. Source: KFP v2beta1 `PipelineVersion`.
package struct PipelineVersionMessage: Hashable, Sendable {
    /// The version.
    package var version: PipelineVersion
    /// Its spec; `nil` where a list leaves it out.
    package var spec: PipelineSpecDocument?

    /// Makes a message.
    package init(version: PipelineVersion, spec: PipelineSpecDocument?) {
        self.version = version
        self.spec = spec
    }

    /// The message as JSON.
    package var json: JSONValue {
        message([
            "pipeline_id": .string(version.pipelineID.text), "pipeline_version_id": .string(version.id.text),
            "name": .string(version.name), "display_name": .string(version.displayName),
            "description": .string(version.description), "created_at": version.createdAt.wire,
            "package_url": message(["pipeline_url": .string(version.packageURL)]),
            "code_source_url": .string(version.codeSourceURL), "pipeline_spec": spec?.combined,
            "tags": version.tags.wire,
        ])
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "pipeline_version")
        let name = try reader.string("name")
        let url = try MessageReader(
            response: reader.value("package_url") ?? [:],
            at: reader.place(of: "package_url")
        )
        self.init(
            version: PipelineVersion(
                id: PipelineVersionID(try reader.requiredString("pipeline_version_id")),
                pipelineID: PipelineID(try reader.requiredString("pipeline_id")),
                name: name,
                displayName: try reader.optionalString("display_name") ?? name,
                description: try reader.string("description"),
                createdAt: try reader.requiredInstant("created_at"),
                packageURL: try url.string("pipeline_url"),
                codeSourceURL: try reader.string("code_source_url"),
                tags: try reader.texts("tags")
            ),
            spec: reader.value("pipeline_spec").map(PipelineSpecDocument.init(combined:))
        )
    }
}

/// A request to create a version.
///
/// Source: KFP v2beta1 `PipelineVersion` as the body of `CreatePipelineVersion`.
package struct PipelineVersionSubmission: Hashable, Sendable {
    /// Unique within the pipeline; taken from the display name when the request has none, empty without
    /// either.
    package var name: String
    /// Name for people; taken from the name when the request has none.
    package var displayName: String
    /// Free text; may be empty.
    package var description: String
    /// Where the spec is to be fetched from; `nil` when the request carries it.
    package var packageURL: String?
    /// The spec itself. KFP knows only the URL here; taking the spec saves a download.
    package var spec: PipelineSpecDocument?
    /// Where the source code lives; may be empty.
    package var codeSourceURL: String
    /// Labels of people.
    package var tags: [String: String]

    /// Makes a request that carries the spec.
    package init(
        name: String,
        description: String = "",
        spec: PipelineSpecDocument,
        tags: [String: String] = [:]
    ) {
        self.name = name
        self.displayName = name
        self.description = description
        self.spec = spec
        self.codeSourceURL = ""
        self.tags = tags
    }

    /// The body.
    package var json: JSONValue {
        message([
            "name": .string(name), "display_name": .string(displayName), "description": .string(description),
            "package_url": packageURL.map { ["pipeline_url": .string($0)] },
            "code_source_url": .string(codeSourceURL), "pipeline_spec": spec?.combined, "tags": tags.wire,
        ])
    }

    /// Reads the body; fields that only answers carry are accepted and ignored.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "pipeline_version", known: Self.fields)
        self.name = try reader.optionalString("name") ?? reader.string("display_name")
        self.displayName = try reader.optionalString("display_name") ?? name
        self.description = try reader.string("description")
        self.codeSourceURL = try reader.string("code_source_url")
        self.tags = try reader.texts("tags")
        self.spec =
            try reader.value("pipeline_spec") == nil
            ? nil : PipelineSpecDocument(combined: .object(reader.map("pipeline_spec")))
        self.packageURL = nil
        if let value = reader.value("package_url") {
            let url = try MessageReader(value, at: reader.place(of: "package_url"), known: ["pipeline_url"])
            self.packageURL = try url.requiredString("pipeline_url")
        }
    }

    static let fields = [
        "pipeline_id", "pipeline_version_id", "name", "display_name", "description", "created_at",
        "package_url",
        "code_source_url", "pipeline_spec", "error", "tags",
    ]
}

/// What an upload says beside the file, in its query string. Source: KFP pipeline upload server.
package struct UploadParameters: Hashable, Sendable {
    /// Unique name; empty when neither `name` nor `display_name` is given: then the file's name is meant.
    package var name: String
    /// Name for people; as `name` where it is not given.
    package var displayName: String
    /// Free text; may be empty.
    package var description: String
    /// The pipeline a version is added to; `nil` when a pipeline is created. The parameter is `pipelineid`,
    /// one word.
    package var pipelineID: PipelineID?
    /// Where the source code lives; may be empty.
    package var codeSourceURL: String
    /// Labels of people, sent as the text of a JSON object.
    package var tags: [String: String]

    /// Reads the query string.
    /// - Throws: ``PlatformError`` with `invalidArgument` when `tags` is not an object of texts.
    package init(query: QueryString) throws {
        self.name = query["name"] ?? query["display_name"] ?? ""
        self.displayName = query["display_name"] ?? name
        self.description = query["description"] ?? ""
        self.pipelineID = query["pipelineid"].map { PipelineID($0) }
        self.codeSourceURL = query["code_source_url"] ?? ""
        self.tags = [:]
        if let text = query["tags"] {
            guard let tags = try? JSONValue(json: text) else {
                throw PlatformError.invalid(
                    "tags: expected a JSON object such as {\"team\":\"a\"}, found \"\(text.prefix(80))\""
                )
            }
            self.tags = try MessageReader(response: ["tags": tags], at: "query").texts("tags")
        }
    }
}
