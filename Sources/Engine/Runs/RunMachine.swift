package import Model
package import PipelineIR

/// Decides everything about one run: what starts, what is tried again, what is skipped, when it is over.
///
/// A value without a clock or I/O: events in, commands out. It is built from rows by one initialiser, whether the run is new or
/// survived a crash; ``resume(at:)`` then says what to do next.
///
/// Task states, for a container task (C), an importer (I) and a group of tasks (G): a pipeline, a loop, an iteration:
/// ```
/// from      event                                              to
/// PENDING   last upstream ended, one did not succeed           SKIPPED
/// PENDING   last upstream ended, inputs cannot be resolved     FAILED
/// PENDING   last upstream ended, its condition is false        SKIPPED
/// PENDING   last upstream ended, caching on              (C)   PENDING, the cache is asked
/// PENDING   the cache has an execution                   (C)   CACHED
/// PENDING   the cache has none, or caching is off        (C)   PENDING, attempt 0 launched
/// PENDING   last upstream ended                          (I)   RUNNING, the artifact is looked up
/// RUNNING   artifact registered                          (I)   SUCCEEDED or FAILED
/// PENDING   last upstream ended                          (G)   RUNNING, tasks or iterations inside PENDING
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
/// final     run retried, see ``Reopening``                     PENDING, its attempts kept
/// ```
/// A container task is open while it has an attempt that has not ended: PENDING before its pod started, RUNNING after. That a
/// pod started may never be heard of, when it ends at once.
/// A failure stops nothing but what depends on it: independent tasks run to their end, as on KFP.
///
/// Loops make their iterations when there is room for them: up to a bound of tasks that are under way, and within their own
/// limits. What waits for a retry leaves its room to others. So a loop of any length asks for pods as they are needed.
package struct RunMachine: Sendable {
    /// The run as it stands.
    package internal(set) var run: Run
    /// What it runs.
    package let graph: TaskGraph
    /// How long the run may take since it was created or last retried; `nil` for any time.
    let activeDeadline: Duration?
    /// Tasks that may be under way before loops hold back their next iterations.
    let underWayMax: Int

    var instances: [TaskInstance] = []
    var indexOfPath: [TaskPath: Int] = [:]
    var artifacts: [ArtifactID: Artifact] = [:]
    /// Those of which a copy lies in the run's workspace.
    var workspaceArtifacts: Set<ArtifactID> = []
    /// When waiting retries are due, by instance.
    var retries = RetryQueue()
    /// Tasks with a pod or a question of which an answer is awaited, by instance.
    var underWay: Set<Int> = []
    /// Loops that start an iteration whenever there is room for one.
    var loopsInLine = LoopLine()
    /// Whether what is under way is being filled up to its bound.
    var hasRoom = true
    var step = Step()

    /// What one event has changed so far.
    struct Step {
        var runChanged = false
        /// Tasks of which what they read and wrote is to be forgotten.
        var reopened: [TaskPath] = []
        /// Changed tasks in the order of their first change.
        var tasks: [Int] = []
        var taskSet: Set<Int> = []
        var attempts: [Int: Set<Int>] = [:]
        var artifacts: [Artifact] = []
        var edges: [ArtifactEdge] = []
        var cacheEntries: [(TaskPath, CacheKey)] = []
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
    package var nextDue: Instant? { [retries.first, deadline].compactMap(\.self).min() }
    /// When the run must be over; `nil` if it need not be, or is to stop already.
    private var deadline: Instant? {
        run.state == .canceling ? nil : activeDeadline.map { run.openedAt + $0 }
    }

    /// Builds the machine from rows.
    /// - Parameters:
    ///   - tasks: all tasks of the run; at least the root.
    ///   - attempts: all attempts.
    ///   - artifacts: all artifacts the run's tasks read or wrote.
    ///   - activeDeadline: how long the run may take. Source: KFP `PipelineConfig.active_deadline_seconds`.
    ///   - underWayMax: tasks that may have pods or questions open before loops wait with further iterations; positive.
    ///   - retriedAt: when somebody asked for the run, which was over, to be retried; ``resume(at:)`` then stores what
    ///     follows.
    /// - Throws: ``CorruptRun`` if rows contradict the graph or each other.
    package init(
        run: Run,
        graph: TaskGraph,
        tasks: [TaskRecord],
        attempts: [Attempt] = [],
        artifacts: [Artifact] = [],
        activeDeadline: Duration? = nil,
        underWayMax: Int = Limits.tasksUnderWayMax,
        retriedAt: Instant? = nil
    ) throws(CorruptRun) {
        precondition(underWayMax > 0, "a loop could never start an iteration")
        self.run = run
        self.graph = graph
        self.activeDeadline = activeDeadline
        self.underWayMax = underWayMax
        for artifact in artifacts { self.artifacts[artifact.id] = artifact }
        try load(tasks)
        for attempt in attempts.sorted(by: { $0.number < $1.number }) {
            guard let index = indexOfPath[attempt.path] else {
                throw CorruptRun(
                    message:
                        "attempt \(attempt.number) belongs to task '\(attempt.path)', which the run does not have"
                )
            }
            instances[index].attempts.append(attempt)
        }
        if let retriedAt { reopen(at: retriedAt) }
        derive()
        try checkConsistency()
    }

    /// The row of a new run's root; it is stored together with the run.
    package static func rootRecord(of run: Run, graph: TaskGraph) -> TaskRecord {
        var record = TaskRecord(
            runID: run.id,
            path: .root,
            parent: nil,
            name: "root",
            displayName: run.displayName,
            kind: .root,
            createdAt: run.createdAt
        )
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
            } else if let last = instances[index].currentAttempts.last {
                scheduleRetry(index, after: last)
            } else if instances[index].record.state == .pending {
                // Iterations start when their loop has room for them.
                let isIteration = instances[index].record.kind == .iteration
                if !isIteration, isReadyToStart(index) { step.ready.append(index) }
            } else if !instances[index].isGroup {
                startImport(index)
            } else if instances[index].openChildren == 0 || instances[index].hasIterationsToStart {
                step.ready.append(index)
            }
        }
        if let deadline { step.actions.append(.wake(at: deadline)) }
        if run.state == .canceling { cancelAll(now) }
        return finishStep(now)
    }

    /// Takes note of an event and says what to do. Events about tasks or attempts that are over change nothing.
    package mutating func handle(_ event: RunEvent, at now: Instant) -> [RunCommand] {
        guard !run.state.isFinal else { return [] }
        switch event {
        case .podWaiting(let path, let number, let reason):
            if let (index, attempt) = open(path, number), instances[index].attempts[attempt].state == .pending
            {
                instances[index].attempts[attempt].reason = reason
                instances[index].record.reason = reason
                changed(index, attempt: attempt)
            }
        case .podStarted(let path, let number, let startedAt):
            if let (index, attempt) = open(path, number) { started(index, attempt, at: startedAt) }
        case .podEnded(let path, let number, let result, let endedAt):
            if let (index, attempt) = open(path, number) { ended(index, attempt, result, at: endedAt, now) }
        case .imported(let path, let result):
            if let index = indexOfPath[path], isImporting(index) { imported(index, result, now) }
        case .cacheAnswered(let path, let answer):
            if let index = indexOfPath[path], isReadyToStart(index) { cacheAnswered(index, answer, now) }
        case .clockAdvanced:
            if let activeDeadline, let deadline, deadline <= now { exceed(activeDeadline, now) }
            for (index, due) in retries.times.sorted(by: { $0.key < $1.key })
            where isDue(index, due, now) {
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

    private mutating func exceed(_ activeDeadline: Duration, _ now: Instant) {
        let message =
            "The run took longer than the \(describe(activeDeadline)) it may (activeDeadlineSeconds of its pipeline)."
        enterRun(.canceling, now, Reason(.deadlineExceeded, message))
        cancelAll(now)
    }
}
