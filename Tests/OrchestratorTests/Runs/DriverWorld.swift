import CoreMetrics
import Logging
import MetricsTestKit
import Model
import Orchestrator
import Pods
import ServerKit
import Services
import Store

/// A server with its loop: real use cases and database, scripted pods, a clock that ticks by itself.
struct DriverWorld: Sendable {
    let server: TestServer
    let database: FaultyDatabase
    let metrics = TestMetrics()

    init(_ script: @escaping @Sendable (PodSpec) -> ScriptedProgram = { _ in .ends() }) async throws {
        server = try await TestServer(script: script)
        database = FaultyDatabase(server.database)
    }

    var pods: PodWorld { server.world }

    /// A new server process over the same database and machine.
    /// - Parameter poll: how often it looks for runs.
    func driver(poll: Duration = .milliseconds(5)) -> RunDriver {
        var timing = RunDriver.Timing()
        timing.poll = poll
        timing.lease = poll * 10
        let clock = server.clock
        return RunDriver(
            database: database,
            pods: ScriptedPods(pods),
            artifacts: server.artifacts,
            timing: timing,
            now: { clock.now() },
            newID: { clock.newID() },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics
        )
    }

    /// Lets a driver run while `body` does, and stops it then.
    func driving<Result: Sendable>(
        poll: Duration = .milliseconds(5),
        _ body: (RunDriver.WakeUp) async throws -> Result
    ) async throws -> Result {
        let driver = driver(poll: poll)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await driver.run() }
            let result = try await body(driver.wakeUp)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }

    /// Submits a run.
    func submit(_ spec: JSONValue) async throws -> RunID {
        try await server.useCases.runs.create(
            RunSubmission(
                displayName: "r",
                source: .spec(PipelineSpecDocument(pipelineSpec: spec))
            )
        ).run.id
    }

    /// Waits for the end of a run.
    func end(of id: RunID) async throws -> Run {
        try await eventually("the end of run \(id)") { try await run(id).state.isFinal }
        return try await run(id)
    }

    /// A run as it stands.
    func run(_ id: RunID) async throws -> Run { try await server.useCases.runs.get(id).run }

    /// A task as it stands.
    func task(_ id: RunID, _ path: String) async throws -> TaskRecord? {
        try await server.useCases.tasks.all(of: id, withArtifacts: true).tasks.first { $0.path.text == path }
    }

    /// The tasks and attempts of a run that are not over.
    func open(in id: RunID) async throws -> [TaskPath] {
        try await server.database.read { connection in
            let tasks = try connection.tasks(of: id).filter { !$0.state.isFinal }.map(\.path)
            return try tasks + connection.attempts(of: id).filter { !$0.state.isFinal }.map(\.path)
        }
    }

    /// Waits until a pod runs.
    func started(_ id: RunID, _ path: String, attempt: Int = 0) async throws -> PodName {
        let name = PodName(runID: id, path: TaskPath(path), attempt: attempt)
        try await eventually("the start of \(name)") { pods.running.contains(name) }
        return name
    }
}

extension PodSpec {
    /// The file in which the program leaves an output parameter.
    func file(_ parameter: String) -> String {
        outputPaths.first { $0.hasSuffix("/outputs/\(parameter)") } ?? ""
    }

    /// The file in which the program says everything it returns.
    var executorOutput: String { outputPaths.first { $0.hasSuffix("/executor_output.json") } ?? "" }
}
