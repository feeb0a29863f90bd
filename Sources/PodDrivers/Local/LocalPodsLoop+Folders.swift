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

/// What the loop does to supervised folders: looks, launches, attaches, settles.
extension LocalPodsLoop {
    /// The folder of a subject.
    func folder(of subject: Subject) -> SupervisedFolder {
        switch subject {
        case .pod(let name): folders.supervised(name)
        case .interpreter(_, let folder): folder
        case .build(let environment, let step, let build): environment.folder(of: step, build: build)
        case .warmPython(_, let folder): folder
        }
    }

    /// Makes sure of a pod.
    func ensure(_ spec: PodSpec) {
        // A pod we know needs no look at the disk.
        var observation = LocalPodsState.Observation.untouched
        if !state.knows(spec.name) {
            do {
                observation = try observe(spec)
            } catch {
                if postpone(.pod(spec.name), after: error, { $0.ensure(spec) }) { return }
                let record = ExitRecord.refused(Self.reason(error), end: Self.instant)
                observation = .ended(PodEnd(record, of: spec, logTail: ""))
            }
        }
        act(state.ensured(spec, observation))
    }

    /// Ends a pod. A pod that only the disk knows is taken in if it is alive.
    func stop(_ name: PodName, grace: Duration) {
        if !state.knows(name), isPostponed(.pod(name)) {
            // It may be about to start.
            return doLater(.pod(name)) { $0.stop(name, grace: grace) }
        }
        do {
            if !state.knows(name) {
                let spec = PodSpec(name: name, image: "", command: [], args: [])
                let observation = try observe(spec)
                if case .live = observation { act(state.ensured(spec, observation)) }
            }
        } catch {
            if postpone(.pod(name), after: error, { $0.stop(name, grace: grace) }) { return }
        }
        act(state.stopped(name, grace: grace, now: now))
        // Its program may have stopped it before it could say that the program runs, which is waited for.
        wakeSupervisor(of: name)
    }

    /// A supervisor that somebody has stopped, as a program can, would keep the end of its program to itself for ever.
    func wakeSupervisor(of name: PodName) {
        // Whoever cannot be found now is not needed for the signal to the program.
        if case .live(let pid, _)? = try? folders.supervised(name).observe() { kill(pid, SIGCONT) }
    }

    /// Looks at the folder of a pod that is new to this server.
    private func observe(_ spec: PodSpec) throws -> LocalPodsState.Observation {
        let folder = folders.supervised(spec.name)
        switch try folder.observe() {
        case .untouched: return .untouched
        case .live(let pid, let start): return .live(pid: pid, started: start)
        case .ended(let record): return .ended(end(record, of: spec))
        case .vanished: return .ended(end(recordLoss(of: .pod(spec.name), isFresh: false), of: spec))
        }
    }

    /// A pod's end: its own program's, or that of a container before it that did not succeed.
    private func end(_ record: ExitRecord, of spec: PodSpec) -> PodEnd {
        let folder = folders.supervised(spec.name)
        let end = PodEnd(record, of: spec, logTail: folder.logTail())
        switch record {
        case .exited, .signaled: break
        case .overdue, .notExecuted, .notSetUp, .lost, .refused: return end
        }
        for (index, container) in spec.initContainers.enumerated() where !container.isSidecar {
            // What cannot be read now only costs the explanation.
            guard let step = try? folder.endOfStep(index), !step.isSuccess else { continue }
            return PodEnd(
                step,
                of: container,
                podEndedAt: end.endedAt,
                startedAt: end.startedAt,
                logTail: end.logTail
            )
        }
        return end
    }

    /// Runs a program in the subject's folder, or takes over from whoever did so before.
    /// - Parameter environment: that of a component which may be started by a warm Python.
    func run(_ program: Program, for subject: Subject, in environment: PythonEnvironment? = nil) {
        let folder = folder(of: subject)
        do {
            switch try folder.observe() {
            case .untouched:
                if case .pod = subject { try quickFolders.make(folder.path) }
                try folder.write(program, spares: spares)
                if let environment, let line = handOver(program, subject, in: environment) {
                    watch.add(subject, line: line)
                    awaitStart(of: subject, isFresh: true)
                } else {
                    try start(subject)
                }
            case .live(let pid, _):
                attach(subject, pid: pid)
            case .ended, .vanished:
                settle(subject, isFresh: false)
            }
        } catch {
            if postpone(subject, after: error, { $0.run(program, for: subject, in: environment) }) {
                return reportWaiting(of: subject, error)
            }
            fail(subject, error)
        }
    }

    /// Starts what a subject's folder describes.
    func start(_ subject: Subject) throws {
        let folder = folder(of: subject)
        if let supervisor = try supervisors.run(folder) {
            watch.add(subject, supervisor)
            awaitStart(of: subject, isFresh: true)
        } else {
            attach(subject, pid: try Spawn.start([configuration.supervisor, folder.path]), isOurs: true)
        }
    }

    /// Watches a supervisor.
    ///
    /// A process id that comes from a file may be somebody else's by now: only the lock, looked at again
    /// once the process is watched, proves that it is the supervisor's. A child of ours keeps its id until
    /// we reap it.
    func attach(_ subject: Subject, pid: Int32, isOurs: Bool = false) {
        do {
            guard try watch.add(subject, pid: pid) else {
                return settle(subject, isFresh: false)
            }
            if !isOurs {
                guard case .live(pid, _) = try folder(of: subject).observe() else {
                    watch.remove(subject)
                    return settle(subject, isFresh: false)
                }
            }
            awaitStart(of: subject, isFresh: isOurs)
        } catch {
            if postpone(subject, after: error, { $0.attach(subject, pid: pid, isOurs: isOurs) }) { return }
            fail(subject, error)
        }
    }

    /// A subject's supervisor is gone: the folder says what that means.
    /// - Parameter isFresh: whether it went just now, so that what it left behind can be found by its group.
    func settle(_ subject: Subject, isFresh: Bool) {
        let folder = folder(of: subject)
        do {
            let observation = try folder.observe()
            if try startAnew(subject, observation) { return }
            switch observation {
            case .ended(let record):
                finish(subject, record)
            case .live(let pid, let start):
                // Ours was the second one to come and went at once.
                if case .pod(let name) = subject {
                    act(state.foundLive(name, pid: pid, started: start))
                } else {
                    attach(subject, pid: pid)
                }
            case .vanished:
                finish(subject, recordLoss(of: subject, isFresh: isFresh))
            case .untouched where Disk.exists(folder.logPath) || !Disk.exists(folder.path):
                throw PlatformError(
                    .failedPrecondition,
                    "\(folder.statusPath) is gone, in which martlet-supervisor had begun to write. "
                        + "Programs must leave alone what is beside their working folders."
                )
            case .untouched:
                let complaint = try Disk.read(folder.path + "/supervisor.log", bytesMax: 1_000) ?? []
                let words = String(decoding: complaint, as: UTF8.self)
                let problem = PlatformError(
                    .internalError,
                    "martlet-supervisor ended before it took the folder \(folder.path): "
                        + (words.isEmpty ? "it left no message." : words)
                )
                fail(subject, problem)
            }
        } catch {
            if postpone(subject, after: error, { $0.settle(subject, isFresh: false) }) { return }
            // The program may have run, and nothing tells how it ended.
            fail(
                subject,
                error,
                because: Reason(.startFailed, "How the program ended is not known. \(error.sentence)")
            )
        }
    }

    /// Makes sure that a pod never starts.
    func refuse(_ name: PodName, _ reason: Reason, log: String) {
        let folder = folders.supervised(name)
        do {
            if try folder.refuse(reason, at: Self.instant) {
                if !log.isEmpty { try Disk.write(Array(log.utf8), to: folder.logPath) }
                finish(.pod(name), .refused(reason, end: Self.instant))
            } else {
                // Looking at what says nothing would bring us back here, and so on for ever.
                try folder.checkSaysSomething()
                settle(.pod(name), isFresh: false)
            }
        } catch {
            if postpone(.pod(name), after: error, { $0.refuse(name, reason, log: log) }) { return }
            // Even without a record, nobody will start it as long as this server lives.
            logger.warning("Cannot record a pod's end", metadata: ["pod": "\(name)", "error": "\(error)"])
            finish(.pod(name), .refused(reason, end: Self.instant))
        }
    }

    /// Passes an end on to the state.
    func finish(_ subject: Subject, _ record: ExitRecord) {
        let folder = folder(of: subject)
        switch subject {
        case .pod(let name):
            guard let spec = state.spec(of: name) else { return }
            act(state.ended(name, end(record, of: spec)))
        case .interpreter(let candidate, let folder):
            finishQuestion(candidate, folder, record)
        case .build(let environment, let step, _):
            let end = PythonEnvironments.StepEnd(
                record: record,
                logPath: folder.logPath,
                logTail: folder.logTail()
            )
            finish(environment, step, end, waitedForRoom: folder.waitedForRoom(record))
        case .warmPython(let environment, let folder):
            endWarmPython(of: environment, in: folder)
        }
    }

    /// Something on our side went wrong: it did not start, unless the reason says something else.
    private func fail(_ subject: Subject, _ error: any Error, because reason: Reason? = nil) {
        let reason = reason ?? Self.reason(error)
        logger.warning(
            "Cannot run a program",
            metadata: ["folder": "\(folder(of: subject).path)", "error": "\(error)"]
        )
        if case .pod(let name) = subject {
            refuse(name, reason, log: "")
        } else {
            finish(subject, .refused(reason, end: Self.instant))
        }
    }

    /// The supervisor was killed. Its program died with it; the rest of the group is ended here, but only
    /// when this happened just now: later the group's id may be somebody else's. Processes that have left the group, or
    /// that an earlier server should have ended, are known by their variables.
    private func recordLoss(of subject: Subject, isFresh: Bool) -> ExitRecord {
        let folder = folder(of: subject)
        var start: StartRecord?
        do { start = try folder.status().start } catch { start = nil }
        if isFresh, let start { kill(-start.group, SIGKILL) }
        if case .pod(let name) = subject {
            Orphans.end(withVariable: "TMPDIR=" + folders.temporary(of: name))
        }
        let record = ExitRecord.lost(start: start?.at, end: Self.instant)
        do {
            try folder.write(record)
        } catch {
            logger.warning(
                "Cannot record a loss",
                metadata: ["folder": "\(folder.path)", "error": "\(error)"]
            )
        }
        return record
    }

    /// This moment.
    static var instant: Instant { Instant(Date()) }

    static func reason(_ error: any Error) -> Reason {
        Reason(.startFailed, "The program was not started. \(error.sentence)")
    }
}
