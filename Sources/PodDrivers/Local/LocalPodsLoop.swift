import FoundationEssentials
import Logging
import Model
import Pods

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The thread that owns all local pods: takes messages and sightings, lets ``LocalPodsState`` decide, acts.
///
/// Confined to its thread; only ``LocalPodsInbox`` is shared.
final class LocalPodsLoop {
    /// Who a supervised folder belongs to.
    enum Subject: Hashable {
        case pod(PodName)
        case interpreter(String, SupervisedFolder)
        case build(PythonEnvironment, PythonEnvironment.Step, Int)
        /// In a folder of its own: several servers may share an environment.
        case warmPython(PythonEnvironment, SupervisedFolder)
    }

    /// How often pip's log is looked at while somebody waits for it.
    private static let progressInterval: Duration = .seconds(1)
    /// How long after a launch a start is looked for. Many programs are over by then, and their end says it all.
    private static let startLookDelay: Duration = .milliseconds(50)
    /// How long after that people are told that a program has not begun yet.
    private static let startPatience: Duration = .seconds(2)

    let configuration: LocalPodsConfiguration
    let folders: PodFolders
    let spares: SpareFolders
    var quickFolders: QuickFolders
    let logger: Logger
    let watch: ProcessWatch<Subject>
    var state: LocalPodsState
    var warmPythons: WarmPythons
    var warmProcesses: [String: WarmPython] = [:]
    var supervisors: WaitingSupervisors
    private let inbox: LocalPodsInbox
    private let reports: AsyncStream<PodReport>.Continuation
    private let beginning = ContinuousClock.now
    private var progressAt: Duration?
    /// Pods that were started just now, oldest first, and when to look whether their programs run.
    private var starts: [(pod: PodName, due: Duration)] = []
    /// Those whose programs did not run then, and when to say so.
    private var lateStarts: [(pod: PodName, due: Duration)] = []
    /// What has to wait for something to come back, in order; see ``postpone(_:after:_:)``.
    var postponed: [Postponed] = []
    /// What has run out, once it was said; `nil` while nothing has to wait.
    var shortage: String?

    private init(
        _ configuration: LocalPodsConfiguration,
        _ spares: SpareFolders,
        reports: AsyncStream<PodReport>.Continuation,
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.spares = spares
        quickFolders = QuickFolders(root: configuration.root + "/" + SpareFolders.folderName)
        self.reports = reports
        self.logger = logger
        folders = PodFolders(root: configuration.root, volumesRoot: configuration.volumesRoot)
        state = LocalPodsState(
            capacity: configuration.capacity,
            environmentsRoot: configuration.environmentsRoot,
            ownFolders: [configuration.root, configuration.environmentsRoot, configuration.volumesRoot]
        )
        supervisors = WaitingSupervisors(supervisor: configuration.supervisor)
        warmPythons = WarmPythons(configuration.warmPython ?? WarmPythonLimits())
        watch = try ProcessWatch()
        inbox = LocalPodsInbox(wake: watch.wake)
    }

    /// Starts the thread and answers where to leave messages for it.
    /// - Throws: ``PlatformError`` if the system has no more threads or descriptors.
    static func start(
        _ configuration: LocalPodsConfiguration,
        _ spares: SpareFolders,
        reports: AsyncStream<PodReport>.Continuation,
        logger: Logger
    ) throws -> LocalPodsInbox {
        let loop = try LocalPodsLoop(configuration, spares, reports: reports, logger: logger)
        let inbox = loop.inbox
        // A thread and not a task: it blocks in poll(2).
        let problem = DetachedThread.start { loop.run() }
        guard problem == 0 else {
            throw Disk.failure("start a thread for", "local pods", problem)
        }
        return inbox
    }

    private func run() {
        while true {
            for message in inbox.take() {
                if case .close = message { return close() }
                handle(message)
            }
            act(state.ticked(now: now, today: Self.instant))
            act(warmPythons.ticked(now: now))
            actOnPostponed()
            lookForStarts()
            lookAtProgress()
            prepareNext()
            for sighting in watch.wait(atMost: untilNext) { handle(sighting) }
        }
    }

    /// Makes the folder of the next pod while those that were started run.
    private func prepareNext() {
        guard let folder = quickFolders.prepare() else { return }
        // What cannot be made now is made, or complained about, when it is needed.
        try? SupervisedFolder(path: folder).furnish(spares)
    }

    private func close() {
        inbox.close()
        for message in inbox.take() {
            switch message {
            case .forget(_, let answer), .remove(_, let answer): answer.resume(returning: false)
            case .load(let answer): answer.resume(returning: PodLoad(places: 0, running: 0, waiting: 0))
            case .ensure, .stop, .close: break
            }
        }
        releaseWarmPythons()
        supervisors.release()
        reports.finish()
    }

    var now: Duration { beginning.duration(to: .now) }

    private var untilNext: Duration? {
        let (now, today) = (now, Self.instant)
        let others = [
            warmPythons.nextDeadline, progressAt, postponed.first?.due, starts.first?.due,
            lateStarts.first?.due,
        ].map { $0.map { $0 - now } }
        return ([state.untilNextDeadline(now: now, today: today)] + others)
            .compactMap { $0 }.min().map { max(.zero, $0) }
    }

    // MARK: - Events

    private func handle(_ message: LocalPodsInbox.Message) {
        switch message {
        case .ensure(let spec):
            ensure(spec)
        case .stop(let name, let grace):
            stop(name, grace: grace)
        case .load(let answer):
            var load = state.load
            load.shortage = shortage
            answer.resume(returning: load)
        case .forget(let name, let answer):
            state.forgotten(name)
            answer.resume(returning: !state.knows(name))
        case .remove(let runID, let answer):
            let isFree = !state.hasLivePods(of: runID)
            if isFree { state.removed(runID) }
            answer.resume(returning: isFree)
        case .close: break
        }
    }

    private func handle(_ sighting: ProcessWatch<Subject>.Sighting) {
        switch sighting {
        case .told(let subject): reportStart(of: subject)
        case .answered(let subject, let supervisor):
            supervisors.takeBack(supervisor)
            handle(.ended(subject))
        case .ended(.warmPython(let environment, let folder)): endWarmPython(of: environment, in: folder)
        case .ended(.pod(let name)): lookAgain(at: name, isFresh: true)
        case .ended(let subject): settle(subject, isFresh: true)
        }
    }

    /// Nobody is watched any more who would tell of a pod: its folder says what became of it.
    func lookAgain(at name: PodName, isFresh: Bool) {
        starts.removeAll { $0.pod == name }
        settle(.pod(name), isFresh: isFresh)
    }

    /// Looks out for the start of a pod's program, later if it was launched just now. The folder is looked at after
    /// watching began, so it cannot be missed.
    func awaitStart(of subject: Subject, isFresh: Bool) {
        guard case .pod(let name) = subject else { return }
        if isFresh {
            starts.append((name, now + Self.startLookDelay))
        } else {
            watch.expectStart(of: subject, in: folder(of: subject).path)
            reportStart(of: subject)
        }
    }

    private func lookForStarts() {
        while let first = starts.first, first.due <= now {
            starts.removeFirst()
            awaitStart(of: .pod(first.pod), isFresh: false)
            if state.isStarting(first.pod) { lateStarts.append((first.pod, now + Self.startPatience)) }
        }
        while let first = lateStarts.first, first.due <= now {
            lateStarts.removeFirst()
            if state.isStarting(first.pod) { reportLateStart(of: first.pod) }
        }
    }

    /// Tells the state that a pod's program runs, if its folder says so.
    func reportStart(of subject: Subject) {
        guard case .pod(let name) = subject else { return }
        do {
            guard let record = try folder(of: subject).status().start else { return }
            watch.startSeen(subject)
            warmPythons.taken(name)
            act(state.started(name, record, now: now))
        } catch {
            // The end will come all the same, and carries the time of the start.
            logger.warning(
                "Cannot read when a pod started",
                metadata: ["pod": "\(name)", "error": "\(error)"]
            )
        }
    }

    /// Carries commands out in order.
    func act(_ commands: [LocalPodsState.Command]) {
        for command in commands {
            switch command {
            case .report(let report):
                reports.yield(report)
            case .launch(let spec, let start):
                let program = folders.program(of: spec, start: start, server: configuration.variables)
                run(program, for: .pod(spec.name), in: start.environment)
            case .attach(let name, let pid):
                attach(.pod(name), pid: pid)
            case .refuse(let name, let reason, let log):
                refuse(name, reason, log: log)
            case .signal(let name, let group, let number):
                // The supervisor keeps the group's id taken until the end is recorded; a group that is gone
                // is fine.
                kill(-group, number)
                wakeSupervisor(of: name)
            case .environment(let action):
                act(action)
            }
        }
    }

    // MARK: - Progress

    private func lookAtProgress() {
        let building = state.building
        guard !building.isEmpty else {
            progressAt = nil
            return
        }
        guard let due = progressAt, due <= now else {
            if progressAt == nil { progressAt = now + Self.progressInterval }
            return
        }
        progressAt = now + Self.progressInterval
        for (environment, build) in building {
            let log = environment.folder(of: .install, build: build).logTail(bytesMax: 64 << 10)
            guard let package = PythonEnvironment.packageBeingInstalled(log) else { continue }
            act(state.installing(package, in: environment))
        }
    }
}
