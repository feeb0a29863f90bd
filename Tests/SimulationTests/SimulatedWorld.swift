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
        case .launch, .stop, .wake: break
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
    let crashChance: Double
    let failureChance: Double
    let terminates: Bool

    init(seed: UInt64) throws {
        self.seed = seed
        var pipeline = RandomPipeline(seed: seed)
        graph = try TaskGraph(try PipelineSpec(json: pipeline.make()))
        random = SeededGenerator(seed: seed ^ 0xABCD)
        crashChance = random.chance(0.5) ? 0.1 : 0
        failureChance = [0, 0.1, 0.4][random.below(3)]
        terminates = random.chance(0.15)
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
            if terminates, steps == 5 {
                try perform(machine.handle(.terminationRequested, at: now))
                continue
            }
            if !(try playPod()) {
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
                parameters: ["number": 7],
                artifacts: [
                    "data": [
                        Artifact(
                            id: id, name: "data", schemaTitle: "system.Dataset", schemaVersion: "0.0.1", uri: "/x",
                            createdAt: now)
                    ]
                ])
        }
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

    private mutating func restart() throws -> [RunCommand] {
        wakes = []
        machine = try load()
        let commands = machine.resume(at: now)
        if rows.run.state.isFinal, !commands.isEmpty { throw violation("a finished run wants \(commands)") }
        return commands
    }

    private func load() throws -> RunMachine {
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
        case .saveRun, .saveTask, .saveAttempt, .saveLineage: break
        }
    }

    // MARK: Rules

    private func checkLaunch(_ launch: Launch, _ name: String) throws {
        if rows.run.state.isFinal { throw violation("a finished run launches \(name)") }
        guard let attempt = rows.attempts[name], !attempt.state.isFinal else {
            throw violation("\(name) is launched before its intent is stored")
        }
        if launch.attempt > 0 {
            guard pods["\(launch.path)/\(launch.attempt - 1)"]?.result != nil else {
                throw violation("\(name) is launched while the attempt before it is open")
            }
        }
        guard let record = rows.tasks[launch.path], let parent = record.parent else {
            throw violation("\(name) has no row")
        }
        for position in launch.task.upstream {
            let upstream = rows.tasks.values.filter { $0.parent == parent }
                .first { $0.name == siblings(of: parent)[position].name }
            if upstream?.state.isSuccess != true {
                throw violation("\(name) is launched although '\(upstream?.name ?? "?")' did not succeed")
            }
        }
        if launch.task.artifactSources["data"] != nil, launch.artifacts["data"]?.count != 1 {
            throw violation("\(name) lacks its input artifact")
        }
    }

    private func siblings(of parent: TaskPath) -> [TaskGraph.Task] {
        var pipeline = graph.root
        for segment in parent == .root ? [] : parent.text.split(separator: ".").map(String.init) {
            guard let task = pipeline.tasks.first(where: { $0.name == segment }), case .pipeline(let index) = task.body
            else { return [] }
            pipeline = graph.pipelines[index]
        }
        return pipeline.tasks
    }

    /// A machine built from the rows equals the one that wrote them.
    private func checkReplay() throws {
        let replayed = try load()
        guard replayed.run == machine.run else { throw violation("the stored run differs from the live one") }
        let live = Dictionary(uniqueKeysWithValues: machine.tasks.map { ($0.path, $0) })
        for task in replayed.tasks where live[task.path] != task {
            throw violation("stored task differs from the live one: \(task.path)")
        }
        guard replayed.tasks.count == machine.tasks.count, Set(replayed.attempts) == Set(machine.attempts) else {
            throw violation("stored tasks or attempts differ from the live ones")
        }
    }

    private func checkEnd() throws {
        for (name, pod) in pods where pod.result == nil { throw violation("the run is over, yet \(name) runs") }
        for task in rows.tasks.values where !task.state.isFinal {
            throw violation("the run is over, yet \(task.path) is \(task.state)")
        }
        for attempt in rows.attempts.values where !attempt.state.isFinal {
            throw violation("the run is over, yet attempt \(attempt.number) of \(attempt.path) is \(attempt.state)")
        }
        if pods.count != rows.attempts.count { throw violation("\(pods.count) pods, but \(rows.attempts.count) attempts") }
        if !terminates {
            let oracle = Oracle(graph: graph, seed: seed, failureChance: failureChance)
            try oracle.check(rows, violation)
        }
    }

    private var openTasks: [TaskPath] { rows.tasks.values.filter { !$0.state.isFinal }.map(\.path).sorted() }

    private func violation(_ message: String) -> Violation { Violation(seed: seed, message: message) }
}

extension Dictionary<TaskPath, TaskRecord>.Values {
    /// Rows in an order that has nothing to do with the order in which they were written.
    func shuffledByPath(seed: UInt64) -> [TaskRecord] {
        var random = SeededGenerator(seed: seed)
        return sorted { $0.path < $1.path }.shuffled(using: &random)
    }
}
