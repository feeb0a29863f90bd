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
        try checkStart(of: launch.path)
        if let since = stoppingSince, attempt.createdAt > since {
            throw violation("\(name) is launched although the run is to stop")
        }
        guard let expected = oracle.expectations[launch.path] else {
            throw violation("\(name) should not exist")
        }
        if expected.state == .cached { throw violation("\(name) is launched although the cache has it") }
        var parameters = launch.parameters
        if let status = parameters["status"] { parameters["status"] = ["state": status["state"] ?? .null] }
        let given = TaskValues(parameters: parameters, artifacts: launch.artifacts.mapValues { $0.map(\.id) })
        if given != expected.inputs {
            throw violation("\(name) got \(given.json.jsonText), expected \(expected.inputs.json.jsonText)")
        }
    }

    /// Nothing starts before what it needs has ended, and ended as it needs it.
    func checkStart(of path: TaskPath) throws {
        guard let expected = oracle.expectations[path] else { throw violation("\(path) should not exist") }
        for upstream in expected.upstream {
            guard let state = rows.tasks[upstream]?.state,
                expected.needsSuccess ? state.isSuccess : state.isFinal
            else {
                throw violation("\(path) starts although '\(upstream)' is not done")
            }
        }
    }

    /// A result becomes known to the cache with the success itself, and nothing else does.
    func checkCacheEntries(_ commands: [RunCommand]) throws {
        var entries: [TaskPath: CacheKey] = [:]
        for case .saveCacheEntry(let path, let key) in commands { entries[path] = key }
        for case .saveTask(let task) in commands {
            let key = entries.removeValue(forKey: task.path)
            let isNew = task.state == .succeeded && rows.tasks[task.path]?.state != .succeeded
            let expected = isNew && oracle.expectations[task.path]?.asksCache == true
            if (key != nil) != expected || (key != nil && key != keys[task.path]) {
                throw violation(
                    "\(task.path) is \(task.state), and its cache entry is \(key.map { "\($0)" } ?? "none")"
                )
            }
        }
        if let path = entries.keys.min() { throw violation("a cache entry without a success: \(path)") }
    }

    /// Never more open iterations than the author allows.
    func checkLimits(_ commands: [RunCommand]) throws {
        var loops: Set<TaskPath> = []
        for case .saveTask(let task) in commands where task.kind == .iteration && !task.state.isFinal {
            if let loop = task.parent { loops.insert(loop) }
        }
        for loop in loops {
            guard let limit = oracle.expectations[loop]?.limit else { continue }
            let open = rows.tasks.values.count { $0.parent == loop && $0.state == .running }
            if open > limit { throw violation("\(open) iterations of \(loop) are open, \(limit) may be") }
        }
    }

    /// A loop makes an iteration only when there is room: not while as many tasks are under way as may be.
    func checkRoom(_ commands: [RunCommand]) throws {
        let made = commands.first { command in
            guard case .saveTask(let task) = command else { return false }
            return task.kind == .iteration && rows.tasks[task.path] == nil
        }
        // A run that repeats another begins with the iterations it takes over.
        guard made != nil, rows.tasks.count > 1 else { return }
        var open = Set(rows.attempts.filter { !$0.value.state.isFinal }.keys)
        for case .saveAttempt(let attempt) in commands where attempt.state.isFinal {
            open.remove("\(attempt.path)/\(attempt.number)")
        }
        if open.count >= underWayMax {
            throw violation("\(open.count) tasks are under way, yet a loop goes on; \(underWayMax) may be")
        }
    }

    /// A task with a policy of its own is not tried again before the policy's pause has passed.
    private func checkPause(before attempt: Attempt, policy: TaskSpec.RetryPolicy?) throws {
        let first = rows.tasks[attempt.path]?.attemptsBefore ?? 0
        let earlier = rows.attempts.values.filter {
            $0.path == attempt.path && first <= $0.number && $0.number < attempt.number
        }
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
        for task in rows.tasks.values where task.state == .skipped && oracle.past.ends.isEmpty {
            if rows.tasks.values.contains(where: { $0.parent == task.path }) {
                throw violation("\(task.path) is skipped, but has tasks inside")
            }
        }
        try checkExpectations()
    }

    private func checkExpectations() throws {
        for (path, expected) in oracle.expectations {
            let task = rows.tasks[path]
            if task?.state.isSuccess == true, task?.outputs != expected.outputs {
                throw violation(
                    "\(path) gave \(task?.outputs.json.jsonText ?? ""), expected \(expected.outputs.json.jsonText)"
                )
            }
            if stoppingSince == nil, task?.state != expected.state {
                throw violation(
                    "\(path) ended as \(task?.state.rawValue ?? "nothing"), expected \(expected.state)"
                )
            }
        }
        for (path, task) in rows.tasks where oracle.expectations[path] == nil {
            // A group that was there before a retry may have no part in the run any more.
            if oracle.past.ends[path] != nil, task.state == .skipped || stoppingSince != nil { continue }
            throw violation("task \(path) should not exist")
        }
        guard stoppingSince == nil, let root = oracle.expectations[.root] else { return }
        let state: RuntimeState = root.state == .succeeded ? .succeeded : .failed
        if rows.run.state != state {
            throw violation("the run ended as \(rows.run.state), expected \(state)")
        }
        if rows.run.outputs != root.outputs {
            throw violation(
                "the run gave \(rows.run.outputs.json.jsonText), expected \(root.outputs.json.jsonText)"
            )
        }
    }

    var openTasks: [TaskPath] { rows.tasks.values.filter { !$0.state.isFinal }.map(\.path).sorted() }

    func violation(_ message: String) -> Violation { Violation(seed: seed, message: message) }

    /// Every success has stored what it wrote, every start what it read.
    private func checkLineage() throws {
        for task in rows.tasks.values where task.state.isSuccess {
            guard oracle.expectations[task.path]?.isLeaf == true else { continue }
            try check(task.outputs.artifacts, .output, task.path)
        }
        for pod in pods.values where pod.launch.attempt >= rows.tasks[pod.launch.path]?.attemptsBefore ?? 0 {
            try check(pod.launch.artifacts.mapValues { $0.map(\.id) }, .input, pod.launch.path)
        }
    }

    private func check(
        _ ids: [String: [ArtifactID]],
        _ direction: ArtifactEdge.Direction,
        _ path: TaskPath
    ) throws {
        for (key, ids) in ids {
            for (position, id) in ids.enumerated() {
                let edge = ArtifactEdge(
                    artifactID: id,
                    runID: rows.run.id,
                    path: path,
                    direction: direction,
                    key: key,
                    position: position
                )
                if rows.artifacts[id] == nil || !rows.edges.contains(edge) {
                    throw violation("lineage of \(path) is lost: \(direction) '\(key)' \(id)")
                }
            }
        }
    }
}
