/// The state of a run as clients see it. Source: KFP v2beta1 `RuntimeState`.
package enum RuntimeState: String, Hashable, Sendable, CaseIterable {
    case pending = "PENDING"
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    case skipped = "SKIPPED"
    case failed = "FAILED"
    case canceling = "CANCELING"
    case canceled = "CANCELED"
    case paused = "PAUSED"

    /// Whether nothing more will happen by itself.
    package var isFinal: Bool {
        switch self {
        case .succeeded, .skipped, .failed, .canceled: true
        case .pending, .running, .canceling, .paused: false
        }
    }
}

/// One entry of a state history. Source: KFP v2beta1 `RuntimeStatus`.
package struct StateChange<State: Hashable & Sendable>: Hashable, Sendable {
    /// When the state was entered.
    package var at: Instant
    /// The state entered.
    package var state: State
    /// Why, where there is something to say.
    package var reason: Reason?

    /// Makes an entry.
    package init(at: Instant, state: State, reason: Reason? = nil) {
        self.at = at
        self.state = state
        self.reason = reason
    }
}

/// What a run takes over from an earlier one of the same pipeline and parameters.
package struct Rerun: Hashable, Sendable {
    /// The run it repeats.
    package var source: RunID
    /// Where it starts: this task and what depends on it run again, the rest is taken over where it succeeded.
    package var from: TaskPath

    /// Makes the note.
    package init(source: RunID, from: TaskPath) {
        self.source = source
        self.from = from
    }
}

/// One execution of a pipeline. Source: KFP v2beta1 `Run`.
///
/// The spec is a blob and is fetched on its own, see ``PipelineSpecDocument``.
package struct Run: Hashable, Sendable {
    /// Identity, a UUID.
    package var id: RunID
    /// The experiment it belongs to.
    package var experimentID: ExperimentID
    /// Name for people; need not be unique.
    package var displayName: String
    /// Free text; empty when none was given.
    package var description: String
    /// Shown or put away.
    package var storageState: StorageState
    /// The pipeline it came from, if it was not submitted with a spec of its own.
    package var pipelineID: PipelineID?
    /// The version it came from, likewise.
    package var pipelineVersionID: PipelineVersionID?
    /// `pipelineInfo.name` of the spec.
    package var pipelineName: String
    /// The parameters as submitted; defaults are not filled in.
    package var parameters: [String: JSONValue]
    /// Where outputs go, if the submission said so.
    package var pipelineRoot: String?
    /// Kept and shown; means something only on Kubernetes.
    package var serviceAccount: String
    /// What it repeats, if it does.
    package var rerun: Rerun?
    /// When it was created.
    package var createdAt: Instant
    /// When it was meant to start; for one-off runs the time of creation.
    package var scheduledAt: Instant
    /// The recurring run that started it, if one did.
    package var recurringRunID: RecurringRunID?
    /// When it ended.
    package var finishedAt: Instant?
    /// Where it stands.
    package var state: RuntimeState
    /// Why it failed or was stopped.
    package var error: Reason?
    /// Each state it was in, oldest first.
    package var stateHistory: [StateChange<RuntimeState>]
    /// The outputs of the root pipeline; empty until it succeeded.
    package var outputs: TaskValues
    /// What people should know of the run besides how it goes, such as settings that have no effect here.
    package var notes: [Reason]

    /// Makes a run that has not started.
    package init(
        id: RunID,
        experimentID: ExperimentID,
        displayName: String,
        description: String = "",
        pipelineID: PipelineID? = nil,
        pipelineVersionID: PipelineVersionID? = nil,
        pipelineName: String,
        parameters: [String: JSONValue] = [:],
        pipelineRoot: String? = nil,
        serviceAccount: String = "",
        createdAt: Instant,
        notes: [Reason] = []
    ) {
        self.id = id
        self.experimentID = experimentID
        self.displayName = displayName
        self.description = description
        self.storageState = .available
        self.pipelineID = pipelineID
        self.pipelineVersionID = pipelineVersionID
        self.pipelineName = pipelineName
        self.parameters = parameters
        self.pipelineRoot = pipelineRoot
        self.serviceAccount = serviceAccount
        self.createdAt = createdAt
        self.scheduledAt = createdAt
        self.finishedAt = nil
        self.state = .pending
        self.error = nil
        self.stateHistory = [StateChange(at: createdAt, state: .pending)]
        self.outputs = TaskValues()
        self.notes = notes
    }

    /// Enters a state and remembers it in the history; entering the present state again changes nothing.
    package mutating func enter(_ state: RuntimeState, at now: Instant, reason: Reason? = nil) {
        guard state != self.state else { return }
        self.state = state
        if state.isFinal { finishedAt = now }
        if let reason { error = reason }
        stateHistory.append(StateChange(at: now, state: state, reason: reason))
    }

    /// Makes a run that is over one that waits to go on: no end, no error, no outputs; the history is kept.
    package mutating func reopen(at now: Instant, reason: Reason) {
        state = .pending
        finishedAt = nil
        error = nil
        outputs = TaskValues()
        stateHistory.append(StateChange(at: now, state: .pending, reason: reason))
    }

    /// When it was last opened: created, or retried.
    package var openedAt: Instant { stateHistory.last { $0.state == .pending }?.at ?? createdAt }
}
