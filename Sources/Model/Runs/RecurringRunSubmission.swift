/// A request for a recurring run. Source: KFP v2beta1 `RecurringRun` as the body of `CreateRecurringRun`.
package struct RecurringRunSubmission: Hashable, Sendable {
    /// What every run is made from. Its ``RunSubmission/displayName`` names the recurring run.
    package var run: RunSubmission
    /// When runs are due; not checked.
    package var trigger: Trigger
    /// How many runs may be under way at once; not checked.
    package var maxConcurrency: Int64
    /// Of several firings that were missed only the last one is made up for.
    package var noCatchup: Bool
    /// Whether it starts runs at all.
    package var isEnabled: Bool

    /// Makes a request.
    package init(
        run: RunSubmission,
        trigger: Trigger,
        maxConcurrency: Int64 = 1,
        noCatchup: Bool = false,
        isEnabled: Bool = true
    ) {
        self.run = run
        self.trigger = trigger
        self.maxConcurrency = maxConcurrency
        self.noCatchup = noCatchup
        self.isEnabled = isEnabled
    }
}

/// A request to edit a recurring run in place, which KFP does not have. What is `nil` stays as it is.
package struct RecurringRunUpdate: Hashable, Sendable {
    /// New name for people.
    package var displayName: String?
    /// New description; may be empty.
    package var description: String?
    /// Another pipeline, version or spec.
    package var source: RunSubmission.Source?
    /// All parameters and the pipeline root anew.
    package var config: RuntimeConfig?
    /// New service account; may be empty.
    package var serviceAccount: String?
    /// Another trigger; nothing that was due before the change is made up for.
    package var trigger: Trigger?
    /// How many runs may be under way at once.
    package var maxConcurrency: Int64?
    /// Whether only the last of several missed firings is made up for.
    package var noCatchup: Bool?
    /// Whether it starts runs.
    package var isEnabled: Bool?

    /// What runs are given, replaced as a whole. Source: KFP v2beta1 `RuntimeConfig`.
    package struct RuntimeConfig: Hashable, Sendable {
        /// Values for the pipeline's inputs.
        package var parameters: [String: JSONValue]
        /// Where outputs go.
        package var pipelineRoot: String?

        /// Makes a config.
        package init(parameters: [String: JSONValue], pipelineRoot: String? = nil) {
            self.parameters = parameters
            self.pipelineRoot = pipelineRoot
        }
    }

    /// A request that changes nothing.
    package init() {}
}
