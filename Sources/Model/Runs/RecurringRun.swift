/// A pipeline that is run again and again at set times. Source: KFP v2beta1 `RecurringRun`.
///
/// A time at which a run is due is called a firing. A spec is a blob and is fetched on its own.
package struct RecurringRun: Hashable, Sendable {
    /// Identity, a UUID.
    package var id: RecurringRunID
    /// The experiment its runs belong to.
    package var experimentID: ExperimentID
    /// Name for people; need not be unique.
    package var displayName: String
    /// Free text; empty when none was given.
    package var description: String
    /// The pipeline it runs, if it was not submitted with a spec of its own.
    package var pipelineID: PipelineID?
    /// The version it runs; `nil` beside a pipeline for the one that is newest at each firing.
    package var pipelineVersionID: PipelineVersionID?
    /// The runs' parameters as submitted, macros and all.
    package var parameters: [String: JSONValue]
    /// Where outputs go, if the submission said so.
    package var pipelineRoot: String?
    /// Kept and shown; means something only on Kubernetes.
    package var serviceAccount: String
    /// When runs are due.
    package var trigger: Trigger
    /// How many of its runs may be under way at once, 1 to ``Limits/recurringConcurrencyMax``.
    package var maxConcurrency: Int
    /// Of several firings that were missed only the last one is made up for.
    package var noCatchup: Bool
    /// Whether it starts runs at all.
    package var isEnabled: Bool
    /// When it was created.
    package var createdAt: Instant
    /// When it was last created, edited, enabled or disabled.
    package var updatedAt: Instant
    /// How far it has come.
    package var progress: Progress
    /// Why the last firing started no run, or which missed firings were left out.
    package var reason: Reason?

    /// How far a recurring run has come; changes together with the runs it starts.
    package struct Progress: Hashable, Sendable {
        /// From when intervals are counted where the trigger has no start: the time of creation, or of the
        /// last change of the trigger.
        package var anchor: Instant
        /// Firings up to this time, and at it, are dealt with.
        package var cursor: Instant
        /// The first firing after the cursor; `nil` when there is none.
        package var next: Instant?
        /// The last firing that started a run.
        package var last: Instant?
        /// How many runs were started.
        package var count: Int

        /// Makes a progress; that of a new recurring run, unless said otherwise.
        package init(
            anchor: Instant,
            cursor: Instant,
            next: Instant? = nil,
            last: Instant? = nil,
            count: Int = 0
        ) {
            self.anchor = anchor
            self.cursor = cursor
            self.next = next
            self.last = last
            self.count = count
        }
    }

    /// Makes a recurring run that has started nothing yet.
    package init(
        id: RecurringRunID,
        experimentID: ExperimentID,
        displayName: String,
        description: String = "",
        pipelineID: PipelineID? = nil,
        pipelineVersionID: PipelineVersionID? = nil,
        parameters: [String: JSONValue] = [:],
        pipelineRoot: String? = nil,
        serviceAccount: String = "",
        trigger: Trigger,
        maxConcurrency: Int = 1,
        noCatchup: Bool = false,
        isEnabled: Bool = true,
        createdAt: Instant
    ) {
        self.id = id
        self.experimentID = experimentID
        self.displayName = displayName
        self.description = description
        self.pipelineID = pipelineID
        self.pipelineVersionID = pipelineVersionID
        self.parameters = parameters
        self.pipelineRoot = pipelineRoot
        self.serviceAccount = serviceAccount
        self.trigger = trigger
        self.maxConcurrency = maxConcurrency
        self.noCatchup = noCatchup
        self.isEnabled = isEnabled
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.progress = Progress(anchor: createdAt, cursor: createdAt)
        self.reason = nil
    }
}
