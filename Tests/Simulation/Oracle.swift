import Model
import PipelineIR

/// Says how a run must go, by plain recursion over the graph, without anything the engine uses to get there.
struct Oracle {
    /// What must become of one task.
    struct Expectation {
        var state: TaskState
        /// What goes into it; of iterations, only what their tasks can see.
        var inputs = TaskValues()
        var outputs = TaskValues()
        /// What comes before it, and whether it must have succeeded.
        var upstream: [TaskPath] = []
        var needsSuccess = true
        /// For a loop: how many iterations may be open.
        var limit: Int?
        var asksCache = false
        /// Whether it is a container or an importer.
        var isLeaf = false
    }

    let graph: TaskGraph
    let fate: Fate
    /// What was before, if the run is retried or repeats another.
    let past: Past
    private(set) var expectations: [TaskPath: Expectation] = [:]
    /// Tasks that run again, with all that is inside or in part.
    private(set) var again: Set<TaskPath> = []

    init(graph: TaskGraph, fate: Fate, past: Past = Past()) {
        self.graph = graph
        self.fate = fate
        self.past = past
        let isWhole = past.chosen == .root || past.ends.isEmpty
        expectations[.root] = pipeline(0, at: .root, TaskValues(), retries: nil, isWhole: isWhole)
    }

    /// - Parameters:
    ///   - inputs: those of the pipeline.
    ///   - isWhole: whether nothing of an earlier time counts here.
    private mutating func pipeline(
        _ index: Int,
        at path: TaskPath,
        _ inputs: TaskValues,
        retries: TaskSpec.RetryPolicy?,
        isWhole: Bool
    ) -> Expectation {
        let pipeline = graph.pipelines[index]
        var tasks: [Expectation] = []
        for task in pipeline.tasks {
            let place = path.appending(task.name)
            let isAfter = task.upstream.contains { again.contains(path.appending(pipeline.tasks[$0].name)) }
            let isWholeTask = isWhole || isAfter || past.chosen == place
            if isWholeTask || past.isAgain(place) { again.insert(place) }
            var expectation: Expectation
            if !again.contains(place), let kept = past.kept(place) {
                expectation = kept
                keepInside(place)
            } else {
                expectation = expect(
                    task,
                    at: place,
                    inputs,
                    tasks,
                    retries: task.spec.retryPolicy ?? retries,
                    isWhole: isWholeTask
                )
            }
            expectation.upstream = task.upstream.map { path.appending(pipeline.tasks[$0].name) }
            expectation.needsSuccess = task.spec.triggerStrategy == .allUpstreamTasksSucceeded
            expectations[place] = expectation
            tasks.append(expectation)
        }
        var result = Expectation(
            state: tasks.contains { $0.state == .failed } ? .failed : .succeeded,
            inputs: inputs
        )
        guard result.state == .succeeded else { return result }
        for (key, sources) in pipeline.outputParameters {
            for source in sources.reversed() where tasks[source.producer].state.isSuccess {
                if let value = tasks[source.producer].outputs.parameters[source.key] {
                    result.outputs.parameters[key] = value
                }
            }
        }
        for (key, sources) in pipeline.outputArtifacts {
            for source in sources.reversed() where tasks[source.producer].state.isSuccess {
                if let value = tasks[source.producer].outputs.artifacts[source.key] {
                    result.outputs.artifacts[key] = value
                }
            }
        }
        return result
    }

    private mutating func expect(
        _ task: TaskGraph.Task,
        at path: TaskPath,
        _ around: TaskValues,
        _ before: [Expectation],
        retries: TaskSpec.RetryPolicy?,
        isWhole: Bool
    ) -> Expectation {
        if task.spec.triggerStrategy == .allUpstreamTasksSucceeded,
            task.upstream.contains(where: { !before[$0].state.isSuccess })
        {
            return Expectation(state: .skipped)
        }
        guard let inputs = inputs(of: task, around, before) else { return Expectation(state: .failed) }
        if let condition = task.spec.triggerCondition {
            switch isMet(condition, inputs) {
            case nil: return Expectation(state: .failed, inputs: inputs)
            case false?: return Expectation(state: .skipped, inputs: inputs)
            case true?: break
            }
        }
        if let iterator = task.spec.iterator {
            return loop(task, iterator, at: path, inputs, retries, isWhole)
        }
        return body(of: task, at: path, inputs, retries, isWhole)
    }

    mutating func body(
        of task: TaskGraph.Task,
        at path: TaskPath,
        _ inputs: TaskValues,
        _ retries: TaskSpec.RetryPolicy?,
        _ isWhole: Bool
    ) -> Expectation {
        switch task.body {
        case .pipeline(let inner):
            return pipeline(inner, at: path, inputs, retries: retries, isWhole: isWhole)
        case .importer:
            guard fate.isRegistered(path) else { return Expectation(state: .failed, inputs: inputs) }
            return Expectation(
                state: .succeeded,
                inputs: inputs,
                outputs: TaskValues(artifacts: ["data": [ArtifactID("import/\(path)")]]),
                isLeaf: true
            )
        case .container, .foreign:
            var result = Expectation(
                state: .failed,
                inputs: inputs,
                asksCache: task.spec.cachingEnabled,
                isLeaf: true
            )
            var origin = ArtifactID("cached/\(path)")
            if task.spec.cachingEnabled, fate.isCached(path) {
                result.state = .cached
            } else if let attempt = lastAttempt(path, retries) {
                result.state = .succeeded
                origin = ArtifactID("\(path)/\(attempt)")
            } else {
                return result
            }
            result.outputs = TaskValues(parameters: fate.outputs(of: path), artifacts: ["data": [origin]])
            return result
        }
    }

    mutating func note(_ expectation: Expectation, at path: TaskPath) { expectations[path] = expectation }

    /// Takes what stands inside a group that does not run again as it was.
    mutating func keepInside(_ group: TaskPath) {
        for path in past.ends.keys where path.text.hasPrefix(group.text + ".") {
            expectations[path] = past.kept(path)
        }
    }

    /// The attempt that succeeds, if any does.
    private func lastAttempt(_ path: TaskPath, _ policy: TaskSpec.RetryPolicy?) -> Int? {
        var failures = 0
        var losses = 0
        for attempt in (past.attempts[path] ?? 0)... {
            switch fate.end(of: path, attempt: attempt) {
            case .failure:
                failures += 1
                if failures > policy?.retriesMax ?? 0 { return nil }
            case .loss:
                losses += 1
                if losses > Limits.infrastructureRetriesMax { return nil }
            case .success: return attempt
            }
        }
        return nil
    }
}
