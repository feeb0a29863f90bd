import Engine
import Model
import PipelineIR
import TestKit

/// A pod as the outside world knows it: it outlives every crash of the server.
struct SimulatedPod {
    let launch: Launch
    var started = false
    var stopped = false
    var result: AttemptResult?
}

/// A violation of a rule, with the seed that shows it.
struct Violation: Error, CustomStringConvertible {
    let seed: UInt64
    let message: String

    var description: String { "seed \(seed): \(message)" }
}

/// One run under a manual clock, with pods that fail and a server that crashes by seed.
struct SimulatedWorld {
    let seed: UInt64
    let graph: TaskGraph
    var random: SeededGenerator
    var now = Instant(milliseconds: 1_000_000)
    var rows: Rows
    var machine: RunMachine
    var pods: [String: SimulatedPod] = [:]
    var wakes: [Instant] = []
    var crashes = 0
    var podCount = 0
    /// Which rows of the machine's table were taken.
    var transitions: Set<Transition> = []
    /// When the request to stop was stored.
    var stoppingSince: Instant?
    /// What the server has asked the cache or the artifacts and not heard of; a crash forgets it.
    var questions: [RunCommand] = []
    /// Keys with which the cache was asked.
    var keys: [TaskPath: CacheKey] = [:]
    var oracle: Oracle
    let crashChance: Double
    let underWayMax: Int
    var fate: Fate
    /// The step before which somebody wants the run to stop, if anybody does.
    var terminatesBefore: Int?
    /// The rows of the run that this one repeats.
    var source: Rows?
    /// How often runs were retried or repeated.
    var again = 0

    init(seed: UInt64) throws {
        self.seed = seed
        var pipeline = RandomPipeline(seed: seed)
        graph = try TaskGraph(try PipelineSpec(json: pipeline.make()))
        random = SeededGenerator(seed: seed ^ 0xABCD)
        crashChance = random.chance(0.5) ? 0.1 : 0
        fate = Fate(seed: seed, failureChance: [0, 0.03, 0.1, 0.4][random.below(4)])
        oracle = Oracle(graph: graph, fate: fate)
        terminatesBefore = random.chance(0.2) ? 1 + random.below(25) : nil
        underWayMax = [1, 2, 5, Limits.tasksUnderWayMax][random.below(4)]
        let run = Run(
            id: RunID("run"),
            experimentID: ExperimentID("e"),
            displayName: "simulated",
            pipelineName: "test",
            createdAt: now
        )
        rows = Rows(run: run, tasks: [.root: RunMachine.rootRecord(of: run, graph: graph)])
        machine = try RunMachine(
            run: run,
            graph: graph,
            tasks: Array(rows.tasks.values),
            underWayMax: underWayMax
        )
    }

    /// Runs to the end, perhaps again and again, and checks every rule on the way.
    mutating func play() throws {
        try playToTheEnd()
        while again < 3, random.chance(0.5) {
            again += 1
            fate = Fate(seed: seed &+ UInt64(again) << 40, failureChance: [0, 0.1, 0.4][random.below(3)])
            terminatesBefore = random.chance(0.1) ? 1 + random.below(25) : nil
            if rows.run.state == .failed, random.chance(0.7) {
                try retry()
            } else {
                try rerun()
            }
            try playToTheEnd()
        }
    }

    private mutating func playToTheEnd() throws {
        try perform(machine.resume(at: now))
        var steps = 0
        while !rows.run.state.isFinal {
            steps += 1
            if steps > 20_000 { throw violation("the run never ends; open: \(openTasks)") }
            now = now + .milliseconds(Int64(1 + random.below(500)))
            if steps == terminatesBefore {
                // The request is stored before a machine hears of it, so it survives a crash.
                while rows.run.state == .running {
                    try perform(machine.handle(.terminationRequested, at: now))
                }
                try checkStopping()
                continue
            }
            if random.chance(0.1) { try repeatOldNews() }
            if let wake = wakes.min(), wake <= now, random.chance(0.5) {
                wakes.removeAll { $0 <= now }
                try perform(machine.handle(.clockAdvanced, at: now))
            } else if random.chance(0.3), try answer() {
                continue
            } else if try !playPod(), try !answer() {
                guard let wake = wakes.min() else {
                    throw violation("nothing is under way, yet the run is open: \(openTasks)")
                }
                wakes.removeAll { $0 <= wake }
                now = max(now, wake)
                try perform(machine.handle(.clockAdvanced, at: now))
            }
        }
        try checkEnd()
    }

    /// Answers one question, sometimes twice; false when there is none.
    private mutating func answer() throws -> Bool {
        guard !questions.isEmpty else { return false }
        let number = random.below(questions.count)
        let question = questions[number]
        if random.chance(0.9) { questions.remove(at: number) }
        switch question {
        case .lookUpCache(let path, _):
            try perform(machine.handle(.cacheAnswered(path, cacheAnswer(path)), at: now))
        case .register(let wanted):
            let result: ImportResult =
                fate.isRegistered(wanted.path)
                ? .registered(artifact("import/\(wanted.path)")) : .failed(Reason(.importFailed, "not there"))
            try perform(machine.handle(.imported(wanted.path, result), at: now))
        case .saveRun, .saveTask, .saveAttempt, .forgetLineage, .saveLineage, .saveCacheEntry, .launch, .stop,
            .wake:
            break
        }
        return true
    }

    private func cacheAnswer(_ path: TaskPath) -> CacheAnswer {
        guard fate.isCached(path) else { return .miss(Reason(.cacheMiss, "nothing like it")) }
        let artifact = artifact("cached/\(path)")
        return .hit(
            CachedTask(
                run: RunID("earlier"),
                path: path,
                outputs: TaskValues(parameters: fate.outputs(of: path), artifacts: ["data": [artifact.id]]),
                artifacts: [artifact],
                createdAt: .epoch
            )
        )
    }

    private func artifact(_ id: String) -> Artifact {
        Artifact(
            id: ArtifactID(id),
            name: "data",
            schemaTitle: "system.Dataset",
            schemaVersion: "0.0.1",
            uri: "/x",
            createdAt: now
        )
    }

    /// Lets one pod do one thing; false when there is none that could.
    private mutating func playPod() throws -> Bool {
        let open = pods.filter { $0.value.result == nil }.keys.sorted()
        guard let name = open.randomElement(using: &random), var pod = pods[name] else { return false }
        let path = pod.launch.path
        let attempt = pod.launch.attempt
        if !pod.started, !pod.stopped, random.chance(0.7) {
            pod.started = true
            pods[name] = pod
            try perform(machine.handle(.podStarted(path, attempt: attempt, at: now), at: now))
        } else if random.chance(0.1), !pod.started {
            try perform(
                machine.handle(
                    .podWaiting(path, attempt: attempt, Reason(.waitingForCapacity, "full")),
                    at: now
                )
            )
        } else {
            pod.result = result(of: pod)
            pods[name] = pod
            try perform(report(pod))
        }
        return true
    }

    /// Tells again what everybody knows of a pod that is over: nothing may come of it.
    private mutating func repeatOldNews() throws {
        let over = pods.filter { $0.value.result != nil }.keys.sorted()
        guard let name = over.randomElement(using: &random), let pod = pods[name] else { return }
        let path = pod.launch.path
        let attempt = pod.launch.attempt
        var news: [RunEvent] = [
            .podWaiting(path, attempt: attempt, Reason(.waitingForCapacity, "full")),
            .podStarted(path, attempt: attempt, at: now),
            .podEnded(path, attempt: attempt, .lost(Reason(.podLost, "gone")), at: now),
        ]
        // A task of a run that was retried may wait for such an answer.
        if attempt >= rows.tasks[path]?.attemptsBefore ?? 0 {
            news += [
                .cacheAnswered(path, cacheAnswer(path)),
                .imported(path, .failed(Reason(.importFailed, "gone"))),
            ]
        }
        for event in news {
            let commands = machine.handle(event, at: now)
            if !commands.isEmpty { throw violation("old news of \(name) led to \(commands)") }
        }
        if machine.tasks.contains(where: { $0.state.isFinal }) { transitions.insert(.lateNews) }
    }

    private mutating func report(_ pod: SimulatedPod) -> [RunCommand] {
        guard let result = pod.result else { return [] }
        return machine.handle(
            .podEnded(pod.launch.path, attempt: pod.launch.attempt, result, at: now),
            at: now
        )
    }

    private func result(of pod: SimulatedPod) -> AttemptResult {
        let path = pod.launch.path
        if pod.stopped { return .failed(Reason(.killedBySignal, "stopped"), exitCode: nil) }
        switch fate.end(of: path, attempt: pod.launch.attempt) {
        case .failure: return .failed(Reason(.exitedNonZero, "exit 1"), exitCode: 1)
        case .loss: return .lost(Reason(.podLost, "gone"))
        case .success:
            return .succeeded(
                parameters: fate.outputs(of: path),
                artifacts: ["data": [artifact("\(path)/\(pod.launch.attempt)")]]
            )
        }
    }

    // MARK: The server

    /// Stores, then acts, as the orchestrator does; crashes between any two of the steps.
    private mutating func perform(_ commands: [RunCommand]) throws {
        var commands = commands
        while true {
            if crashes(before: "the write") {
                commands = try restart()
                continue
            }
            try checkOrder(commands)
            try note(commands)
            try checkCacheEntries(commands)
            let started = started(by: commands)
            try checkRoom(commands)
            for command in commands where command.isWrite { rows.apply(command) }
            for path in started { try checkStart(of: path) }
            try checkLimits(commands)
            // Building a machine takes time with the run's size; small runs are checked at every step.
            if rows.tasks.count < 6 || random.chance(0.1) { try checkReplay() }
            if crashes(before: "the first action") {
                commands = try restart()
                continue
            }
            var reports: [SimulatedPod] = []
            var crashed = false
            for command in commands where !command.isWrite {
                try act(command, &reports)
                if crashes(before: "the next action") {
                    crashed = true
                    break
                }
            }
            if crashed {
                commands = try restart()
                continue
            }
            if reports.isEmpty { return }
            // A pod that had ended reports its end again.
            commands = []
            for pod in reports { commands += report(pod) }
            if commands.isEmpty { return }
        }
    }

    private func started(by commands: [RunCommand]) -> [TaskPath] {
        commands.compactMap { command in
            guard case .saveTask(let task) = command, task.state == .running else { return nil }
            return rows.tasks[task.path]?.state == .running ? nil : task.path
        }
    }

    private mutating func crashes(before: String) -> Bool {
        guard crashes < 50, random.chance(crashChance) else { return false }
        crashes += 1
        return true
    }

    /// Takes down which transitions a step stores.
    private mutating func note(_ commands: [RunCommand]) throws {
        for command in commands {
            if case .saveRun(let run) = command,
                run.stateHistory.contains(where: { $0.state == .canceling && $0.at > run.openedAt })
            {
                stoppingSince = stoppingSince ?? now
            }
            if case .saveAttempt(let attempt) = command, !attempt.state.isFinal, attempt.reason != nil {
                transitions.insert(.waited)
            }
            guard case .saveTask(let task) = command else { continue }
            let attempts = commands.compactMap { command -> Attempt? in
                if case .saveAttempt(let attempt) = command, attempt.path == task.path {
                    attempt
                } else {
                    nil
                }
            }
            let old = rows.retryRequestedAt == nil ? rows.tasks[task.path] : nil
            if let old, !Transition.isAllowed(from: old.state, to: task.state) {
                throw violation("\(task.path) went from \(old.state) to \(task.state)")
            }
            if let transition = Transition(from: old, to: task, attempts: attempts) {
                transitions.insert(transition)
            }
        }
    }

    /// Asks for the run to be retried, as the service stores it; the server finds the request when it loads the run.
    private mutating func retry() throws {
        let past = Past(
            ends: rows.tasks,
            attempts: rows.attempts.values.reduce(into: [:]) { $0[$1.path, default: 0] += 1 }
        )
        oracle = Oracle(graph: graph, fate: fate, past: past)
        rows.run.reopen(at: now, reason: Reason(.retried, "again"))
        rows.retryRequestedAt = now
        try forgetTheRest()
    }

    /// Starts a run that repeats this one from some task on.
    private mutating func rerun() throws {
        guard let path = rows.tasks.keys.sorted().randomElement(using: &random) else { return }
        oracle = Oracle(
            graph: graph,
            fate: fate,
            past: Past(ends: rows.tasks, isRerun: true, chosen: path)
        )
        var run = Run(
            id: RunID("run\(again)"),
            experimentID: ExperimentID("e"),
            displayName: "simulated",
            pipelineName: "test",
            createdAt: now
        )
        run.rerun = Rerun(source: rows.run.id, from: path)
        source = rows
        rows = Rows(run: run, tasks: [.root: RunMachine.rootRecord(of: run, graph: graph)])
        pods = [:]
        try forgetTheRest()
    }

    private mutating func forgetTheRest() throws {
        stoppingSince = nil
        keys = [:]
        wakes = []
        questions = []
        machine = try load()
    }

    private mutating func restart() throws -> [RunCommand] {
        wakes = []
        questions = []
        machine = try load()
        let commands = machine.resume(at: now)
        if rows.run.state.isFinal, !commands.isEmpty { throw violation("a finished run wants \(commands)") }
        return commands
    }

    func load() throws -> RunMachine {
        guard let rerun = rows.run.rerun, let source, rows.run.state == .pending, rows.tasks.count == 1 else {
            return try machine(rows)
        }
        return try RunMachine(
            run: rows.run,
            rerunning: machine(source),
            from: rerun.from,
            underWayMax: underWayMax,
            at: now
        )
    }

    private func machine(_ rows: Rows) throws -> RunMachine {
        try RunMachine(
            run: rows.run,
            graph: graph,
            tasks: rows.tasks.values.shuffledByPath(seed: seed),
            attempts: Array(rows.attempts.values),
            artifacts: Array(rows.artifacts.values),
            underWayMax: underWayMax,
            retriedAt: rows.retryRequestedAt
        )
    }

    private mutating func act(_ command: RunCommand, _ reports: inout [SimulatedPod]) throws {
        switch command {
        case .launch(let launch):
            let name = "\(launch.path)/\(launch.attempt)"
            if let pod = pods[name] {
                if pod.launch != launch { throw violation("pod \(name) is wanted again, but differently") }
                if pod.result != nil { reports.append(pod) }
                return
            }
            try checkLaunch(launch, name)
            pods[name] = SimulatedPod(launch: launch)
            podCount += 1
        case .stop(let path, let attempt): pods["\(path)/\(attempt)"]?.stopped = true
        case .wake(let at): wakes.append(at)
        case .lookUpCache(let path, let key):
            try checkStart(of: path)
            if let before = keys.updateValue(key, forKey: path), before != key {
                throw violation("the cache is asked for \(path) again, but differently")
            }
            questions.append(command)
        case .register(let wanted):
            try checkStart(of: wanted.path)
            questions.append(command)
        case .saveRun, .saveTask, .saveAttempt, .forgetLineage, .saveLineage, .saveCacheEntry: break
        }
    }
}

extension Dictionary<TaskPath, TaskRecord>.Values {
    /// Rows in an order that has nothing to do with the order in which they were written.
    func shuffledByPath(seed: UInt64) -> [TaskRecord] {
        var random = SeededGenerator(seed: seed)
        return sorted { $0.path < $1.path }.shuffled(using: &random)
    }
}
