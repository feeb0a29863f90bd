/// A request to start a run. Source: KFP v2beta1 `Run` as the body of `CreateRun`.
package struct RunSubmission: Hashable, Sendable {
    /// Where the pipeline comes from.
    package enum Source: Hashable, Sendable {
        /// The request carries it.
        case spec(PipelineSpecDocument)
        /// A stored version. Without a version, the pipeline's newest; without a pipeline (the deprecated
        /// `pipeline_version_id` field), whichever it belongs to. At least one is given.
        case version(pipelineID: PipelineID?, versionID: PipelineVersionID?)
    }

    /// Name for people; never empty.
    package var displayName: String
    /// Free text; may be empty.
    package var description: String
    /// The experiment; `nil` for the one named `Default`.
    package var experimentID: ExperimentID?
    /// The pipeline.
    package var source: Source
    /// Values for the pipeline's inputs, as sent: numbers are doubles and nothing is checked.
    package var parameters: [String: JSONValue]
    /// Values that came as text, as KFP's first API generation sends them; read by the inputs' types.
    package var parameterTexts: [String: String]
    /// Where outputs go; `nil` for the server's choice.
    package var pipelineRoot: String?
    /// Kept and shown; may be empty.
    package var serviceAccount: String

    /// Makes a request.
    package init(
        displayName: String,
        description: String = "",
        experimentID: ExperimentID? = nil,
        source: Source,
        parameters: [String: JSONValue] = [:],
        pipelineRoot: String? = nil,
        serviceAccount: String = ""
    ) {
        self.displayName = displayName
        self.description = description
        self.experimentID = experimentID
        self.source = source
        self.parameters = parameters
        self.parameterTexts = [:]
        self.pipelineRoot = pipelineRoot
        self.serviceAccount = serviceAccount
    }
}
