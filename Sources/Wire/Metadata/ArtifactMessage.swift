package import Model

extension Artifact {
    /// The `Artifact` message. Source: KFP 3.0 `Artifact`.
    ///
    /// `schema_title` and `schema_version` are ours: `type` is a closed enum and knows few titles. So are `digest` and
    /// `metadata_only`.
    package var json: JSONValue {
        message([
            "artifact_id": .string(id.text), "name": .string(name), "type": .string(wireType),
            "uri": .string(uri),
            "metadata": .object(metadata), "created_at": createdAt.wire,
            "schema_title": .string(schemaTitle), "schema_version": .string(schemaVersion),
            "digest": digest.map { .string($0) }, "metadata_only": .bool(isMetadataOnly),
        ])
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "artifact")
        let type = try reader.optionalString("type") ?? "Artifact"
        self.init(
            id: ArtifactID(try reader.requiredString("artifact_id")),
            name: try reader.string("name"),
            schemaTitle: try reader.optionalString("schema_title") ?? "system." + type,
            schemaVersion: try reader.optionalString("schema_version") ?? "0.0.1",
            uri: try reader.string("uri"),
            metadata: try reader.map("metadata"),
            createdAt: try reader.instant("created_at") ?? .epoch,
            digest: try reader.optionalString("digest"),
            isMetadataOnly: try reader.bool("metadata_only")
        )
    }

    /// Source: KFP 3.0 `Artifact.ArtifactType`; a title it does not know is a plain artifact.
    private var wireType: String {
        switch schemaTitle {
        case "system.Model": "Model"
        case "system.Dataset": "Dataset"
        case "system.HTML": "HTML"
        case "system.Markdown": "Markdown"
        case "system.Metrics": "Metric"
        case "system.ClassificationMetrics": "ClassificationMetric"
        case "system.SlicedClassificationMetrics": "SlicedClassificationMetric"
        default: "Artifact"
        }
    }
}
