package import Model

/// How the server is, for whoever looks after it.
package struct ServerHealth: Hashable, Sendable {
    /// The last time that the server looked for what nobody wants to keep.
    package struct Sweep: Hashable, Sendable {
        /// When it was over.
        package let at: Instant
        /// How many runs were deleted.
        package let runs: Int
        /// Bytes of artifacts that were removed.
        package let bytes: Int
    }

    /// When it started.
    package let startedAt: Instant
    /// What stands behind its ports, as `SQLite`.
    package let drivers: [String]
    /// Runs that are stored.
    package let runs: Int
    /// Bytes of the database.
    package let databaseBytes: Int
    /// The disk of its data; `nil` when it cannot be looked at.
    package let disk: DiskRoom?
    /// How busy the machine is.
    package let pods: PodLoad
    /// `nil` before the first one.
    package let sweep: Sweep?
    /// What a person should know, as sentences.
    package let problems: [String]
}

/// What the program knows of the machine and of itself, and use cases do not.
package struct ServerFacts: Sendable {
    /// When it started.
    package let startedAt: Instant
    /// What stands behind its ports, as `SQLite`.
    package let drivers: [String]
    /// The disk of its data.
    package let room: @Sendable () throws -> DiskRoom
    /// Bytes of the database.
    package let databaseBytes: @Sendable () -> Int

    /// Makes facts.
    package init(
        startedAt: Instant,
        drivers: [String],
        room: @escaping @Sendable () throws -> DiskRoom,
        databaseBytes: @escaping @Sendable () -> Int
    ) {
        self.startedAt = startedAt
        self.drivers = drivers
        self.room = room
        self.databaseBytes = databaseBytes
    }
}
