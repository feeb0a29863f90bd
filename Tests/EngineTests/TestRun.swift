import Engine
import Model
import PipelineIR
import TestKit
import Testing

/// A run under a manual clock: a machine, and what its last step asked for.
struct TestRun {
    let graph: TaskGraph
    var machine: RunMachine
    var now = Instant(milliseconds: 1_000)
    /// What the last event led to.
    var commands: [RunCommand] = []
    /// All that was ever stored of lineage.
    var artifacts: [Artifact] = []
    var edges: [ArtifactEdge] = []
    /// How long the run may take, from the next ``reload()`` on.
    var activeDeadline: Duration?
    let underWayMax: Int

    /// Submits a pipeline; with `resumes` it is also picked up, at 1 s.
    init(
        _ json: JSONValue,
        parameters: [String: JSONValue] = [:],
        resumes: Bool = true,
        underWayMax: Int = Limits.tasksUnderWayMax
    ) throws {
        self.underWayMax = underWayMax
        graph = try TaskGraph(try PipelineSpec(json: json))
        let run = Run(
            id: RunID("r"),
            experimentID: ExperimentID("e"),
            displayName: "my run",
            pipelineName: "test",
            parameters: parameters,
            createdAt: .epoch
        )
        machine = try RunMachine(
            run: run,
            graph: graph,
            tasks: [RunMachine.rootRecord(of: run, graph: graph)],
            underWayMax: underWayMax
        )
        if resumes { resume() }
    }

    /// A pipeline of tasks that all run the container `work` (inputs `n` and `s`, outputs `y` and artifact `data`).
    init(
        tasks: [String: JSONValue],
        root: [String: JSONValue] = [:],
        dag: [String: JSONValue] = [:],
        underWayMax: Int = Limits.tasksUnderWayMax
    ) throws {
        try self.init(Self.spec(tasks, root: root, dag: dag), underWayMax: underWayMax)
    }

    static func spec(
        _ tasks: [String: JSONValue],
        root: [String: JSONValue] = [:],
        dag: [String: JSONValue] = [:],
        build: (inout SpecBuilder) -> Void = { _ in }
    ) -> JSONValue {
        var builder = SpecBuilder()
        builder.container(
            "work",
            inputs: ["n": "NUMBER_INTEGER", "s": "STRING"],
            outputs: ["y": "STRING"],
            artifactsOut: ["data"]
        )
        builder.container("read", artifactsIn: ["data"])
        build(&builder)
        return builder.spec(tasks: tasks, root: root, dag: dag)
    }

    static func work(
        after: [String] = [],
        _ parameters: [String: JSONValue] = [:],
        rest: [String: JSONValue] = [:]
    ) -> JSONValue {
        SpecBuilder.task("work", after: after, parameters: parameters, rest: rest)
    }

    static func retry(
        _ count: Int,
        backoff: String = "0s",
        factor: Double = 2,
        max: String = "3600s"
    ) -> [String: JSONValue] {
        [
            "retryPolicy": [
                "maxRetryCount": .number(Double(count)), "backoffDuration": .string(backoff),
                "backoffFactor": .number(factor), "backoffMaxDuration": .string(max),
            ]
        ]
    }

    // MARK: Events

    mutating func resume() { note(machine.resume(at: now)) }

    mutating func handle(_ event: RunEvent) { note(machine.handle(event, at: now)) }

    mutating func wait(_ path: String, attempt: Int = 0) {
        handle(.podWaiting(TaskPath(path), attempt: attempt, Reason(.waitingForCapacity, "full")))
    }

    mutating func start(_ path: String, attempt: Int = 0) {
        handle(.podStarted(TaskPath(path), attempt: attempt, at: now))
    }

    mutating func succeed(
        _ path: String,
        attempt: Int = 0,
        _ parameters: [String: JSONValue] = ["y": "out"],
        data: [String] = []
    ) {
        let data = data.map {
            Artifact(
                id: ArtifactID($0),
                name: "data",
                schemaTitle: "system.Dataset",
                schemaVersion: "0.0.1",
                uri: "/\($0)",
                createdAt: now
            )
        }
        handle(
            .podEnded(
                TaskPath(path),
                attempt: attempt,
                .succeeded(parameters: parameters, artifacts: data.isEmpty ? [:] : ["data": data]),
                at: now
            )
        )
    }

    mutating func fail(_ path: String, attempt: Int = 0, _ message: String = "exit 1", at: Instant? = nil) {
        handle(
            .podEnded(
                TaskPath(path),
                attempt: attempt,
                .failed(Reason(.exitedNonZero, message), exitCode: 1),
                at: at ?? now
            )
        )
    }

    mutating func lose(_ path: String, attempt: Int = 0) {
        handle(.podEnded(TaskPath(path), attempt: attempt, .lost(Reason(.podLost, "gone")), at: now))
    }

    mutating func terminate() { handle(.terminationRequested) }

    /// Lets time pass and says so.
    mutating func pass(_ duration: Duration) {
        now = now + duration
        handle(.clockAdvanced)
    }

    private mutating func note(_ commands: [RunCommand]) {
        self.commands = commands
        for case .saveLineage(let artifacts, let edges) in commands {
            self.artifacts += artifacts
            self.edges += edges
        }
    }

    /// Builds the machine anew from what it would have stored, in another order.
    mutating func reload() throws { try load(machine.run) }

    /// Asks for the run, which is over, to be retried, and picks it up.
    mutating func retry() throws {
        var row = machine.run
        row.reopen(at: now, reason: Reason(.retried, "again"))
        try load(row, retriedAt: now)
        resume()
    }

    private mutating func load(_ row: Run, retriedAt: Instant? = nil) throws {
        machine = try RunMachine(
            run: row,
            graph: graph,
            tasks: machine.tasks.reversed(),
            attempts: machine.attempts.reversed(),
            artifacts: artifacts,
            activeDeadline: activeDeadline,
            underWayMax: underWayMax,
            retriedAt: retriedAt
        )
    }

    // MARK: What there is

    func task(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> TaskRecord {
        try #require(machine.tasks.first { $0.path == TaskPath(path) }, sourceLocation: sourceLocation)
    }

    func state(_ path: String) -> TaskState? { machine.tasks.first { $0.path == TaskPath(path) }?.state }

    /// `path STATE` of every task but the root, by path.
    var states: [String] {
        machine.tasks.filter { $0.path != .root }.map { "\($0.path) \($0.state.rawValue)" }.sorted()
    }

    /// `path/number STATE` of every attempt, by path and number.
    var attempts: [String] {
        machine.attempts.map { "\($0.path)/\($0.number) \($0.state.rawValue)" }.sorted()
    }

    /// Pods the last step asked for, as `path/attempt`.
    var launched: [String] {
        commands.compactMap {
            if case .launch(let launch) = $0 { "\(launch.path)/\(launch.attempt)" } else { nil }
        }
    }

    /// Pods the last step asked to end, as `path/attempt`.
    var stopped: [String] {
        commands.compactMap {
            if case .stop(let path, let attempt) = $0 { "\(path)/\(attempt)" } else { nil }
        }
    }

    /// Times at which the last step wants to be woken.
    var wakes: [Instant] {
        commands.compactMap { if case .wake(let at) = $0 { at } else { nil } }
    }

    /// The launch of a pod in the last step.
    func launch(_ path: String) throws -> Launch {
        try #require(
            commands.lazy.compactMap { if case .launch(let launch) = $0 { launch } else { nil } }
                .first { $0.path == TaskPath(path) }
        )
    }
}
