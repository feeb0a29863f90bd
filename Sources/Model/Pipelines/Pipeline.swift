/// A named family of pipeline versions. Source: KFP v2beta1 `Pipeline`.
package struct Pipeline: Hashable, Sendable {
    /// Identity, a UUID.
    package var id: PipelineID
    /// Unique name, 1 to ``Limits/nameCharactersMax`` characters.
    package var name: String
    /// Name for people.
    package var displayName: String
    /// Free text; empty when none was given.
    package var description: String
    /// When it was created.
    package var createdAt: Instant
    /// Labels of people: at most 20, key and value at most 63 characters.
    package var tags: [String: String]

    /// Makes a pipeline.
    package init(
        id: PipelineID,
        name: String,
        displayName: String,
        description: String,
        createdAt: Instant,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.description = description
        self.createdAt = createdAt
        self.tags = tags
    }
}

/// One immutable spec of a pipeline. Source: KFP v2beta1 `PipelineVersion`.
///
/// The spec itself is a blob and is fetched on its own, see ``PipelineSpecDocument``.
package struct PipelineVersion: Hashable, Sendable {
    /// Identity, a UUID.
    package var id: PipelineVersionID
    /// The family it belongs to.
    package var pipelineID: PipelineID
    /// Unique within the pipeline, 1 to ``Limits/versionNameCharactersMax`` characters.
    package var name: String
    /// Name for people.
    package var displayName: String
    /// Free text; empty when none was given.
    package var description: String
    /// When it was created.
    package var createdAt: Instant
    /// Where the spec was fetched from; empty when it was uploaded.
    package var packageURL: String
    /// Where the source code lives; empty when none was given.
    package var codeSourceURL: String
    /// Labels of people, as for ``Pipeline/tags``.
    package var tags: [String: String]

    /// Makes a version.
    package init(
        id: PipelineVersionID,
        pipelineID: PipelineID,
        name: String,
        displayName: String,
        description: String,
        createdAt: Instant,
        packageURL: String = "",
        codeSourceURL: String = "",
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.pipelineID = pipelineID
        self.name = name
        self.displayName = displayName
        self.description = description
        self.createdAt = createdAt
        self.packageURL = packageURL
        self.codeSourceURL = codeSourceURL
        self.tags = tags
    }
}

/// A compiled pipeline as it was handed in: the pipeline spec and, where there is one, the platform spec.
///
/// Source: KFP package layout, one or two YAML documents.
package struct PipelineSpecDocument: Hashable, Sendable {
    /// The `PipelineSpec` message as JSON, unknown fields included.
    package var pipelineSpec: JSONValue
    /// The `PlatformSpec` message as JSON.
    package var platformSpec: JSONValue?

    /// Makes a document.
    package init(pipelineSpec: JSONValue, platformSpec: JSONValue? = nil) {
        self.pipelineSpec = pipelineSpec
        self.platformSpec = platformSpec
    }

    /// The shape in which KFP carries the pair in one struct: the bare spec, or
    /// `{"pipeline_spec": …, "platform_spec": …}` when there is a platform spec.
    package var combined: JSONValue {
        guard let platformSpec else { return pipelineSpec }
        return ["pipeline_spec": pipelineSpec, "platform_spec": platformSpec]
    }

    /// Reads either shape of ``combined``.
    package init(combined value: JSONValue) {
        if let spec = value["pipeline_spec"] ?? value["pipelineSpec"] {
            let platform = value["platform_spec"] ?? value["platformSpec"]
            self.init(pipelineSpec: spec, platformSpec: platform == .null ? nil : platform)
        } else {
            self.init(pipelineSpec: value)
        }
    }
}
