import Model
import PipelineIR

/// What starts when something else has ended.
extension RunMachine {
    /// Works off what has become ready or has ended, until nothing changes. A worklist, not recursion: a chain of
    /// ten thousand skipped tasks must not need ten thousand stack frames.
    mutating func settle(_ now: Instant) {
        var readyIndex = 0
        var endedIndex = 0
        while true {
            if endedIndex < step.ended.count {
                let index = step.ended[endedIndex]
                endedIndex += 1
                propagateEnd(of: index)
            } else if readyIndex < step.ready.count {
                let index = step.ready[readyIndex]
                readyIndex += 1
                advance(index, now)
            } else if let loop = loopWithRoom() {
                // One at a time: only what has come of it shows whether there is room for another.
                startIteration(of: loop, now)
            } else {
                return
            }
        }
    }

    private mutating func propagateEnd(of index: Int) {
        guard let parent = instances[index].parent else { return }
        instances[parent].openChildren -= 1
        if !instances[parent].isLoop, let task = definition(of: index) {
            for position in task.downstream {
                let dependent = instances[parent].children[position]
                instances[dependent].waitingFor -= 1
                if instances[dependent].waitingFor == 0 { step.ready.append(dependent) }
            }
        }
        if instances[parent].openChildren == 0 || instances[parent].hasIterationsToStart {
            step.ready.append(parent)
        }
    }

    private mutating func advance(_ index: Int, _ now: Instant) {
        guard !instances[index].record.state.isFinal else { return }
        if instances[index].isGroup, instances[index].record.state == .running {
            advance(group: index, now)
            return
        }
        if run.state == .canceling {
            end(index, .canceled, now, stopReason("Not started"))
            return
        }
        guard isReadyToStart(index) else { return }
        // An iteration got its inputs from its loop, and the root from the submission.
        if instances[index].record.kind != .iteration, instances[index].parent != nil {
            guard passesGates(index, now) else { return }
        }
        if !instances[index].isGroup { addEdges(index, .input, instances[index].record.inputs.artifacts) }
        if instances[index].isLoop {
            start(loop: index, now)
        } else if let pipeline = instances[index].pipeline {
            start(group: index, pipeline, now)
        } else if case .importer = definition(of: index)?.body {
            enter(index, .running, now, nil)
            startImport(index)
        } else if let key = cacheKey(of: index) {
            underWay.insert(index)
            step.actions.append(.lookUpCache(instances[index].record.path, key))
        } else {
            newAttempt(index, now)
        }
    }

    /// Whether a task has everything before it behind it and nothing of its own begun. A task of a run that was retried may
    /// stand in a group that has not started itself.
    func isReadyToStart(_ index: Int) -> Bool {
        instances[index].record.state == .pending && instances[index].waitingFor == 0
            && instances[index].currentAttempts.isEmpty
            && (instances[index].parent.map { instances[$0].record.state == .running } ?? true)
    }

    /// Upstream, inputs, condition: what a task must pass before it starts. One that does not pass has ended.
    private mutating func passesGates(_ index: Int, _ now: Instant) -> Bool {
        if let reason = upstreamReason(index) {
            end(index, .skipped, now, reason)
            return false
        }
        switch resolveInputs(of: index) {
        case .failure(let failure):
            end(index, .failed, now, Reason(.inputResolutionFailed, failure.message))
            return false
        case .success(let values):
            instances[index].record.inputs = values
            instances[index].record.reason = nil
            changed(index)
        }
        guard let condition = definition(of: index)?.spec.triggerCondition else { return true }
        switch ConditionOutcome(condition, inputs: instances[index].record.inputs, artifacts: artifacts) {
        case .met: return true
        case .notMet(let reason): end(index, .skipped, now, reason)
        case .invalid(let reason): end(index, .failed, now, reason)
        }
        return false
    }

    /// Why a task may not run although everything before it has ended; `nil` if it may.
    private func upstreamReason(_ index: Int) -> Reason? {
        guard let task = definition(of: index), let parent = instances[index].parent,
            task.spec.triggerStrategy == .allUpstreamTasksSucceeded
        else { return nil }
        let missing = task.upstream.map { instances[instances[parent].children[$0]].record }
            .filter { !$0.state.isSuccess }
        guard let first = missing.first else { return nil }
        let names = missing.map { "'\($0.name)' (\($0.state.rawValue))" }.joined(separator: ", ")
        return Reason(
            .upstreamNotSucceeded,
            "Needs the success of \(names).",
            details: [
                "tasks": .array(missing.map { .string($0.path.text) }),
                "state": .string(first.state.rawValue),
            ]
        )
    }

    /// Stops what runs and ends what has not begun. What must first end by itself, ends its groups.
    mutating func cancelAll(_ now: Instant) {
        for index in instances.indices where !instances[index].record.state.isFinal {
            if let attempt = instances[index].openAttempt {
                let number = instances[index].attempts[attempt].number
                step.actions.append(.stop(instances[index].record.path, attempt: number))
            } else if !instances[index].isGroup || instances[index].record.state == .pending {
                retries[index] = nil
                end(index, .canceled, now, stopReason("Not started"))
            } else if instances[index].openChildren == 0 {
                step.ready.append(index)
            }
        }
    }
}
