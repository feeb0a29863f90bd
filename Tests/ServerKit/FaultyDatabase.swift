import Model
package import Store
import Synchronization

/// A database of which single writes fail: before the commit, so that nothing is stored, or after it, so that
/// everything is stored and nobody knows.
package final class FaultyDatabase: Database {
    /// Where a write fails.
    package enum Place: String, CaseIterable, Sendable {
        case beforeCommit
        case afterCommit
    }

    private struct State {
        var countdown: Int?
        var place = Place.beforeCommit
        var writes = 0
        var failures = 0
    }

    private struct Fault: Error {}

    private let database: any Database
    private let state = Mutex(State())

    /// Wraps a database that works.
    package init(_ database: any Database) {
        self.database = database
    }

    /// How many writes there were.
    package var writes: Int { state.withLock { $0.writes } }
    /// How many of them were made to fail.
    package var failures: Int { state.withLock { $0.failures } }

    /// Lets one write fail, counted from 0 for the next one.
    package func fail(write number: Int, _ place: Place) {
        state.withLock { state in
            state.countdown = number
            state.place = place
        }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        let place: Place? = state.withLock { state in
            state.writes += 1
            guard let countdown = state.countdown else { return nil }
            state.countdown = countdown == 0 ? nil : countdown - 1
            if countdown == 0 { state.failures += 1 }
            return countdown == 0 ? state.place : nil
        }
        let lost = PlatformError(.unavailable, "the database went away", retry: .backoff)
        switch place {
        case nil: return try await database.write(body)
        case .beforeCommit:
            do {
                return try await database.write { connection in
                    _ = try body(connection)
                    throw Fault()
                }
            } catch is Fault {
                throw lost
            }
        case .afterCommit:
            _ = try await database.write(body)
            throw lost
        }
    }
}
