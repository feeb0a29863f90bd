import Model
import Synchronization
import TestKit

/// Runs the parts of concurrent tasks one at a time, on the thread that calls ``run()``, in an order that a seed chooses.
///
/// So a program of many tasks does the same whenever it is given the same seed, and another seed tries another order.
/// Nothing that a task does may wait for another thread.
final class SteppedExecutor: TaskExecutor {
    private struct State {
        var random: SeededGenerator
        var jobs: [UnownedJob] = []
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(random: SeededGenerator(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Goes on until every task waits for time to pass or for something that nobody does.
    func run() {
        let executor = asUnownedTaskExecutor()
        while let job = next() { job.runSynchronously(on: executor) }
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            return state.jobs.remove(at: state.random.below(state.jobs.count))
        }
    }
}

/// Tasks that wait for time to pass, in a world where it passes only by hand.
final class Sleepers: Sendable {
    private struct Sleeper {
        let wakesAt: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var count = 0
        var sleepers: [Int: Sleeper] = [:]
    }

    private let state = Mutex(State())

    /// When the first of them wakes.
    var next: Instant? { state.withLock { $0.sleepers.values.map(\.wakesAt).min() } }

    func sleep(until wakesAt: Instant) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.withLock {
                    $0.sleepers[number] = Sleeper(wakesAt: wakesAt, continuation: continuation)
                }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Wakes those whose time has come.
    func wake(at now: Instant) {
        let due: [(key: Int, value: Sleeper)] = state.withLock { state in
            let due = state.sleepers.filter { $0.value.wakesAt <= now }.sorted { $0.key < $1.key }
            for (number, _) in due { state.sleepers[number] = nil }
            return due
        }
        for (_, sleeper) in due { sleeper.continuation.resume() }
    }
}
