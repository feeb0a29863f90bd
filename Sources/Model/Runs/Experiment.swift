/// Whether a thing is shown by default or put away. Source: KFP v2beta1 `StorageState`.
package enum StorageState: String, Hashable, Sendable, CaseIterable {
    case available = "AVAILABLE"
    case archived = "ARCHIVED"
}

/// A named group of runs. Source: KFP v2beta1 `Experiment`.
package struct Experiment: Hashable, Sendable {
    /// Identity, a UUID.
    package var id: ExperimentID
    /// Unique name, 1 to ``Limits/nameCharactersMax`` characters.
    package var displayName: String
    /// Free text; empty when none was given.
    package var description: String
    /// When it was created.
    package var createdAt: Instant
    /// When its newest run was created; `nil` before the first.
    package var lastRunCreatedAt: Instant?
    /// Shown or put away.
    package var storageState: StorageState
    /// Which of its finished runs are kept; empty for what the server says. Not in KFP.
    package var retention = RetentionRule()

    /// The experiment of runs that name none; made at the server's first start. Source: KFP.
    package static let defaultName = "Default"

    /// Makes an experiment.
    package init(
        id: ExperimentID,
        displayName: String,
        description: String,
        createdAt: Instant,
        lastRunCreatedAt: Instant? = nil,
        storageState: StorageState = .available
    ) {
        self.id = id
        self.displayName = displayName
        self.description = description
        self.createdAt = createdAt
        self.lastRunCreatedAt = lastRunCreatedAt
        self.storageState = storageState
    }
}
