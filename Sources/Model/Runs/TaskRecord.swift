/// The state of a task.
///
/// Wider than what KFP's API shows: `cached` is reported there as `SUCCEEDED` or `CACHED`, depending on the version.
package enum TaskState: String, Hashable, Sendable, CaseIterable {
    /// Known, not started; the reason says what it waits for.
    case pending = "PENDING"
    /// Started; for a group, something inside has started.
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    /// Took the outputs of an earlier execution.
    case cached = "CACHED"
    /// Will not run; the reason says why.
    case skipped = "SKIPPED"
    case failed = "FAILED"
    /// Stopped because the run was.
    case canceled = "CANCELED"

    /// Whether nothing more will happen to the task by itself.
    package var isFinal: Bool {
        switch self {
        case .pending, .running: false
        case .succeeded, .cached, .skipped, .failed, .canceled: true
        }
    }

    /// Whether tasks that need this one's success may go on.
    package var isSuccess: Bool { self == .succeeded || self == .cached }
}

/// What a task does. Source: KFP 3.0 `PipelineTask.TaskType`.
package enum TaskKind: String, Hashable, Sendable, CaseIterable {
    /// The whole run.
    case root = "ROOT"
    /// A nested pipeline.
    case dag = "DAG"
    /// Runs a container.
    case container = "RUNTIME"
    /// Registers an artifact that exists.
    case importer = "IMPORTER"
    /// One pass through a loop's pipeline per item.
    case loop = "LOOP"
    /// One pass of a loop.
    case iteration = "ITERATION"
    /// A pipeline behind a condition.
    case condition = "CONDITION"
    /// The branches of one if/elif/else.
    case conditionBranch = "CONDITION_BRANCH"
    /// A pipeline protected by an exit task.
    case exitHandler = "EXIT_HANDLER"

    /// Whether other tasks stand in it, and it runs nothing itself.
    package var isGroup: Bool {
        switch self {
        case .container, .importer: false
        case .root, .dag, .loop, .iteration, .condition, .conditionBranch, .exitHandler: true
        }
    }
}

/// Named values that go into or come out of a task.
package struct TaskValues: Hashable, Sendable {
    /// Parameters by name.
    package var parameters: [String: JSONValue]
    /// Artifacts by name, in order; a plain artifact is a list of one.
    package var artifacts: [String: [ArtifactID]]

    /// Makes a set of values.
    package init(parameters: [String: JSONValue] = [:], artifacts: [String: [ArtifactID]] = [:]) {
        self.parameters = parameters
        self.artifacts = artifacts
    }

    /// Whether there is nothing in it.
    package var isEmpty: Bool { parameters.isEmpty && artifacts.isEmpty }

    /// The shape in which values are stored: `{"parameters": {…}, "artifacts": {"name": ["id", …]}}`.
    package var json: JSONValue {
        var object: [String: JSONValue] = [:]
        if !parameters.isEmpty { object["parameters"] = .object(parameters) }
        if !artifacts.isEmpty {
            object["artifacts"] = .object(artifacts.mapValues { .array($0.map { .string($0.text) }) })
        }
        return .object(object)
    }

    /// Reads ``json``.
    package init(json: JSONValue) {
        self.init(
            parameters: json["parameters"]?.object ?? [:],
            artifacts: (json["artifacts"]?.object ?? [:]).mapValues { ids in
                (ids.array ?? []).compactMap { $0.string.map { ArtifactID($0) } }
            }
        )
    }
}

/// A task of a run as it is stored: one row, written whenever the engine changes it.
package struct TaskRecord: Hashable, Sendable {
    /// The run it belongs to.
    package var runID: RunID
    /// Its identity within the run.
    package var path: TaskPath
    /// The group it stands in; `nil` only for the root.
    package var parent: TaskPath?
    /// The key in its pipeline's `tasks`; for an iteration the loop's.
    package var name: String
    /// Name for people.
    package var displayName: String
    /// Which pass of the loop this is, from 0; `nil` outside of ``TaskKind/iteration``.
    package var iteration: Int?
    /// What it does.
    package var kind: TaskKind
    /// Where it stands.
    package var state: TaskState
    /// Why it stands there.
    package var reason: Reason?
    /// What the cache said of it: where its outputs came from, or why it had to run; `nil` if it was not asked.
    package var cache: Reason?
    /// What went in, once it is known.
    package var inputs: TaskValues
    /// What came out, once it succeeded.
    package var outputs: TaskValues
    /// Attempts made before the run was last retried; they are kept, but do not count against the retries allowed.
    package var attemptsBefore: Int
    /// When the run got to know of it.
    package var createdAt: Instant
    /// When it first started, since the run was last retried.
    package var startedAt: Instant?
    /// When it ended.
    package var endedAt: Instant?
    /// Each state it was in, oldest first.
    package var stateHistory: [StateChange<TaskState>]

    /// Makes a pending task.
    package init(
        runID: RunID,
        path: TaskPath,
        parent: TaskPath?,
        name: String,
        displayName: String,
        iteration: Int? = nil,
        kind: TaskKind,
        createdAt: Instant
    ) {
        self.runID = runID
        self.path = path
        self.parent = parent
        self.name = name
        self.displayName = displayName
        self.iteration = iteration
        self.kind = kind
        self.state = .pending
        self.reason = nil
        self.cache = nil
        self.inputs = TaskValues()
        self.outputs = TaskValues()
        self.attemptsBefore = 0
        self.createdAt = createdAt
        self.startedAt = nil
        self.endedAt = nil
        self.stateHistory = [StateChange(at: createdAt, state: .pending)]
    }

    /// How many iterations a running loop will have, if not all of them have been made; `nil` otherwise.
    package var iterationsPlanned: Int? {
        guard kind == .loop, reason?.code == .iterating else { return nil }
        return reason?.details["iterations"]?.exactInteger
    }

    /// Enters a state and remembers it in the history, and since when it runs; in the state it has only the reason changes.
    package mutating func enter(_ state: TaskState, at now: Instant, reason: Reason? = nil) {
        self.reason = reason
        if state != self.state {
            self.state = state
            stateHistory.append(StateChange(at: now, state: state, reason: reason))
        }
        if state == .running, startedAt == nil { startedAt = now }
    }

    /// Makes the task one that has not started, whatever became of it; attempts and history are kept.
    /// - Parameter attempts: how many there have been.
    package mutating func reopen(attempts: Int, at now: Instant, reason: Reason) {
        state = .pending
        self.reason = nil
        cache = nil
        outputs = TaskValues()
        attemptsBefore = attempts
        startedAt = nil
        endedAt = nil
        stateHistory.append(StateChange(at: now, state: .pending, reason: reason))
    }
}
