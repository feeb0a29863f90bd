package import Logging
package import Metrics
package import Model
import ServiceLifecycle

/// Starts the runs of recurring runs when they are due.
///
/// What is due is decided anew from what is stored in each turn; a wake-up only makes the next turn come sooner.
package struct Scheduler: Service {
    /// What came of one turn.
    package struct Turn: Sendable {
        /// How many runs were started.
        package var started: Int
        /// What could not be looked at, by its id, and why.
        package var failures: [(id: String, error: any Error)]
        /// When something is due next.
        package var next: Instant?

        /// Makes an outcome.
        package init(started: Int, failures: [(id: String, error: any Error)] = [], next: Instant? = nil) {
            self.started = started
            self.failures = failures
            self.next = next
        }
    }

    /// Tells the scheduler that a recurring run was made or changed.
    package struct WakeUp: Sendable {
        let inbox = Inbox<Void>()

        /// Makes a bell; a scheduler listens to it.
        package init() {}

        /// Something may be due sooner than it was.
        package func changed() { inbox.add(()) }
    }

    private let wakeUp: WakeUp
    private let poll: Duration
    private let now: @Sendable () -> Instant
    private let startDue: @Sendable (Instant) async throws -> Turn
    private let logger: Logger
    private let metrics: LoopMetrics

    /// Makes a scheduler.
    /// - Parameters:
    ///   - poll: how often it looks when nobody wakes it; places that become free are seen no later.
    ///   - startDue: starts what is due at a time.
    package init(
        wakeUp: WakeUp,
        poll: Duration = .seconds(1),
        now: @escaping @Sendable () -> Instant,
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory,
        startDue: @escaping @Sendable (Instant) async throws -> Turn
    ) {
        self.wakeUp = wakeUp
        self.poll = poll
        self.now = now
        self.startDue = startDue
        self.logger = logger
        self.metrics = LoopMetrics(loop: "recurring_runs", factory: metrics)
    }

    /// Runs until the task is cancelled or a graceful shutdown begins.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                let inbox = wakeUp.inbox
                group.addTask {
                    while !Task.isCancelled {
                        inbox.add(())
                        try? await Task.sleep(for: poll)
                    }
                }
                var armed: Instant?
                var complaints: Set<String> = []
                for await _ in inbox.rings {
                    let queued = inbox.takeAll().count
                    var next: Instant?
                    await metrics.measure(queued: queued) { next = await turn(&complaints) }
                    // Between two polls a firing is met to the millisecond.
                    let pause = (next ?? now()) - now()
                    guard let next, next != armed, pause > .zero, pause < poll else { continue }
                    armed = next
                    group.addTask {
                        try? await Task.sleep(for: pause)
                        inbox.add(())
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// One look; each trouble is told once, not every second.
    private func turn(_ complaints: inout Set<String>) async -> Instant? {
        let now = now()
        do {
            let turn = try await startDue(now)
            if turn.started > 0 {
                logger.info("recurring runs fired", metadata: ["runs.started": "\(turn.started)"])
            }
            for (id, error) in turn.failures {
                metrics.errors.increment()
                guard complaints.insert(id).inserted else { continue }
                logger.error(
                    "recurring run cannot be looked at",
                    metadata: ["recurring_run.id": "\(id)", "error": "\(error)"]
                )
            }
            complaints.formIntersection(turn.failures.map(\.id))
            return turn.next
        } catch {
            metrics.errors.increment()
            if complaints.insert("").inserted {
                logger.error("recurring runs cannot be listed", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }
}
