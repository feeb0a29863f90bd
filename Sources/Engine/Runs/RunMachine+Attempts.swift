import Model
import PipelineIR

/// What becomes of attempts.
extension RunMachine {
    // MARK: Pods

    /// The open attempt with this number, if there is one: everything else is late or repeated.
    func open(_ path: TaskPath, _ number: Int) -> (index: Int, attempt: Int)? {
        guard let index = indexOfPath[path], let attempt = instances[index].openAttempt,
            instances[index].attempts[attempt].number == number
        else { return nil }
        return (index, attempt)
    }

    mutating func started(_ index: Int, _ attempt: Int, at startedAt: Instant) {
        guard instances[index].attempts[attempt].state == .pending else { return }
        instances[index].attempts[attempt].state = .running
        instances[index].attempts[attempt].reason = nil
        instances[index].attempts[attempt].startedAt = startedAt
        enter(index, .running, startedAt, nil)
        changed(index, attempt: attempt)
    }

    mutating func ended(
        _ index: Int,
        _ attempt: Int,
        _ result: AttemptResult,
        at endedAt: Instant,
        _ now: Instant
    ) {
        let canceling = run.state == .canceling
        underWay.remove(index)
        instances[index].attempts[attempt].endedAt = endedAt
        changed(index, attempt: attempt)
        switch result {
        case .succeeded(let parameters, let produced):
            instances[index].attempts[attempt].state = .succeeded
            instances[index].attempts[attempt].exitCode = 0
            instances[index].attempts[attempt].reason = nil
            publish(index, parameters, produced)
            end(index, .succeeded, endedAt, nil)
            if let key = cacheKey(of: index) { step.cacheEntries.append((instances[index].record.path, key)) }
        case .failed(let reason, let exitCode):
            instances[index].attempts[attempt].state = canceling ? .canceled : .failed
            instances[index].attempts[attempt].exitCode = exitCode
            instances[index].attempts[attempt].reason = reason
            failed(index, reason, endedAt)
        case .lost(let reason):
            instances[index].attempts[attempt].state = canceling ? .canceled : .lost
            instances[index].attempts[attempt].reason = reason
            failed(index, reason, endedAt)
        }
        // A retry without a pause starts in the same step.
        if let due = retries[index], isDue(index, due, now) {
            retries[index] = nil
            newAttempt(index, now)
        }
    }

    mutating func failed(_ index: Int, _ reason: Reason, _ endedAt: Instant) {
        if run.state == .canceling {
            end(index, .canceled, endedAt, stopReason("Stopped"))
            return
        }
        let decision = RetryDecision(
            policy: instances[index].retryPolicy,
            attempts: instances[index].currentAttempts
        )
        guard let pause = decision.pause, let last = instances[index].attempts.last else {
            end(index, .failed, endedAt, decision.explain(reason))
            return
        }
        enter(
            index,
            .pending,
            endedAt,
            Reason(
                .waitingForRetry,
                "Attempt \(last.number + 1) failed; the next starts "
                    + (pause == .zero ? "at once. " : "after \(describe(pause)). ") + reason.message,
                details: ["cause": reason.json]
            )
        )
        scheduleRetry(index, after: last)
    }

    /// When the next attempt is due follows from the rows alone, so a restart does not begin the pause anew.
    mutating func scheduleRetry(_ index: Int, after last: Attempt) {
        let decision = RetryDecision(
            policy: instances[index].retryPolicy,
            attempts: instances[index].currentAttempts
        )
        let due = (last.endedAt ?? last.createdAt) + (decision.pause ?? .zero)
        retries[index] = due
        step.actions.append(.wake(at: due))
    }

    /// Whether a retry may begin. An attempt that ended in the future ended before the clock was set back: nobody knows
    /// how long ago that was, and the clock may take long to get there again.
    func isDue(_ index: Int, _ due: Instant, _ now: Instant) -> Bool {
        if due <= now { return true }
        guard let ended = instances[index].attempts.last?.endedAt else { return false }
        return ended > now
    }

    mutating func newAttempt(_ index: Int, _ now: Instant) {
        let path = instances[index].record.path
        let number = (instances[index].attempts.last?.number ?? -1) + 1
        instances[index].attempts.append(Attempt(path: path, number: number, createdAt: now))
        changed(index, attempt: instances[index].attempts.count - 1)
        launch(index, instances[index].attempts.count - 1)
    }

    mutating func launch(_ index: Int, _ attempt: Int) {
        guard let task = definition(of: index) else { return }
        let inputs = executionInputs(of: index)
        underWay.insert(index)
        step.actions.append(
            .launch(
                Launch(
                    path: instances[index].record.path,
                    attempt: instances[index].attempts[attempt].number,
                    wantedAt: instances[index].attempts[attempt].createdAt,
                    task: task,
                    parameters: inputs.parameters,
                    artifacts: programArtifacts(inputs.artifacts)
                )
            )
        )
    }

    mutating func publish(_ index: Int, _ parameters: [String: JSONValue], _ produced: [String: [Artifact]]) {
        instances[index].record.outputs = TaskValues(
            parameters: parameters,
            artifacts: produced.mapValues { $0.map(\.id) }
        )
        for key in produced.keys.sorted() {
            for artifact in produced[key] ?? [] {
                artifacts[artifact.id] = artifact
                step.artifacts.append(artifact)
            }
        }
        addEdges(index, .output, instances[index].record.outputs.artifacts)
    }

    mutating func addEdges(_ index: Int, _ direction: ArtifactEdge.Direction, _ ids: [String: [ArtifactID]]) {
        for key in ids.keys.sorted() {
            for (position, id) in (ids[key] ?? []).enumerated() {
                step.edges.append(
                    ArtifactEdge(
                        artifactID: id,
                        runID: run.id,
                        path: instances[index].record.path,
                        direction: direction,
                        key: key,
                        position: position
                    )
                )
            }
        }
    }
}
