package import Model
package import Pods
package import Services
package import Store
import StoreDrivers

/// All use cases over a real database in memory and scripted pods; no loop runs.
package struct TestServer: Sendable {
    /// The database.
    package let database: any Database
    /// The time.
    package let clock: TickingClock
    /// The machine.
    package let world: PodWorld
    /// The artifacts.
    package let artifacts = ScriptedArtifacts()
    /// The use cases.
    package let useCases: UseCases

    /// Makes an empty server.
    /// - Parameters:
    ///   - hints: what the use cases tell; nothing by default.
    ///   - fetchPackage: what lies at an address; nothing by default.
    ///   - database: where everything is kept; an empty database in memory by default.
    ///   - facts: what the program knows of itself and its machine, which has room by default.
    ///   - wrapping: puts something between the use cases and the database.
    ///   - script: what pods do; they run until the test ends them by default.
    ///   - hasDefault: whether the experiment named `Default` is there, as in every running server.
    package init(
        hints: ServiceContext.Hints? = nil,
        hasDefault: Bool = true,
        fetchPackage: @escaping @Sendable (String) async throws -> (name: String, bytes: [UInt8]) = { url in
            throw PlatformError(.failedPrecondition, "\(url): nothing is fetched in this test.")
        },
        database: (any Database)? = nil,
        facts: ServerFacts? = nil,
        wrapping: (any Database) -> any Database = { $0 },
        script: @escaping @Sendable (PodSpec) -> ScriptedProgram = { _ in .runs() }
    ) async throws {
        let clock = TickingClock()
        let memory: any Database =
            if let database { database } else { try await SQLiteDatabase.inMemory() }
        let database = wrapping(memory)
        let world = PodWorld(clock: clock, script: script)
        self.clock = clock
        self.database = database
        self.world = world
        useCases = UseCases(
            ServiceContext(
                database: database,
                pods: ScriptedPods(world),
                artifacts: artifacts,
                now: { clock.now() },
                newID: { clock.newID() },
                hints: hints
                    ?? ServiceContext.Hints(
                        runCreated: {},
                        terminationRequested: { _ in },
                        runDeleted: { _ in }
                    ),
                fetchPackage: fetchPackage,
                facts: facts ?? .scripted
            )
        )
        if hasDefault { try await useCases.experiments.ensureDefault() }
    }

    /// How many rows there are.
    package func rowCounts() async throws -> RowCounts {
        try await database.read { try RowCounts($0) }
    }

    /// What contradicts itself in the database.
    package func contradictions() async throws -> [String] {
        try await database.read { try ServerKit.contradictions(in: $0) }
    }

    /// Stores what an orchestrator would have stored of a run.
    package func enter(_ state: RuntimeState, _ id: RunID, _ reason: Reason? = nil) async throws {
        let now = clock.now()
        try await database.write { connection in
            guard var run = try connection.run(id) else { throw PlatformError.notFound("Run", id.text) }
            run.enter(state, at: now, reason: reason)
            try connection.updateRunProgress(run)
        }
    }
}

extension ServerFacts {
    /// A machine with much room.
    package static let scripted = Self(
        startedAt: Instant(milliseconds: 0),
        drivers: ["SQLite", "scripted pods"],
        room: { DiskRoom(free: 50_000_000_000, total: 100_000_000_000) },
        databaseBytes: { 4096 }
    )
}
