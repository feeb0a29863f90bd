import Foundation
import Model
import Store
import Synchronization
import TestKit

/// Runs the parts of concurrent tasks one at a time, on the thread that calls ``run()``, in an order that a seed chooses.
///
/// So a program of many tasks does the same whenever it is given the same seed, and another seed tries another order.
final class SteppedExecutor: TaskExecutor {
    private struct State {
        var random: SeededGenerator
        var jobs: [UnownedJob] = []
        /// Continuations that another thread has handed over.
        var returned: [UnownedJob] = []
        var runner: pthread_t?
        /// How many tasks wait for another thread.
        var away = 0
    }

    private let state: Mutex<State>
    private let returns = DispatchSemaphore(value: 0)

    init(seed: UInt64) {
        state = Mutex(State(random: SeededGenerator(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isReturn = state.withLock { state in
            let isOwn = state.runner.map { pthread_equal($0, pthread_self()) != 0 } ?? true
            if isOwn { state.jobs.append(job) } else { state.returned.append(job) }
            return !isOwn
        }
        if isReturn { returns.signal() }
    }

    /// Goes on until every task waits for time to pass or for something that nobody does.
    func run() {
        state.withLock { $0.runner = pthread_self() }
        while let job = next() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            // Nobody else has a turn while a statement is under way: when it ends is the only thing a seed cannot choose.
            while let back = awaitReturn() { back.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Tells that the task at work is going to wait for another thread, until ``isBack()``.
    func isAway() { state.withLock { $0.away += 1 } }

    /// Tells that the task at work has what it waited for.
    func isBack() { state.withLock { $0.away -= 1 } }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            return state.jobs.remove(at: state.random.below(state.jobs.count))
        }
    }

    private func awaitReturn() -> UnownedJob? {
        guard state.withLock({ $0.away > 0 }) else { return nil }
        returns.wait()
        return state.withLock { $0.returned.removeFirst() }
    }
}

/// A database whose statements seem to take no time to the tasks of a ``SteppedExecutor``.
struct SteppedDatabase: Database {
    let base: any Database
    let executor: SteppedExecutor

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        executor.isAway()
        defer { executor.isBack() }
        return try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        executor.isAway()
        defer { executor.isBack() }
        return try await base.write(body)
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
