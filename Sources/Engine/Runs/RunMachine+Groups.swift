import Model
import PipelineIR

/// Pipelines within pipelines, loops and their iterations.
extension RunMachine {
    mutating func start(group index: Int, _ pipeline: Int, _ now: Instant) {
        enter(index, .running, now, nil)
        if !instances[index].children.isEmpty {
            goOn(group: index)
            return
        }
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

    /// Starts a group whose tasks were there before the run was retried.
    private mutating func goOn(group index: Int) {
        let children = instances[index].children
        step.ready += children.filter { !instances[$0].record.state.isFinal && instances[$0].waitingFor == 0 }
        if instances[index].openChildren == 0 { step.ready.append(index) }
    }

    func waitingReason(_ task: TaskGraph.Task, _ pipeline: Int) -> Reason {
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
            if let excess = excess(of: items.count, in: index) {
                end(index, .failed, now, Reason(.loopItemsInvalid, excess))
                return
            }
            instances[index].items = items
            enter(index, .running, now, iteratingReason(items.count, in: index))
            dropIterations(of: index, beyond: items.count, now)
            advance(group: index, now)
        }
    }

    /// What is said of a running loop that does not make all its iterations at once.
    private func iteratingReason(_ items: Int, in loop: Int) -> Reason? {
        let atOnce = min(definition(of: loop)?.spec.parallelismLimit ?? .max, underWayMax)
        guard items > atOnce else { return nil }
        return Reason(
            .iterating,
            "Goes over \(items) items, and makes its iterations as those before them end.",
            details: ["iterations": .number(Double(items))]
        )
    }

    /// What is wrong with the number of a loop's items, if anything.
    private func excess(of items: Int, in loop: Int) -> String? {
        if items > Limits.loopItemsMax {
            return "The loop has \(items) items, and a loop may have \(Limits.loopItemsMax). "
                + "Go over them in parts, or give each iteration several."
        }
        let inside = bodyPipeline(of: loop).map { graph.pipelines[$0].tasks.count } ?? 0
        let total = instances.count + items * (1 + inside)
        if total > Limits.liveTasksMax {
            return "With the \(items) items of the loop the run would have \(total) tasks, "
                + "and a run may have \(Limits.liveTasksMax). Split the run, or give each iteration more to do."
        }
        return nil
    }

    /// Lets a loop have its turns and ends a group in which nothing is open.
    mutating func advance(group index: Int, _ now: Instant) {
        if mayStartIteration(index) {
            loopsInLine.add(index)
        } else if instances[index].openChildren == 0 {
            finish(group: index, now)
        }
    }

    /// Whether a group is a loop with iterations to start that its own limit allows.
    private func mayStartIteration(_ index: Int) -> Bool {
        guard run.state != .canceling, instances[index].hasIterationsToStart,
            instances[index].record.state == .running, let task = definition(of: index)
        else { return false }
        let started = instances[index].openChildren - instances[index].waitingIterations.count
        return started < task.spec.parallelismLimit ?? .max
    }

    /// The loop whose turn it is to start an iteration; `nil` if none would, or enough is under way.
    ///
    /// Room that is left is given away only once a quarter of it is free: many iterations are stored in one transaction, and
    /// wait together for their turns, where one at a time would cost half as much again. Loops take turns, so that one whose
    /// pods cannot run yet leaves room to those that can.
    mutating func loopWithRoom() -> Int? {
        if underWay.count >= underWayMax { hasRoom = false }
        if underWay.count <= underWayMax * 3 / 4 { hasRoom = true }
        while hasRoom, let loop = loopsInLine.popFirst() {
            if mayStartIteration(loop) { return loop }
        }
        return nil
    }

    /// Starts the next iteration of a loop that may.
    mutating func startIteration(of loop: Int, _ now: Instant) {
        guard let task = definition(of: loop), let home = instances[loop].definition else { return }
        let index = instances[loop].waitingIterations.popLast() ?? makeIteration(of: loop, task, home, now)
        let number = instances[index].record.iteration ?? 0
        var inputs = iterationInputs(of: loop)
        let problem = setItem(number, of: loop, task, in: &inputs)
        instances[index].record.inputs = inputs
        changed(index)
        if let problem {
            end(index, .failed, now, Reason(.inputResolutionFailed, problem))
        } else {
            step.ready.append(index)
        }
        if mayStartIteration(loop) { loopsInLine.add(loop) }
    }

    private mutating func makeIteration(
        of loop: Int,
        _ task: TaskGraph.Task,
        _ home: (pipeline: Int, position: Int),
        _ now: Instant
    ) -> Int {
        let number = instances[loop].children.count
        let path = instances[loop].record.path
        let record = TaskRecord(
            runID: run.id,
            path: path.appending(iteration: number),
            parent: path,
            name: task.name,
            displayName: "\(task.displayName) [\(number)]",
            iteration: number,
            kind: .iteration,
            createdAt: now
        )
        add(iteration: record, home, parent: loop)
        instances[loop].openChildren += 1
        return instances.count - 1
    }

    /// Ends the iterations of a retried loop for which its list, made anew, has no items.
    private mutating func dropIterations(of loop: Int, beyond count: Int, _ now: Instant) {
        let beyond = Set(instances[loop].children.dropFirst(count))
        instances[loop].waitingIterations.removeAll { beyond.contains($0) }
        for index in beyond.sorted() where !instances[index].record.state.isFinal {
            end(index, .skipped, now, Reason(.upstreamNotSucceeded, "The loop has only \(count) items now."))
        }
    }

    private mutating func finish(group index: Int, _ now: Instant) {
        if let failure = firstFailure(in: index) {
            end(index, .failed, now, childFailure(failure))
        } else if instances[index].iterationsLeft > 0
            || instances[index].children.contains(where: { instances[$0].record.state == .canceled })
        {
            end(index, .canceled, now, stopReason("Stopped"))
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
