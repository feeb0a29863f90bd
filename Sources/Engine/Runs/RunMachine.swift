package import Model
package import PipelineIR

/// Decides everything about one run: what starts, what is tried again, what is skipped, when it is over.
///
/// A value without a clock or I/O: events in, commands out. It is built from rows by one initialiser, whether the run is new or
/// survived a crash; ``resume(at:)`` then says what to do next.
///
/// Task states, for a container task (C) and a group of tasks (G):
/// ```
/// from      event                                              to
/// PENDING   last upstream ended, one did not succeed           SKIPPED
/// PENDING   last upstream ended, inputs cannot be resolved     FAILED
/// PENDING   last upstream ended                          (C)   PENDING, attempt 0 launched
/// PENDING   last upstream ended                          (G)   RUNNING, tasks inside PENDING
/// PENDING   pod waits                                    (C)   PENDING, with the reason
/// PENDING   pod started                                  (C)   RUNNING
/// open      pod succeeded                                (C)   SUCCEEDED
/// open      pod failed, retries left                     (C)   PENDING, next attempt after a pause
/// open      pod lost, fewer than 3 lost                  (C)   PENDING, next attempt at once
/// open      pod failed or lost, nothing left             (C)   FAILED
/// RUNNING   last task inside ended                       (G)   FAILED, CANCELED or SUCCEEDED
/// PENDING   run is to stop, no open attempt                    CANCELED
/// open      run is to stop                               (C)   unchanged, pod stopped; CANCELED when it ended
/// final     late or repeated pod events                        unchanged
/// ```
/// A container task is open while it has an attempt that has not ended: PENDING before its pod started, RUNNING after. That a
/// pod started may never be heard of, when it ends at once.
/// A failure stops nothing but what depends on it: independent tasks run to their end, as on KFP.
package struct RunMachine: Sendable {
    /// The run as it stands.
    package private(set) var run: Run
    /// What it runs.
    package let graph: TaskGraph

    var instances: [TaskInstance] = []
    var indexOfPath: [TaskPath: Int] = [:]
    var artifacts: [ArtifactID: Artifact] = [:]
    /// When waiting retries are due, by instance.
    private var retries: [Int: Instant] = [:]
    private var step = Step()

    /// What one event has changed so far.
    private struct Step {
        var runChanged = false
        /// Changed tasks in the order of their first change.
        var tasks: [Int] = []
        var taskSet: Set<Int> = []
        var attempts: [Int: Set<Int>] = [:]
        var artifacts: [Artifact] = []
        var edges: [ArtifactEdge] = []
        var actions: [RunCommand] = []
        /// Tasks whose last upstream has ended.
        var ready: [Int] = []
        /// Tasks that have ended and whose end nobody has been told of.
        var ended: [Int] = []
    }

    /// The tasks as they stand, by creation.
    package var tasks: [TaskRecord] { instances.map(\.record) }
    /// The attempts as they stand, by task.
    package var attempts: [Attempt] { instances.flatMap(\.attempts) }
    /// The earliest time at which something is due.
    package var nextDue: Instant? { retries.values.min() }

    /// Builds the machine from rows.
    /// - Parameters:
    ///   - tasks: all tasks of the run; at least the root.
    ///   - attempts: all attempts.
    ///   - artifacts: all artifacts the run's tasks read or wrote.
    /// - Throws: ``CorruptRun`` if rows contradict the graph or each other.
    package init(
        run: Run, graph: TaskGraph, tasks: [TaskRecord], attempts: [Attempt] = [], artifacts: [Artifact] = []
    ) throws(CorruptRun) {
        self.run = run
        self.graph = graph
        for artifact in artifacts { self.artifacts[artifact.id] = artifact }
        try load(tasks)
        for attempt in attempts.sorted(by: { $0.number < $1.number }) {
            guard let index = indexOfPath[attempt.path] else {
                throw CorruptRun(message: "attempt \(attempt.number) belongs to task '\(attempt.path)', which the run does not have")
            }
            instances[index].attempts.append(attempt)
        }
        derive()
        try checkConsistency()
    }

    /// The row of a new run's root; it is stored together with the run.
    package static func rootRecord(of run: Run, graph: TaskGraph) -> TaskRecord {
        var record = TaskRecord(
            runID: run.id, path: .root, parent: nil, name: "root", displayName: run.displayName, kind: .root,
            createdAt: run.createdAt)
        record.inputs = graph.rootInputs(parameters: run.parameters)
        return record
    }

    // MARK: Events

    /// Says what to do after loading. Safe to repeat: open attempts are launched again, which finds them.
    package mutating func resume(at now: Instant) -> [RunCommand] {
        guard !run.state.isFinal else { return [] }
        if run.state == .pending { enterRun(.running, now, nil) }
        for index in instances.indices where !instances[index].record.state.isFinal {
            if let attempt = instances[index].openAttempt {
                launch(index, attempt)
            } else if let last = instances[index].attempts.last {
                scheduleRetry(index, after: last)
            } else if instances[index].record.state == .pending, instances[index].waitingFor == 0 {
                step.ready.append(index)
            } else if instances[index].record.state == .running, instances[index].openChildren == 0 {
                step.ready.append(index)
            }
        }
        if run.state == .canceling { cancelAll(now) }
        return finishStep(now)
    }

    /// Takes note of an event and says what to do. Events about tasks or attempts that are over change nothing.
    package mutating func handle(_ event: RunEvent, at now: Instant) -> [RunCommand] {
        guard !run.state.isFinal else { return [] }
        switch event {
        case .podWaiting(let path, let number, let reason):
            if let (index, attempt) = open(path, number), instances[index].attempts[attempt].state == .pending {
                instances[index].attempts[attempt].reason = reason
                instances[index].record.reason = reason
                changed(index, attempt: attempt)
            }
        case .podStarted(let path, let number, let startedAt):
            if let (index, attempt) = open(path, number) { started(index, attempt, at: startedAt) }
        case .podEnded(let path, let number, let result, let endedAt):
            if let (index, attempt) = open(path, number) { ended(index, attempt, result, at: endedAt, now) }
        case .clockAdvanced:
            for (index, due) in retries.sorted(by: { $0.key < $1.key }) where due <= now {
                retries[index] = nil
                newAttempt(index, now)
            }
        case .terminationRequested:
            if run.state != .canceling {
                enterRun(.canceling, now, Reason(.terminated, "The run was asked to stop."))
                cancelAll(now)
            }
        }
        return finishStep(now)
    }

    // MARK: Pods

    /// The open attempt with this number, if there is one: everything else is late or repeated.
    private func open(_ path: TaskPath, _ number: Int) -> (index: Int, attempt: Int)? {
        guard let index = indexOfPath[path], let attempt = instances[index].openAttempt,
            instances[index].attempts[attempt].number == number
        else { return nil }
        return (index, attempt)
    }

    private mutating func started(_ index: Int, _ attempt: Int, at startedAt: Instant) {
        guard instances[index].attempts[attempt].state == .pending else { return }
        instances[index].attempts[attempt].state = .running
        instances[index].attempts[attempt].reason = nil
        instances[index].attempts[attempt].startedAt = startedAt
        enter(index, .running, startedAt, nil)
        changed(index, attempt: attempt)
    }

    private mutating func ended(
        _ index: Int, _ attempt: Int, _ result: AttemptResult, at endedAt: Instant, _ now: Instant
    ) {
        let canceling = run.state == .canceling
        instances[index].attempts[attempt].endedAt = endedAt
        changed(index, attempt: attempt)
        switch result {
        case .succeeded(let parameters, let produced):
            instances[index].attempts[attempt].state = .succeeded
            instances[index].attempts[attempt].exitCode = 0
            instances[index].attempts[attempt].reason = nil
            publish(index, parameters, produced)
            end(index, .succeeded, endedAt, nil)
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
        if let due = retries[index], due <= now {
            retries[index] = nil
            newAttempt(index, now)
        }
    }

    private mutating func failed(_ index: Int, _ reason: Reason, _ endedAt: Instant) {
        if run.state == .canceling {
            end(index, .canceled, endedAt, Reason(.terminated, "Stopped because the run was asked to stop."))
            return
        }
        let decision = RetryDecision(policy: instances[index].retryPolicy, attempts: instances[index].attempts)
        guard let pause = decision.pause, let last = instances[index].attempts.last else {
            end(index, .failed, endedAt, decision.explain(reason))
            return
        }
        enter(
            index, .pending, endedAt,
            Reason(
                .waitingForRetry,
                "Attempt \(last.number + 1) failed; the next starts "
                    + (pause == .zero ? "at once. " : "after \(describe(pause)). ") + reason.message,
                details: ["cause": reason.json]))
        scheduleRetry(index, after: last)
    }

    /// When the next attempt is due follows from the rows alone, so a restart does not begin the pause anew.
    private mutating func scheduleRetry(_ index: Int, after last: Attempt) {
        let decision = RetryDecision(policy: instances[index].retryPolicy, attempts: instances[index].attempts)
        let due = (last.endedAt ?? last.createdAt) + (decision.pause ?? .zero)
        retries[index] = due
        step.actions.append(.wake(at: due))
    }

    private mutating func newAttempt(_ index: Int, _ now: Instant) {
        let path = instances[index].record.path
        let number = (instances[index].attempts.last?.number ?? -1) + 1
        instances[index].attempts.append(Attempt(path: path, number: number, createdAt: now))
        changed(index, attempt: instances[index].attempts.count - 1)
        launch(index, instances[index].attempts.count - 1)
    }

    private mutating func launch(_ index: Int, _ attempt: Int) {
        guard let task = definition(of: index) else { return }
        let inputs = instances[index].record.inputs
        step.actions.append(
            .launch(
                Launch(
                    path: instances[index].record.path, attempt: instances[index].attempts[attempt].number, task: task,
                    parameters: inputs.parameters,
                    artifacts: inputs.artifacts.mapValues { ids in ids.compactMap { artifacts[$0] } })))
    }

    private mutating func publish(_ index: Int, _ parameters: [String: JSONValue], _ produced: [String: [Artifact]]) {
        instances[index].record.outputs = TaskValues(
            parameters: parameters, artifacts: produced.mapValues { $0.map(\.id) })
        for key in produced.keys.sorted() {
            for artifact in produced[key] ?? [] {
                artifacts[artifact.id] = artifact
                step.artifacts.append(artifact)
            }
        }
        addEdges(index, .output, instances[index].record.outputs.artifacts)
    }

    private mutating func addEdges(_ index: Int, _ direction: ArtifactEdge.Direction, _ ids: [String: [ArtifactID]]) {
        for key in ids.keys.sorted() {
            for (position, id) in (ids[key] ?? []).enumerated() {
                step.edges.append(
                    ArtifactEdge(
                        artifactID: id, runID: run.id, path: instances[index].record.path, direction: direction,
                        key: key, position: position))
            }
        }
    }

    // MARK: Progress

    /// Works off what has become ready or has ended, until nothing changes. A worklist, not recursion: a chain of
    /// ten thousand skipped tasks must not need ten thousand stack frames.
    private mutating func settle(_ now: Instant) {
        var readyIndex = 0
        var endedIndex = 0
        while readyIndex < step.ready.count || endedIndex < step.ended.count {
            if endedIndex < step.ended.count {
                let index = step.ended[endedIndex]
                endedIndex += 1
                propagateEnd(of: index)
            } else {
                let index = step.ready[readyIndex]
                readyIndex += 1
                advance(index, now)
            }
        }
    }

    private mutating func propagateEnd(of index: Int) {
        guard let parent = instances[index].parent else {
            return
        }
        instances[parent].openChildren -= 1
        if let task = definition(of: index) {
            for position in task.downstream {
                let dependent = instances[parent].children[position]
                instances[dependent].waitingFor -= 1
                if instances[dependent].waitingFor == 0 { step.ready.append(dependent) }
            }
        }
        if instances[parent].openChildren == 0 { step.ready.append(parent) }
    }

    private mutating func advance(_ index: Int, _ now: Instant) {
        let instance = instances[index]
        guard !instance.record.state.isFinal else { return }
        if instance.pipeline != nil, instance.record.state == .running {
            if instance.openChildren == 0 { finishGroup(index, now) }
            return
        }
        if run.state == .canceling {
            end(index, .canceled, now, Reason(.terminated, "Not started because the run was asked to stop."))
            return
        }
        guard instance.attempts.isEmpty else { return }
        if let reason = upstreamReason(index) {
            end(index, .skipped, now, reason)
            return
        }
        if instance.parent != nil {
            switch resolveInputs(of: index) {
            case .success(let values):
                instances[index].record.inputs = values
                changed(index)
                if instance.pipeline == nil { addEdges(index, .input, values.artifacts) }
            case .failure(let failure):
                end(index, .failed, now, Reason(.inputResolutionFailed, failure.message))
                return
            }
        }
        if let pipeline = instance.pipeline {
            start(group: index, pipeline, now)
        } else {
            newAttempt(index, now)
        }
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
            .upstreamNotSucceeded, "Needs the success of \(names).",
            details: ["tasks": .array(missing.map { .string($0.path.text) }), "state": .string(first.state.rawValue)])
    }

    private mutating func start(group index: Int, _ pipeline: Int, _ now: Instant) {
        enter(index, .running, now, nil)
        let base = instances.count
        let group = instances[index]
        for (position, task) in graph.pipelines[pipeline].tasks.enumerated() {
            let path = group.record.path.appending(task.name)
            var record = TaskRecord(
                runID: run.id, path: path, parent: group.record.path, name: task.name,
                displayName: task.displayName, kind: task.kind, createdAt: now)
            if !task.upstream.isEmpty { record.reason = waitingReason(task, pipeline) }
            instances.append(instance(record, task, position: position, parent: index))
            instances[base + position].waitingFor = task.upstream.count
            indexOfPath[path] = base + position
            changed(base + position)
            if task.upstream.isEmpty { step.ready.append(base + position) }
        }
        instances[index].children = Array(base..<instances.count)
        instances[index].openChildren = instances.count - base
    }

    private func waitingReason(_ task: TaskGraph.Task, _ pipeline: Int) -> Reason {
        let names = task.upstream.map { graph.pipelines[pipeline].tasks[$0].name }
        return Reason(
            .waitingForUpstream, "Waits for \(names.map { "'\($0)'" }.joined(separator: ", ")).",
            details: ["tasks": .array(names.map { .string($0) })])
    }

    private mutating func finishGroup(_ index: Int, _ now: Instant) {
        if let failure = firstFailure(in: index) {
            end(index, .failed, now, childFailure(failure))
        } else if instances[index].children.contains(where: { instances[$0].record.state == .canceled }) {
            end(index, .canceled, now, Reason(.terminated, "Stopped because the run was asked to stop."))
        } else {
            instances[index].record.outputs = outputs(ofGroup: index)
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

    private mutating func cancelAll(_ now: Instant) {
        for index in instances.indices where !instances[index].record.state.isFinal {
            if let attempt = instances[index].openAttempt {
                let number = instances[index].attempts[attempt].number
                step.actions.append(.stop(instances[index].record.path, attempt: number))
            } else if instances[index].pipeline == nil || instances[index].record.state == .pending {
                retries[index] = nil
                end(index, .canceled, now, Reason(.terminated, "Not started because the run was asked to stop."))
            }
        }
    }

    // MARK: State

    private mutating func end(_ index: Int, _ state: TaskState, _ now: Instant, _ reason: Reason?) {
        enter(index, state, now, reason)
        instances[index].record.endedAt = now
        step.ended.append(index)
        if index == 0 { finishRun(state, now, reason) }
    }

    private mutating func finishRun(_ state: TaskState, _ now: Instant, _ reason: Reason?) {
        switch state {
        case .failed: enterRun(.failed, now, reason)
        case .canceled:
            // KFP ends a terminated run as FAILED, and its SDK waits for ever on anything it does not know as final.
            enterRun(.failed, now, Reason(.terminated, "The run was terminated by request."))
        case .skipped: enterRun(.skipped, now, reason)
        case .succeeded, .cached, .pending, .running:
            run.outputs = instances[0].record.outputs
            enterRun(.succeeded, now, nil)
        }
    }

    private mutating func enter(_ index: Int, _ state: TaskState, _ at: Instant, _ reason: Reason?) {
        instances[index].record.reason = reason
        if instances[index].record.state != state {
            instances[index].record.state = state
            instances[index].record.stateHistory.append(StateChange(at: at, state: state, reason: reason))
        }
        if state == .running, instances[index].record.startedAt == nil { instances[index].record.startedAt = at }
        changed(index)
    }

    private mutating func enterRun(_ state: RuntimeState, _ now: Instant, _ reason: Reason?) {
        run.enter(state, at: now, reason: reason)
        step.runChanged = true
    }

    private mutating func changed(_ index: Int, attempt: Int? = nil) {
        if step.taskSet.insert(index).inserted { step.tasks.append(index) }
        if let attempt { step.attempts[index, default: []].insert(attempt) }
    }

    private mutating func finishStep(_ now: Instant) -> [RunCommand] {
        settle(now)
        var commands: [RunCommand] = []
        if step.runChanged { commands.append(.saveRun(run)) }
        for index in step.tasks {
            commands.append(.saveTask(instances[index].record))
            for attempt in (step.attempts[index] ?? []).sorted() {
                commands.append(.saveAttempt(instances[index].attempts[attempt]))
            }
        }
        if !step.edges.isEmpty { commands.append(.saveLineage(step.artifacts, step.edges)) }
        commands += step.actions
        step = Step()
        return commands
    }
}
