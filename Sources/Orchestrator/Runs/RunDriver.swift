package import Artifacts
import Engine
package import Logging
package import Metrics
package import Model
package import Pods
import ServiceLifecycle
package import Store

/// Drives runs: claims them, asks their machines what to do, stores it, does it.
///
/// One loop owns all machines. Whatever has happened since the last turn becomes one transaction (intent
/// first), then the
/// actions follow. Nothing in memory is a truth: if a write fails, the machines concerned are thrown away and
/// loaded again, exactly as after a crash. The transaction also makes sure that the runs are still this server's: one that
/// another has claimed meanwhile is let go, and nothing is done for it.
package struct RunDriver: Service {
    /// Lengths of time the driver lives by.
    package struct Timing: Sendable {
        /// How long a claim holds without renewal.
        package var lease: Duration = .seconds(30)
        /// How often claims are renewed and unclaimed runs are looked for. Wake-ups make it faster, polling
        /// makes it correct.
        package var poll: Duration = .seconds(1)
        /// Time between the polite and the firm request to end.
        package var grace: Duration = .seconds(10)
        /// Age at which results in the cache stop counting; `nil` for never, zero to use none.
        package var cacheAgeMax: Duration?
        /// How long a pod may wait before its program starts; `nil` for as long as it takes.
        package var pendingMax: Duration?

        /// The usual lengths.
        package init() {}
    }

    /// Tells the driver that there may be something new, so that it need not wait for its next poll.
    package struct WakeUp: Sendable {
        let inbox: Inbox<Input>

        /// A run may have been created.
        package func runCreated() { inbox.add(.poll) }

        /// A run's rows are gone; its pods must go too.
        package func runDeleted(_ run: RunID) { inbox.add(.deleted(run)) }

        /// A run was asked to stop.
        package func terminationRequested(_ run: RunID) { inbox.add(.terminate(run)) }
    }

    enum Input: Sendable {
        case poll
        case clock
        case terminate(RunID)
        case deleted(RunID)
        case report(PodReport)
        case result(PodName, AttemptResult, startedAt: Instant?, endedAt: Instant)
        case answer(RunID, RunEvent)
        /// A question of a run's machine could not be asked.
        case unanswered(RunID, any Error)

        var isClock: Bool { if case .clock = self { true } else { false } }
        var isPoll: Bool { if case .poll = self { true } else { false } }
    }

    let database: any Database
    let pods: any PodRuntime
    let artifacts: any ArtifactStore
    let objects: any ObjectStore
    let timing: Timing
    let tasksUnderWayMax: Int
    let now: @Sendable () -> Instant
    let newID: @Sendable () -> String
    let sleep: @Sendable (Duration) async throws -> Void
    let logger: Logger
    let metrics: LoopMetrics
    let inbox = Inbox<Input>()

    /// One data directory has one server at a time, so a server that begins takes over what its earlier lives held.
    private static let server = "server"

    /// The owner's name in leases, another one in each life: one that goes on where it should not, as after having been
    /// paused for long, finds that it holds nothing any more.
    let owner: String

    /// Removes the pods of runs that are gone.
    var remover: PodRemover {
        PodRemover(pods: pods, pause: { [sleep, timing] in try? await sleep(timing.poll) }, logger: logger)
    }

    /// Wakes this driver.
    package var wakeUp: WakeUp { WakeUp(inbox: inbox) }

    /// Makes a driver.
    /// - Parameters:
    ///   - tasksUnderWayMax: tasks of one run for which pods may be asked before its loops hold back their next
    ///     iterations; several times what runs at once.
    ///   - sleep: lets time pass, and throws when the task is cancelled; time that `now` tells of passes with it.
    ///   - metrics: where the loop's five metrics go; they are there, at zero, from now on.
    package init(
        database: any Database,
        pods: any PodRuntime,
        artifacts: any ArtifactStore,
        objects: any ObjectStore = NoObjects(),
        timing: Timing = Timing(),
        tasksUnderWayMax: Int = Limits.tasksUnderWayMax,
        now: @escaping @Sendable () -> Instant,
        newID: @escaping @Sendable () -> String,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.database = database
        self.pods = pods
        self.artifacts = artifacts
        self.objects = objects
        self.timing = timing
        self.tasksUnderWayMax = tasksUnderWayMax
        self.now = now
        self.newID = newID
        owner = leaseOwner(Self.server, life: newID())
        self.sleep = sleep
        self.logger = logger
        self.metrics = LoopMetrics(loop: "runs", factory: metrics)
    }

    /// Runs until the task is cancelled or a graceful shutdown begins. Pods go on; the next server adopts
    /// them.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await drive() }
        logger.notice("run driver stopped; pods go on")
    }

    /// Runs until the task is cancelled.
    /// - Throws: ``PlatformError`` when the database cannot be written at the start.
    package func drive() async throws {
        try await database.write { try $0.releaseLeases(ofServer: Self.server) }
        await withDiscardingTaskGroup { group in
            group.addTask { await remover.sweep(database) }
            group.addTask {
                for await report in pods.reports { inbox.add(.report(report)) }
            }
            group.addTask {
                while !Task.isCancelled {
                    inbox.add(.poll)
                    try? await sleep(timing.poll)
                }
            }
            var loop = RunLoop(self)
            for await _ in inbox.rings {
                let inputs = inbox.takeAll()
                await metrics.measure(queued: inputs.count) { await loop.turn(inputs, &group) }
            }
            group.cancelAll()
        }
    }
}
