import Engine
import Model
import PipelineIR
import TestKit

/// The rows of one run, as a database would keep them.
struct Rows: Equatable {
    var run: Run
    var tasks: [TaskPath: TaskRecord]
    var attempts: [String: Attempt] = [:]
    var artifacts: [ArtifactID: Artifact] = [:]
    var edges: Set<ArtifactEdge> = []

    mutating func apply(_ command: RunCommand) {
        switch command {
        case .saveRun(let run): self.run = run
        case .saveTask(let task): tasks[task.path] = task
        case .saveAttempt(let attempt): attempts["\(attempt.path)/\(attempt.number)"] = attempt
        case .saveLineage(let artifacts, let edges):
            for artifact in artifacts { self.artifacts[artifact.id] = artifact }
            self.edges.formUnion(edges)
        case .saveCacheEntry, .lookUpCache, .register, .launch, .stop, .wake: break
        }
    }
}

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
    /// Which rows of the machine's table were taken.
    var transitions: Set<Transition> = []
    /// When the request to stop was stored.
    var stoppingSince: Instant?
    let crashChance: Double
    let failureChance: Double
    /// The step before which somebody wants the run to stop, if anybody does.
    let terminatesBefore: Int?

    init(seed: UInt64) throws {
        self.seed = seed
        var pipeline = RandomPipeline(seed: seed)
        graph = try TaskGraph(try PipelineSpec(json: pipeline.make()))
        random = SeededGenerator(seed: seed ^ 0xABCD)
        crashChance = random.chance(0.5) ? 0.1 : 0
        failureChance = [0, 0.1, 0.4][random.below(3)]
        terminatesBefore = random.chance(0.2) ? 1 + random.below(25) : nil
        let run = Run(
            id: RunID("run"), experimentID: ExperimentID("e"), displayName: "simulated", pipelineName: "test",
            createdAt: now)
        rows = Rows(run: run, tasks: [.root: RunMachine.rootRecord(of: run, graph: graph)])
        machine = try RunMachine(run: run, graph: graph, tasks: Array(rows.tasks.values))
    }

    /// Runs to the end and checks every rule on the way.
    mutating func play() throws {
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
            } else if !(try playPod()) {
                guard let wake = wakes.min() else { throw violation("nothing is under way, yet the run is open: \(openTasks)") }
                wakes.removeAll { $0 <= wake }
                now = max(now, wake)
                try perform(machine.handle(.clockAdvanced, at: now))
            }
        }
        try checkEnd()
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
            try perform(machine.handle(.podWaiting(path, attempt: attempt, Reason(.waitingForCapacity, "full")), at: now))
        } else {
            pod.result = Self.result(of: pod, seed: seed, failureChance: failureChance, now: now)
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
        let news: [RunEvent] = [
            .podWaiting(path, attempt: attempt, Reason(.waitingForCapacity, "full")),
            .podStarted(path, attempt: attempt, at: now),
            .podEnded(path, attempt: attempt, .lost(Reason(.podLost, "gone")), at: now),
        ]
        for event in news {
            let commands = machine.handle(event, at: now)
            if !commands.isEmpty { throw violation("old news of \(name) led to \(commands)") }
        }
        if machine.tasks.contains(where: { $0.state.isFinal }) { transitions.insert(.lateNews) }
    }

    private mutating func report(_ pod: SimulatedPod) -> [RunCommand] {
        guard let result = pod.result else { return [] }
        return machine.handle(.podEnded(pod.launch.path, attempt: pod.launch.attempt, result, at: now), at: now)
    }

    /// How a pod ends is a function of its name, so that the oracle knows it too.
    static func result(of pod: SimulatedPod, seed: UInt64, failureChance: Double, now: Instant) -> AttemptResult {
        if pod.stopped { return .failed(Reason(.killedBySignal, "stopped"), exitCode: nil) }
        switch Self.fate(of: pod.launch.path, attempt: pod.launch.attempt, seed: seed, failureChance: failureChance) {
        case 0: return .failed(Reason(.exitedNonZero, "exit 1"), exitCode: 1)
        case 1: return .lost(Reason(.podLost, "gone"))
        default:
            let id = ArtifactID("\(pod.launch.path)/\(pod.launch.attempt)")
            return .succeeded(
                parameters: ["number": .number(Double(Self.number(of: pod.launch.path)))],
                artifacts: [
                    "data": [
                        Artifact(
                            id: id, name: "data", schemaTitle: "system.Dataset", schemaVersion: "0.0.1", uri: "/x",
                            createdAt: now)
                    ]
                ])
        }
    }

    /// The number that a task gives out: its own, so that a number from elsewhere is noticed.
    static func number(of path: TaskPath) -> Int {
        path.text.utf8.reduce(7) { ($0 * 31 + Int($1)) % 1_000_003 }
    }

    /// 0: fails, 1: is lost, 2: succeeds.
    static func fate(of path: TaskPath, attempt: Int, seed: UInt64, failureChance: Double) -> Int {
        var hash = seed
        for byte in "\(path)#\(attempt)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var random = SeededGenerator(seed: hash)
        guard random.chance(failureChance) else { return 2 }
        return random.chance(0.3) ? 1 : 0
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
            for command in commands where command.isWrite { rows.apply(command) }
            try checkReplay()
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

    private mutating func crashes(before: String) -> Bool {
        guard crashes < 50, random.chance(crashChance) else { return false }
        crashes += 1
        return true
    }

    /// Takes down which transitions a step stores.
    private mutating func note(_ commands: [RunCommand]) throws {
        for command in commands {
            if case .saveRun(let run) = command, run.state == .canceling { stoppingSince = stoppingSince ?? now }
            if case .saveAttempt(let attempt) = command, !attempt.state.isFinal, attempt.reason != nil {
                transitions.insert(.waited)
            }
            guard case .saveTask(let task) = command else { continue }
            let attempts = commands.compactMap { command -> Attempt? in
                if case .saveAttempt(let attempt) = command, attempt.path == task.path { attempt } else { nil }
            }
            if let old = rows.tasks[task.path], !Transition.isAllowed(from: old.state, to: task.state) {
                throw violation("\(task.path) went from \(old.state) to \(task.state)")
            }
            if let transition = Transition(from: rows.tasks[task.path], to: task, attempts: attempts) {
                transitions.insert(transition)
            }
        }
    }

    private mutating func restart() throws -> [RunCommand] {
        wakes = []
        machine = try load()
        let commands = machine.resume(at: now)
        if rows.run.state.isFinal, !commands.isEmpty { throw violation("a finished run wants \(commands)") }
        return commands
    }

    func load() throws -> RunMachine {
        try RunMachine(
            run: rows.run, graph: graph, tasks: rows.tasks.values.shuffledByPath(seed: seed),
            attempts: Array(rows.attempts.values), artifacts: Array(rows.artifacts.values))
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
        case .stop(let path, let attempt): pods["\(path)/\(attempt)"]?.stopped = true
        case .wake(let at): wakes.append(at)
        case .lookUpCache, .register: throw violation("random pipelines use neither cache nor importers, yet \(command)")
        case .saveRun, .saveTask, .saveAttempt, .saveLineage, .saveCacheEntry: break
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
