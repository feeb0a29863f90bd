import Model
import PipelineIR

/// Pipelines within pipelines, loops and their iterations.
extension RunMachine {
    mutating func start(group index: Int, _ pipeline: Int, _ now: Instant) {
        enter(index, .running, now, nil)
        let base = instances.count
        let path = instances[index].record.path
        for (position, task) in graph.pipelines[pipeline].tasks.enumerated() {
            var record = TaskRecord(
                runID: run.id,
                path: path.appending(task.name),
                parent: path,
                name: task.name,
                displayName: task.displayName,
                kind: task.kind,
                createdAt: now
            )
            if !task.upstream.isEmpty { record.reason = waitingReason(task, pipeline) }
            add(task: record, (pipeline, position), parent: index)
            instances[base + position].waitingFor = task.upstream.count
            changed(base + position)
            if task.upstream.isEmpty { step.ready.append(base + position) }
        }
        instances[index].openChildren = instances.count - base
    }

    private func waitingReason(_ task: TaskGraph.Task, _ pipeline: Int) -> Reason {
        let names = task.upstream.map { graph.pipelines[pipeline].tasks[$0].name }
        return Reason(
            .waitingForUpstream,
            "Waits for \(names.map { "'\($0)'" }.joined(separator: ", ")).",
            details: ["tasks": .array(names.map { .string($0) })]
        )
    }

    mutating func start(loop index: Int, _ now: Instant) {
        switch loopItems(of: index) {
        case .failure(let failure): end(index, .failed, now, Reason(.loopItemsInvalid, failure.message))
        case .success(let items):
            instances[index].items = items
            enter(index, .running, now, nil)
            advance(group: index, now)
        }
    }

    /// Starts the iterations there is room for and ends a group in which nothing is open.
    mutating func advance(group index: Int, _ now: Instant) {
        if instances[index].isLoop, run.state != .canceling { startIterations(of: index, now) }
        if instances[index].openChildren == 0 { finish(group: index, now) }
    }

    private mutating func startIterations(of loop: Int, _ now: Instant) {
        guard let task = definition(of: loop), let home = instances[loop].definition else { return }
        let roomMax = task.spec.parallelismLimit ?? .max
        let inputs = iterationInputs(of: loop)
        while instances[loop].iterationsLeft > 0, instances[loop].openChildren < roomMax {
            let number = instances[loop].children.count
            let path = instances[loop].record.path
            var record = TaskRecord(
                runID: run.id,
                path: path.appending(iteration: number),
                parent: path,
                name: task.name,
                displayName: "\(task.displayName) [\(number)]",
                iteration: number,
                kind: .iteration,
                createdAt: now
            )
            record.inputs = inputs
            let problem = setItem(number, of: loop, task, in: &record.inputs)
            let index = instances.count
            add(iteration: record, home, parent: loop)
            instances[loop].openChildren += 1
            changed(index)
            if let problem {
                end(index, .failed, now, Reason(.inputResolutionFailed, problem))
            } else {
                step.ready.append(index)
            }
        }
    }

    private mutating func finish(group index: Int, _ now: Instant) {
        if let failure = firstFailure(in: index) {
            end(index, .failed, now, childFailure(failure))
        } else if instances[index].iterationsLeft > 0
            || instances[index].children.contains(where: { instances[$0].record.state == .canceled })
        {
            end(index, .canceled, now, Reason(.terminated, "Stopped because the run was asked to stop."))
        } else {
            instances[index].record.outputs =
                instances[index].isLoop ? outputs(ofLoop: index) : outputs(ofGroup: index)
            end(index, .succeeded, now, nil)
        }
    }

    /// The task inside a group that failed first, however deep it lies. A group fails when its last task ends, so only
    /// the times of what is not a failed group itself count; paths break ties, because they outlive a restart.
    private func firstFailure(in group: Int) -> TaskRecord? {
        instances[group].children.filter { instances[$0].record.state == .failed }
            .map { firstFailure(in: $0) ?? instances[$0].record }
            .min { ($0.endedAt ?? .epoch, $0.path) < ($1.endedAt ?? .epoch, $1.path) }
    }

    private func childFailure(_ record: TaskRecord) -> Reason {
        let message = record.reason?.message ?? "no reason is known"
        var details: [String: JSONValue] = ["task": .string(record.path.text)]
        if let reason = record.reason { details["cause"] = reason.json }
        return Reason(.childFailed, "Task '\(record.path)' failed: \(message)", details: details)
    }
}
