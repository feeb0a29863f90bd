import FoundationEssentials
import Model
import Pods
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the loop does for Python environments.
extension LocalPodsLoop {
    /// Carries out what ``PythonEnvironments`` decided.
    func act(_ action: PythonEnvironments.Action) {
        switch action {
        case .ask(let candidate):
            let variables = ProgramVariables.list(ProgramVariables.isolated(configuration.variables))
            run(PythonInterpreter.question(to: candidate, variables: variables), for: question(to: candidate))
        case .look(let environment):
            lookPatiently(at: environment)
        case .run(let environment, let step, let build):
            let program = environment.program(for: step, server: configuration.variables)
            run(program, for: .build(environment, step, build))
        case .ready, .failed, .progress:
            // The state has told the pods; there is nothing left to do here.
            break
        }
    }

    /// An interpreter's answer is in the log of its folder, which is of no further use.
    func finishQuestion(_ candidate: String, _ folder: SupervisedFolder, _ record: ExitRecord) {
        let log = folder.logTail(bytesMax: 16 << 10)
        try? FileManager.default.removeItem(atPath: folder.path)
        do throws(PythonInterpreter.Objection) {
            let interpreter = try PythonInterpreter(answer: log, record: record, candidate: candidate)
            act(state.answered(candidate, .success(interpreter)))
        } catch {
            // It may have had no room to answer.
            if !hasRoom {
                return whenThereIsRoom(question(to: candidate)) { $0.act(.ask(candidate: candidate)) }
            }
            act(state.answered(candidate, .failure(error)))
        }
    }

    /// A folder of its own for every question: Pythons come and go, so an answer of an earlier server is
    /// worth nothing.
    private func question(to candidate: String) -> Subject {
        .interpreter(candidate, newFolder(in: configuration.environmentsRoot + "/questions"))
    }

    /// A folder that no server has ever used.
    func newFolder(in parent: String) -> SupervisedFolder {
        let number = Self.foldersMade.add(1, ordering: .relaxed).newValue
        return SupervisedFolder(path: "\(parent)/\(getpid())-\(Self.instant.milliseconds)-\(number)")
    }

    /// Of the whole process, as its id is.
    private static let foldersMade = Atomic(0)

    /// Ready is what has been installed and is still there; a build that failed or was lost is followed by
    /// the next one; one that runs, also from an earlier server, is joined.
    private func look(at environment: PythonEnvironment) throws {
        let numbers = try Disk.names(in: environment.builds).compactMap { Int($0) }.sorted()
        guard let last = numbers.last else { return act(state.looked(at: environment, build: 1)) }
        if try isInstalled(environment, build: last) {
            return act(state.looked(at: environment, build: nil))
        }
        let build = try isOver(environment, build: last) ? last + 1 : last
        // The last failed build stays for whoever wants to read its log.
        for number in numbers where number < build - 1 {
            try? FileManager.default.removeItem(atPath: "\(environment.builds)/\(number)")
        }
        act(state.looked(at: environment, build: build))
    }

    /// Looks when it can: what merely cannot be seen must not be built anew in the place of what is there.
    private func lookPatiently(at environment: PythonEnvironment) {
        do {
            try look(at: environment)
        } catch {
            let subject = Subject.build(environment, .create, 0)
            if postpone(subject, after: error, { $0.lookPatiently(at: environment) }) { return }
            act(state.unreadable(environment, Self.reason(error)))
        }
    }

    private func isInstalled(_ environment: PythonEnvironment, build: Int) throws -> Bool {
        guard case .ended(let record) = try environment.folder(of: .install, build: build).observe()
        else { return false }
        return record.isSuccess && Disk.isExecutable(environment.python)
    }

    /// Whether a build cannot get any further by itself.
    private func isOver(_ environment: PythonEnvironment, build: Int) throws -> Bool {
        for step in [PythonEnvironment.Step.install, .create] {
            switch try environment.folder(of: step, build: build).observe() {
            case .ended(let record) where step == .create && record.isSuccess: continue
            case .ended, .vanished: return true
            case .live, .untouched: continue
            }
        }
        return false
    }

    /// A step of a build is over. One that has filled the disk, or found it full, is followed by another build once
    /// there is room.
    func finish(
        _ environment: PythonEnvironment,
        _ step: PythonEnvironment.Step,
        _ end: PythonEnvironments.StepEnd,
        waitedForRoom: Bool
    ) {
        guard end.record.isSuccess || hasRoom && !waitedForRoom else {
            act(state.waitingForRoom(environment))
            return whenThereIsRoom(.build(environment, step, 0)) { $0.lookPatiently(at: environment) }
        }
        act(state.ended(environment, step, end))
    }

    private var hasRoom: Bool { Disk.hasRoom(configuration.environmentsRoot) }

    private func whenThereIsRoom(_ subject: Subject, _ action: @escaping (LocalPodsLoop) -> Void) {
        guard !hasRoom else { return action(self) }
        doLater(subject) { $0.whenThereIsRoom(subject, action) }
    }
}
