import Model
import PipelineIR

/// How states change, and what is written down of it.
extension RunMachine {
    // MARK: State

    mutating func end(_ index: Int, _ state: TaskState, _ now: Instant, _ reason: Reason?) {
        enter(index, state, now, reason)
        instances[index].record.endedAt = now
        underWay.remove(index)
        step.ended.append(index)
        if index == 0 { finishRun(state, now, reason) }
        endInside(index, state, now)
    }

    /// Ends what a retry has left open inside a group that ends without having started again.
    private mutating func endInside(_ group: Int, _ state: TaskState, _ now: Instant) {
        guard instances[group].openChildren > 0 else { return }
        var inside = instances[group].children
        while let index = inside.popLast() {
            inside += instances[index].children
            guard !instances[index].record.state.isFinal else { continue }
            let inner: TaskState = state == .canceled ? .canceled : .skipped
            let reason = Reason(
                .upstreamNotSucceeded,
                "'\(instances[group].record.path)' did not start again."
            )
            enter(index, inner, now, state == .canceled ? stopReason("Not started") : reason)
            instances[index].record.endedAt = now
            instances[index].openChildren = 0
        }
        instances[group].openChildren = 0
    }

    /// Why tasks of a run that is to stop are not carried on.
    /// - Parameter what: what became of the task: `Stopped`, `Not started`.
    func stopReason(_ what: String) -> Reason {
        let why = stopCause.code == .deadlineExceeded ? "exceeded its deadline" : "was asked to stop"
        return Reason(stopCause.code, "\(what) because the run \(why).")
    }

    /// Why the run is to stop.
    private var stopCause: Reason {
        run.stateHistory.last { $0.state == .canceling }?.reason
            ?? Reason(.terminated, "The run was asked to stop.")
    }

    mutating func finishRun(_ state: TaskState, _ now: Instant, _ reason: Reason?) {
        switch state {
        case .failed: enterRun(.failed, now, reason)
        case .canceled:
            // KFP ends a terminated run as FAILED, and its SDK waits for ever on anything it does not know as final.
            let isLate = stopCause.code == .deadlineExceeded
            enterRun(
                .failed,
                now,
                isLate ? stopCause : Reason(.terminated, "The run was terminated by request.")
            )
        case .skipped: enterRun(.skipped, now, reason)
        case .succeeded, .cached, .pending, .running:
            run.outputs = instances[0].record.outputs
            enterRun(.succeeded, now, nil)
        }
    }

    mutating func enter(_ index: Int, _ state: TaskState, _ at: Instant, _ reason: Reason?) {
        instances[index].record.enter(state, at: at, reason: reason)
        changed(index)
    }

    mutating func enterRun(_ state: RuntimeState, _ now: Instant, _ reason: Reason?) {
        run.enter(state, at: now, reason: reason)
        step.runChanged = true
    }

    mutating func changed(_ index: Int, attempt: Int? = nil) {
        if step.taskSet.insert(index).inserted { step.tasks.append(index) }
        if let attempt { step.attempts[index, default: []].insert(attempt) }
    }

    mutating func finishStep(_ now: Instant) -> [RunCommand] {
        settle(now)
        var commands: [RunCommand] = []
        if step.runChanged { commands.append(.saveRun(run)) }
        for path in step.reopened { commands.append(.forgetLineage(path)) }
        for index in step.tasks {
            commands.append(.saveTask(instances[index].record))
            for attempt in (step.attempts[index] ?? []).sorted() {
                commands.append(.saveAttempt(instances[index].attempts[attempt]))
            }
        }
        if !step.edges.isEmpty { commands.append(.saveLineage(step.artifacts, step.edges)) }
        for (path, key) in step.cacheEntries { commands.append(.saveCacheEntry(path, key)) }
        commands += step.actions
        step = Step()
        return commands
    }
}
