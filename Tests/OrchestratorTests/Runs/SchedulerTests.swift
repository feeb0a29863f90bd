import Logging
import MetricsTestKit
import Model
import Orchestrator
import ServerKit
import Services
import Synchronization
import Testing

@Suite("The scheduler's loop")
struct SchedulerTests {
    /// Lets a scheduler run while `body` does, and stops it then.
    private func scheduling(
        _ wakeUp: Scheduler.WakeUp = Scheduler.WakeUp(),
        poll: Duration,
        metrics: TestMetrics = TestMetrics(),
        now: @escaping @Sendable () -> Instant = { Instant(milliseconds: 0) },
        startDue: @escaping @Sendable (Instant) async throws -> Scheduler.Turn,
        while body: () async throws -> Void
    ) async throws {
        let scheduler = Scheduler(
            wakeUp: wakeUp,
            poll: poll,
            now: now,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics,
            startDue: startDue
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scheduler.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("Woken, it looks at once; not woken, it looks when the next firing is due")
    func looks() async throws {
        let turns = Mutex(0)
        let wakeUp = Scheduler.WakeUp()
        // A poll that never comes within the test, and one firing 20 ms ahead.
        try await scheduling(wakeUp, poll: .seconds(3_600)) { now in
            let count = turns.withLock { turns in
                turns += 1
                return turns
            }
            return Scheduler.Turn(started: 0, next: count == 1 ? now + .milliseconds(20) : nil)
        } while: {
            try await eventually("the turn at the start and the one that is due") {
                turns.withLock { $0 } == 2
            }
            wakeUp.changed()
            try await eventually("the turn after the bell") { turns.withLock { $0 } == 3 }
        }
    }

    @Test("An error does not stop the loop, and it is counted")
    func errors() async throws {
        let turns = Mutex(0)
        let metrics = TestMetrics()
        try await scheduling(poll: .milliseconds(2), metrics: metrics) { _ in
            let count = turns.withLock { turns in
                turns += 1
                return turns
            }
            let lost = PlatformError(.unavailable, "the database went away")
            if count == 1 { throw lost }
            return Scheduler.Turn(started: 0, failures: count == 2 ? [("r", lost)] : [])
        } while: {
            try await eventually("turns after the errors") { turns.withLock { $0 } > 3 }
        }
        let errors = try metrics.expectCounter("martlet_loop_errors_total", [("loop", "recurring_runs")])
        #expect(errors.totalValue == 2)
    }

    @Test("A recurring run's runs are started and driven to their end by the real loops")
    func whole() async throws {
        let world = try await DriverWorld()
        let useCases = world.server.useCases
        let id = try await useCases.recurringRuns.create(
            RecurringRunSubmission(
                run: RunSubmission(
                    displayName: "tick",
                    source: .spec(PipelineSpecDocument(pipelineSpec: Specs.chain))
                ),
                trigger: Trigger(.periodic(seconds: 60))
            )
        ).recurring.id
        world.server.clock.advance(by: .seconds(150))
        let clock = world.server.clock
        try await world.driving { _ in
            try await scheduling(poll: .milliseconds(5), now: { clock.now() }) { now in
                let turn = try await useCases.recurringRuns.startDue(at: now)
                return Scheduler.Turn(started: turn.started, next: turn.next)
            } while: {
                try await eventually("two runs, one after the other") {
                    let runs = try await useCases.runs.list(ListQuery(), experimentID: nil).items
                    return runs.count == 2 && runs.allSatisfy { $0.state.isFinal && $0.recurringRunID == id }
                }
            }
        }
    }
}
