import Engine
import Model
import PipelineIR

/// What must hold at every step and at the end of a simulated run.
extension SimulatedWorld {
    func checkLaunch(_ launch: Launch, _ name: String) throws {
        if rows.run.state.isFinal { throw violation("a finished run launches \(name)") }
        guard let attempt = rows.attempts[name], !attempt.state.isFinal else {
            throw violation("\(name) is launched before its intent is stored")
        }
        if launch.attempt > 0 {
            guard pods["\(launch.path)/\(launch.attempt - 1)"]?.result != nil else {
                throw violation("\(name) is launched while the attempt before it is open")
            }
            try checkPause(before: attempt, policy: launch.task.spec.retryPolicy)
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
        if let since = stoppingSince, attempt.createdAt > since {
            throw violation("\(name) is launched although the run is to stop")
        }
        if let source = launch.task.artifactSources["data"], case .taskOutput(let reference) = source {
            let producer = self.source(of: reference, in: parent).text
            let ids = launch.artifacts["data"]?.map(\.id.text) ?? []
            if ids.count != 1 || ids.first?.hasPrefix(producer + "/") != true {
                throw violation("\(name) reads \(ids), expected what \(producer) wrote")
            }
        }
        if case .taskOutput(let reference) = launch.task.parameterSources["number"]?.origin {
            let expected = Self.number(of: source(of: reference, in: parent))
            if launch.parameters["number"] != .number(Double(expected)) {
                throw violation(
                    "\(name) got number \(launch.parameters["number"]?.jsonText ?? "nothing"), expected \(expected)"
                )
            }
        }
    }

    /// A task with a policy of its own is not tried again before the policy's pause has passed.
    private func checkPause(before attempt: Attempt, policy: TaskSpec.RetryPolicy?) throws {
        let earlier = rows.attempts.values.filter { $0.path == attempt.path && $0.number < attempt.number }
        guard let last = earlier.max(by: { $0.number < $1.number }), last.state == .failed, let policy,
            let endedAt = last.endedAt
        else { return }
        var pause = policy.backoff
        for _ in 1..<earlier.count(where: { $0.state == .failed }) { pause = pause * policy.factor }
        if attempt.createdAt < endedAt + min(pause, policy.backoffMax) {
            throw violation(
                "attempt \(attempt.number) of \(attempt.path) came before its pause of \(pause) was over"
            )
        }
    }

    /// Rows come before actions, and every row once.
    func checkOrder(_ commands: [RunCommand]) throws {
        let firstAction = commands.firstIndex { !$0.isWrite } ?? commands.endIndex
        if commands[firstAction...].contains(where: \.isWrite) {
            throw violation("something is done before all is stored: \(commands)")
        }
    }

    /// Once the request to stop is dealt with, every open pod knows.
    func checkStopping() throws {
        for (name, pod) in pods where pod.result == nil && !pod.stopped {
            throw violation("the run is to stop, but nobody told pod \(name)")
        }
    }

    /// The container task whose output a reference means, through as many pipelines as there are.
    private func source(of reference: TaskGraph.OutputReference, in parent: TaskPath) -> TaskPath {
        let task = siblings(of: parent)[reference.producer]
        let path = parent.appending(task.name)
        guard case .pipeline(let index) = task.body else { return path }
        let inner = graph.pipelines[index]
        let references = inner.outputParameters[reference.key] ?? inner.outputArtifacts[reference.key] ?? []
        return references.first.map { source(of: $0, in: path) } ?? path
    }

    private func siblings(of parent: TaskPath) -> [TaskGraph.Task] {
        var pipeline = graph.root
        for segment in parent == .root ? [] : parent.text.split(separator: ".").map(String.init) {
            guard let task = pipeline.tasks.first(where: { $0.name == segment }),
                case .pipeline(let index) = task.body
            else { return [] }
            pipeline = graph.pipelines[index]
        }
        return pipeline.tasks
    }

    /// A machine built from the rows equals the one that wrote them.
    func checkReplay() throws {
        let replayed = try load()
        guard replayed.run == machine.run else { throw violation("the stored run differs from the live one") }
        let live = Dictionary(uniqueKeysWithValues: machine.tasks.map { ($0.path, $0) })
        for task in replayed.tasks where live[task.path] != task {
            throw violation("stored task differs from the live one: \(task.path)")
        }
        guard replayed.tasks.count == machine.tasks.count, Set(replayed.attempts) == Set(machine.attempts)
        else {
            throw violation("stored tasks or attempts differ from the live ones")
        }
    }

    func checkEnd() throws {
        for (name, pod) in pods where pod.result == nil {
            throw violation("the run is over, yet \(name) runs")
        }
        for task in rows.tasks.values where !task.state.isFinal {
            throw violation("the run is over, yet \(task.path) is \(task.state)")
        }
        for attempt in rows.attempts.values where !attempt.state.isFinal {
            throw violation(
                "the run is over, yet attempt \(attempt.number) of \(attempt.path) is \(attempt.state)"
            )
        }
        if pods.count != rows.attempts.count {
            throw violation("\(pods.count) pods, but \(rows.attempts.count) attempts")
        }
        try checkLineage()
        if stoppingSince == nil {
            let oracle = Oracle(graph: graph, seed: seed, failureChance: failureChance)
            try oracle.check(rows, violation)
        }
    }

    var openTasks: [TaskPath] { rows.tasks.values.filter { !$0.state.isFinal }.map(\.path).sorted() }

    func violation(_ message: String) -> Violation { Violation(seed: seed, message: message) }

    /// Every success has stored what it wrote, every start what it read, and the run its outputs.
    private func checkLineage() throws {
        for task in rows.tasks.values where task.state == .succeeded && task.kind == .container {
            let id = ArtifactID("\(task.path)/\((rows.attempts.values.count { $0.path == task.path }) - 1)")
            let edge = ArtifactEdge(
                artifactID: id,
                runID: rows.run.id,
                path: task.path,
                direction: .output,
                key: "data",
                position: 0
            )
            if rows.artifacts[id] == nil || !rows.edges.contains(edge) {
                throw violation("the output of \(task.path) is lost")
            }
            if task.outputs.parameters["number"] != .number(Double(Self.number(of: task.path))) {
                throw violation("the number of \(task.path) is lost")
            }
        }
        for pod in pods.values {
            for artifact in pod.launch.artifacts["data"] ?? [] {
                let edge = ArtifactEdge(
                    artifactID: artifact.id,
                    runID: rows.run.id,
                    path: pod.launch.path,
                    direction: .input,
                    key: "data",
                    position: 0
                )
                if !rows.edges.contains(edge) {
                    throw violation("that \(pod.launch.path) read \(artifact.id) is lost")
                }
            }
        }
        guard rows.run.state == .succeeded else { return }
        for (key, references) in graph.root.outputParameters {
            let expected = references.first.map { Self.number(of: source(of: $0, in: .root)) }
            if rows.run.outputs.parameters[key] != expected.map({ .number(Double($0)) }) {
                throw violation(
                    "the run's output '\(key)' is \(rows.run.outputs.parameters[key]?.jsonText ?? "nothing")"
                )
            }
        }
    }
}
