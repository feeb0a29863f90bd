import Store
import Synchronization

/// Lets writers that arrive while a commit is under way share the next one.
///
/// A commit waits for the disk, a statement does not: with `n` writers at once this makes about `n` times as
/// many transactions a second. Each writer's body runs within a savepoint, so that one which throws takes
/// back its own changes and nobody else's. Nobody hears of success before the shared commit succeeded.
final class GroupCommit: Sendable {
    /// Tells a writer's caller that its changes are durable.
    typealias Delivery = @Sendable () -> Void

    /// One write and its caller.
    struct Entry: Sendable {
        /// Makes the changes; what it returns is called after the commit.
        let run: @Sendable (SQLiteConnection) throws -> Delivery
        /// Tells the caller that nothing was changed.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        var isDraining = false
    }

    private let state = Mutex(State())
    private let commits = Atomic(0)

    /// How many commits were made.
    var commitCount: Int { commits.load(ordering: .relaxed) }

    /// How many writes have not begun.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Adds a write to those that wait.
    /// - Returns: whether the caller has to see to it that ``drain(_:)`` is called on the writing connection.
    func enqueue(_ entry: Entry) -> Bool {
        state.withLock { state in
            state.waiting.append(entry)
            defer { state.isDraining = true }
            return !state.isDraining
        }
    }

    /// Commits all that wait, and all that arrive meanwhile, until nothing waits any more.
    func drain(_ connection: SQLiteConnection) {
        while let entries = next() {
            for (entry, outcome) in zip(entries, outcomes(of: entries, connection)) {
                switch outcome {
                case .success(let deliver): deliver()
                case .failure(let error): entry.fail(error)
                }
            }
        }
    }

    private func next() -> [Entry]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Runs all entries in one transaction; when that fails as a whole, it fails for everybody.
    private func outcomes(
        of entries: [Entry],
        _ connection: SQLiteConnection
    ) -> [Result<Delivery, any Error>] {
        do {
            try connection.execute("BEGIN IMMEDIATE", [])
            let outcomes = try entries.map { try isolated($0, connection) }
            try connection.execute("COMMIT", [])
            commits.add(1, ordering: .relaxed)
            return outcomes
        } catch {
            let failure = rolledBack(connection, after: error)
            return entries.map { _ in .failure(failure) }
        }
    }

    /// Runs one entry within a savepoint.
    /// - Throws: when the transaction as a whole is lost, as SQLite does for a full disk.
    private func isolated(
        _ entry: Entry,
        _ connection: SQLiteConnection
    ) throws -> Result<Delivery, any Error> {
        try connection.execute("SAVEPOINT entry", [])
        do {
            let delivery = try entry.run(connection)
            try connection.execute("RELEASE entry", [])
            return .success(delivery)
        } catch {
            guard connection.isInsideTransaction else { throw error }
            try connection.execute("ROLLBACK TO entry", [])
            try connection.execute("RELEASE entry", [])
            return .failure(error)
        }
    }

    /// Ends a failed transaction.
    /// - Returns: what to tell the callers: the first error, or that even this failed.
    private func rolledBack(_ connection: SQLiteConnection, after first: any Error) -> any Error {
        guard connection.isInsideTransaction else { return first }
        do {
            try connection.execute("ROLLBACK", [])
            return first
        } catch {
            return error
        }
    }
}
