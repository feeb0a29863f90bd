package import Model

extension PipelineVersionMessage {
    /// The message of KFP's first API generation. Source: KFP v1beta1 `PipelineVersion`.
    package var jsonV1: JSONValue {
        message([
            "id": .string(version.id.text), "name": .string(version.name),
            "description": .string(version.description), "created_at": version.createdAt.wire,
            "parameters": .array(parametersV1), "code_source_url": .string(version.codeSourceURL),
            "package_url": message(["pipeline_url": .string(version.packageURL)]),
            "resource_references": [
                ResourceReferences.json(.pipeline, version.pipelineID.text, isOwner: true)
            ],
        ])
    }

    /// The pipeline's inputs as name and text. Source: KFP v1beta1 `Parameter`.
    fileprivate var parametersV1: [JSONValue] {
        let inputs = spec?.pipelineSpec["root"]?["inputDefinitions"]?["parameters"]?.object ?? [:]
        return inputs.sorted { $0.key < $1.key }.map { name, input in
            let preset = input["defaultValue"].map { $0.string ?? $0.jsonText }
            return message(["name": .string(name), "value": preset.map { .string($0) }])
        }
    }

    /// The spec as text: JSON, which is YAML, too. Source: KFP v1beta1 `GetTemplateResponse`.
    package var templateV1: JSONValue {
        let documents = [spec?.pipelineSpec, spec?.platformSpec].compactMap { $0?.jsonText }
        return message(["template": .string(documents.joined(separator: "\n---\n"))])
    }
}

extension Pipeline {
    /// The message of KFP's first API generation.
    ///
    /// Source: KFP v1beta1 `Pipeline`.
    /// - Parameter newest: the newest version, which is what the first generation calls the default one.
    package func jsonV1(newest: PipelineVersionMessage?) -> JSONValue {
        message([
            "id": .string(id.text), "name": .string(name), "description": .string(description),
            "created_at": createdAt.wire, "parameters": .array(newest?.parametersV1 ?? []),
            "url": message(["pipeline_url": .string(newest?.version.packageURL ?? "")]),
            "default_version": newest?.jsonV1,
        ])
    }
}

/// A request to create a pipeline or a version from a file at an address, in KFP's first API generation.
///
/// Source: KFP v1beta1 `Pipeline` and `PipelineVersion` as bodies.
package struct PackageSubmissionV1: Hashable, Sendable {
    /// Unique name.
    package var name: String
    /// Free text; may be empty.
    package var description: String
    /// Where the file is.
    package var packageURL: String
    /// Where the source code lives; may be empty.
    package var codeSourceURL: String
    /// The pipeline a version is added to; `nil` when a pipeline is created.
    package var pipelineID: PipelineID?

    /// Reads the body that creates a pipeline.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(pipeline json: JSONValue) throws {
        let reader = try MessageReader(
            json,
            at: "pipeline",
            known: [
                "id", "created_at", "name", "description", "parameters", "url", "error", "default_version",
                "resource_references",
            ]
        )
        try self.init(reader, url: "url")
    }

    /// Reads the body that creates a version.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(version json: JSONValue) throws {
        let reader = try MessageReader(
            json,
            at: "version",
            known: [
                "id", "name", "created_at", "parameters", "code_source_url", "package_url",
                "resource_references", "description",
            ]
        )
        try self.init(reader, url: "package_url")
        guard let pipeline = try ResourceReferences.read(reader)[.pipeline] else {
            throw PlatformError.invalid("version.resource_references: name the PIPELINE it belongs to")
        }
        pipelineID = PipelineID(pipeline)
    }

    private init(_ reader: MessageReader, url field: String) throws {
        name = try reader.requiredString("name")
        description = try reader.string("description")
        codeSourceURL = try reader.string("code_source_url")
        let url = try MessageReader(
            reader.value(field) ?? [:],
            at: reader.place(of: field),
            known: ["pipeline_url"]
        )
        packageURL = try url.requiredString("pipeline_url")
        pipelineID = nil
    }
}
