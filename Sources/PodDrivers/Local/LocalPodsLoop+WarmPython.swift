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

/// What the loop does for warm Pythons.
extension LocalPodsLoop {
    /// Leaves a component's folder to the warm Python of its environment, which begins now if there is none.
    /// - Returns: a descriptor to watch, see ``WarmPython/handOver(_:)``; `nil` if the component has to start
    ///   in the ordinary way.
    func handOver(_ program: Program, _ subject: Subject, in environment: PythonEnvironment) -> Int32? {
        guard case .pod(let name) = subject, let limits = configuration.warmPython else { return nil }
        if case .begin = warmPythons.way(in: environment.path) {
            begin(limits, for: program, in: environment)
        }
        guard case .join = warmPythons.way(in: environment.path),
            let python = warmProcesses[environment.path],
            WarmPythons.canFork(program, startedWith: python.variables),
            let line = python.handOver(folder(of: subject))
        else { return nil }
        warmPythons.handedOver(name, to: environment.path, now: now)
        return line
    }

    /// Starts a program in the ordinary way that was left to a warm Python which did not take it.
    /// - Returns: whether it was one.
    func startAnew(_ subject: Subject, _ observation: SupervisedFolder.Observation) throws -> Bool {
        guard case .pod(let name) = subject else { return false }
        guard case .untouched = observation else {
            warmPythons.taken(name)
            return false
        }
        guard warmPythons.missed(name) else { return false }
        try start(subject)
        return true
    }

    /// Carries out what ``WarmPythons`` decided.
    func act(_ actions: [WarmPythons.Action]) {
        for action in actions {
            switch action {
            case .release(let environment):
                warmProcesses.removeValue(forKey: environment)?.release()
            case .kill(let environment):
                logger.warning("A warm Python does not answer", metadata: ["environment": "\(environment)"])
                guard let python = warmProcesses.removeValue(forKey: environment) else { continue }
                kill(python.pid, SIGKILL)
                python.release()
            case .look(let name):
                watch.remove(.pod(name))
                lookAgain(at: name, isFresh: false)
            }
        }
    }

    /// A warm Python is gone. Closing the way to it ends those of its forks that still wait.
    func endWarmPython(of environment: PythonEnvironment, in folder: SupervisedFolder) {
        warmProcesses.removeValue(forKey: environment.path)?.release()
        warmPythons.ended(environment: environment.path)
        let isGivenUp = warmPythons.way(in: environment.path) == .ordinary
        logger.log(
            level: isGivenUp ? .notice : .debug,
            "A warm Python has ended",
            metadata: [
                "environment": "\(environment.path)", "given.up": "\(isGivenUp)",
                "log": "\(folder.logTail())",
            ]
        )
        try? FileManager.default.removeItem(atPath: folder.path)
    }

    /// Lets all of them end, as they would with the server.
    func releaseWarmPythons() {
        for python in warmProcesses.values { python.release() }
        warmProcesses = [:]
    }

    private func begin(_ limits: WarmPythonLimits, for program: Program, in environment: PythonEnvironment) {
        let variables = ProgramVariables.ofPython(environment, server: configuration.variables)
        let folder = newFolder(in: environment.warmFolders)
        // `python3 -m MODULE …`, see PodFolders.program.
        guard WarmPythons.canFork(program, startedWith: variables), program.arguments.count > 2 else {
            return
        }
        let script = Program.File(path: folder.path + "/warm.py", bytes: PackageResources.warm_py)
        let pairsMax = max(limits.spares, configuration.capacity.places)
        let numbers = [limits.spares, pairsMax, limits.tasksMax, limits.bytesMax].map(String.init)
        warmPythons.began(environment: environment.path, now: now)
        cleanUp(environment.warmFolders)
        do {
            let python = try WarmPython(
                Program(
                    arguments: [
                        environment.python, script.path, configuration.supervisor, program.arguments[2],
                    ]
                        + numbers,
                    variables: ProgramVariables.list(variables),
                    files: [script]
                ),
                in: folder,
                variables: variables,
                supervisor: configuration.supervisor
            )
            warmProcesses[environment.path] = python
            guard try watch.add(.warmPython(environment, folder), pid: python.pid) else {
                return endWarmPython(of: environment, in: folder)
            }
        } catch {
            logger.warning(
                "Cannot keep a Python warm",
                metadata: ["environment": "\(environment.path)", "error": "\(error)"]
            )
            endWarmPython(of: environment, in: folder)
        }
    }

    /// Removes what warm Pythons of servers that were killed have left behind.
    private func cleanUp(_ parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
            guard let server = Int32(name.prefix { $0.isNumber }), kill(server, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
    }
}
