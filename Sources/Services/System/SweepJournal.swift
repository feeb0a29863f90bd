import Model
import Synchronization

/// Remembers the last time that the server looked for what nobody wants to keep; it is for people, and nothing
/// depends on it.
package final class SweepJournal: Sendable {
    /// What is remembered.
    struct Entry: Sendable {
        var sweep: ServerHealth.Sweep?
        var problem: String?
    }

    private let entry = Mutex(Entry())

    /// Makes an empty one.
    package init() {}

    /// What is remembered.
    var last: Entry { entry.withLock { $0 } }

    /// Remembers a turn.
    func note(_ turn: RetentionService.Turn, at now: Instant) {
        let first = turn.failures.first.map { failure in
            "What \(turn.failures.count) deleted run\(turn.failures.count == 1 ? "" : "s") left cannot be removed: "
                + failure.error.sentence
        }
        let sweep = ServerHealth.Sweep(at: now, runs: turn.runs, bytes: turn.bytes)
        entry.withLock { $0 = Entry(sweep: sweep, problem: first) }
    }

    /// Remembers that a turn failed; what the one before did stays.
    func note(_ error: any Error) {
        entry.withLock { $0.problem = "Old runs cannot be removed: \(error.sentence)" }
    }
}
