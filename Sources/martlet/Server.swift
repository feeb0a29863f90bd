import API
import ArtifactDrivers
import CoreMetrics
import Foundation
import Hummingbird
import Logging
import Model
import NIOCore
import Orchestrator
import PodDrivers
import ServiceLifecycle
import Services
import Store
import StoreDrivers
import UnixSignals
import Upkeep
import WebUI

/// The composition root: the one place that names a driver and wires everything.
struct Server {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// Runs until a signal stops it.
    func run() async throws {
        let directory = try DataDirectory(settings.dataDir, isForServing: true)
        let now: @Sendable () -> Instant = { Instant(Date()) }
        let newID: @Sendable () -> String = { UUID().uuidString.lowercased() }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let logger = logger(now)
        let layout = DataLayout(root: directory.path)

        let signal = ChangeSignal()
        let sqlite = try await SQLiteDatabase.open(path: directory.path + "/martlet.db")
        let database = ObservedDatabase(sqlite) { signal.send() }
        let capacity = PodCapacity.ofThisMachine(parallelism: settings.parallelism)
        let pods = try LocalPods(
            LocalPodsConfiguration(
                root: directory.path + "/pods",
                environmentsRoot: directory.path + "/environments",
                supervisor: Self.supervisorPath,
                capacity: capacity,
                warmPython: settings.warmPython == .on ? WarmPythonLimits() : nil,
                variables: ProcessInfo.processInfo.environment
            ),
            logger: logger
        )
        let artifacts = try FilesArtifacts(root: directory.path + "/artifacts")
        let driver = RunDriver(
            database: database,
            pods: pods,
            artifacts: artifacts,
            objects: LocalObjects(root: directory.path + "/objects"),
            timing: timing,
            // Whoever ends is followed at once, however many end together.
            tasksUnderWayMax: max(Limits.tasksUnderWayMax, 4 * capacity.places),
            now: now,
            newID: newID,
            logger: logger
        )
        let wakeUp = driver.wakeUp
        let download = PackageDownload(
            hosts: try PackageHosts(
                publicHosts: settings.packageHosts,
                privateHosts: settings.privatePackageHosts
            )
        )
        let schedulerWakeUp = Scheduler.WakeUp()
        let useCases = UseCases(
            ServiceContext(
                database: database,
                pods: pods,
                artifacts: artifacts,
                now: now,
                newID: newID,
                hints: ServiceContext.Hints(
                    runCreated: { wakeUp.runCreated() },
                    terminationRequested: { wakeUp.terminationRequested($0) },
                    runDeleted: { wakeUp.runDeleted($0) },
                    recurringRunsChanged: { schedulerWakeUp.changed() }
                ),
                fetchPackage: { try await download.file(at: $0) },
                facts: ServerFacts(
                    startedAt: now(),
                    drivers: ["SQLite", "local processes", "files"],
                    room: { try layout.room() },
                    databaseBytes: { layout.databaseBytes() }
                ),
                signal: signal
            )
        )
        try await useCases.experiments.ensureDefault()
        let scheduler = Scheduler(wakeUp: schedulerWakeUp, now: now, logger: logger) { now in
            let turn = try await useCases.recurringRuns.startDue(at: now)
            return Scheduler.Turn(
                started: turn.started,
                failures: turn.failures.map { ($0.id.text, $0.error) },
                next: turn.next
            )
        }

        let site = Site(
            api: APIResponder(
                useCases: useCases,
                version: Build.version,
                commit: Build.commit,
                logger: logger
            ),
            web: try WebSite(useCases: useCases, now: now, version: Build.version, logger: logger),
            requests: RequestGuard(isLoopbackOnly: RequestGuard.isLoopback(settings.host)),
            metrics: metrics
        )
        try await serve(site, [driver, scheduler, collector(useCases, now, logger)], logger)
        try sqlite.close()
        withExtendedLifetime(directory) {}
    }

    /// Takes away what the settings and the experiments do not want to keep.
    private func collector(
        _ useCases: UseCases,
        _ now: @escaping @Sendable () -> Instant,
        _ logger: Logger
    ) -> Collector {
        let (rule, grace) = (settings.retention, settings.deletionGrace)
        // A rule of seconds is kept to the second, and one of months need not be.
        var poll = min(Duration.seconds(60), max(.seconds(1), grace))
        if case .atMost(let age)? = rule.age { poll = min(poll, max(.seconds(1), age)) }
        return Collector(poll: poll, now: now, logger: logger) { now in
            let turn = try await useCases.retention.turn(rule, grace: grace, at: now)
            return Collector.Turn(
                runs: turn.runs,
                bytes: turn.bytes,
                failures: turn.failures.map { ($0.run.text, $0.error) },
                next: turn.isUnfinished ? now : turn.next
            )
        }
    }

    private var timing: RunDriver.Timing {
        var timing = RunDriver.Timing()
        timing.cacheAgeMax = settings.cache == .off ? .zero : settings.cacheMaxAge
        timing.pendingMax = settings.pendingTimeout
        return timing
    }

    /// Runs the services in the order in which they depend on each other; they stop in reverse.
    private func serve(_ site: Site, _ loops: [any Service], _ logger: Logger) async throws {
        let (host, port) = (settings.host, settings.port)
        let application = Application(
            responder: site,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "martlet"
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                print("Martlet is ready at http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
                // A pipe is not flushed at the end of a line; whoever waits for this one waits for it now.
                fflush(nil)
                if !RequestGuard.isLoopback(host) {
                    FileHandle.standardError.write(
                        Data(
                            "martlet: anyone who can reach \(host):\(port) can run programs here; there is no login yet.\n"
                                .utf8
                        )
                    )
                }
            },
            logger: Self.quiet(logger)
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: loops.map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                } + [.init(service: application)],
                logger: Self.quiet(logger)
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            tasks.addTask {
                var count = 0
                for await _ in signals {
                    count += 1
                    if count > 1 { Self.stopHard() }
                    Self.say("martlet: stopping; tasks that run go on, and the next server takes them over.")
                    await group.triggerGracefulShutdown()
                }
            }
            tasks.addTask {
                do {
                    try await group.run()
                } catch let error as IOError {
                    throw PlatformError(
                        .unavailable,
                        "Cannot listen on \(host):\(port): \(String(cString: strerror(error.errnoCode))). "
                            + "Choose another port with --port, or 0 for a free one."
                    )
                }
            }
            // The server ends when its services do, not when the wait for signals does.
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private static func stopHard() -> Never {
        say("martlet: stopping at once; tasks that run go on.")
        // Nothing is left to clean up that the next start could not: that is what it is built for.
        exit(130)
    }

    private static func say(_ sentence: String) {
        FileHandle.standardError.write(Data((sentence + "\n").utf8))
    }

    private func logger(_ now: @escaping @Sendable () -> Instant) -> Logger {
        let (format, level) = (settings.logFormat, settings.logLevel)
        LoggingSystem.bootstrap { label in LogLines(label: label, format: format, level: level, now: now) }
        return Logger(label: "martlet")
    }

    /// The libraries' own notices are about their insides; people want ours.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// The supervisor lies beside this program.
    static var supervisorPath: String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent("martlet-supervisor").path
    }
}
