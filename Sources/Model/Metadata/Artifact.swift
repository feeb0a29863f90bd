/// A piece of data with a place and a type. Source: KFP v2 `RuntimeArtifact`, 3.0 `Artifact`.
package struct Artifact: Hashable, Sendable {
    /// Identity, a UUID; given to programs as the artifact's `name`.
    package var id: ArtifactID
    /// The output's name, or what the program called it.
    package var name: String
    /// Schema title: `system.Dataset`, `system.Model`, ….
    package var schemaTitle: String
    /// Schema version, `0.0.1` where the SDK says nothing else.
    package var schemaVersion: String
    /// Where the bytes are. Local artifacts have a plain absolute path, because the SDK computes
    /// the path from the URI and knows no `file:` scheme.
    package var uri: String
    /// Whatever the program and the pipeline said of it; kept unchanged.
    package var metadata: [String: JSONValue]
    /// When it was registered.
    package var createdAt: Instant
    /// `sha256:` and the lower-case digest of the bytes; `nil` when it is not known.
    package var digest: String?
    /// Whether nothing was at the URI when the task ended, as with `system.Metrics`: metadata is all there is.
    package var isMetadataOnly: Bool

    /// Makes an artifact.
    package init(
        id: ArtifactID,
        name: String,
        schemaTitle: String,
        schemaVersion: String,
        uri: String,
        metadata: [String: JSONValue] = [:],
        createdAt: Instant,
        digest: String? = nil,
        isMetadataOnly: Bool = false
    ) {
        self.id = id
        self.name = name
        self.schemaTitle = schemaTitle
        self.schemaVersion = schemaVersion
        self.uri = uri
        self.metadata = metadata
        self.createdAt = createdAt
        self.digest = digest
        self.isMetadataOnly = isMetadataOnly
    }
}

/// One edge of the lineage graph: a task read or wrote an artifact. Source: KFP 3.0 `ArtifactTask`.
package struct ArtifactEdge: Hashable, Sendable {
    /// Which way the data went.
    package enum Direction: String, Hashable, Sendable {
        case input = "INPUT"
        case output = "OUTPUT"
    }

    /// The artifact.
    package var artifactID: ArtifactID
    /// The run of the task.
    package var runID: RunID
    /// The task.
    package var path: TaskPath
    /// Read or written.
    package var direction: Direction
    /// The input's or output's name.
    package var key: String
    /// Place within a list of artifacts, from 0.
    package var position: Int

    /// Makes an edge.
    package init(
        artifactID: ArtifactID,
        runID: RunID,
        path: TaskPath,
        direction: Direction,
        key: String,
        position: Int
    ) {
        self.artifactID = artifactID
        self.runID = runID
        self.path = path
        self.direction = direction
        self.key = key
        self.position = position
    }
}
