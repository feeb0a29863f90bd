package import Model

/// A pipeline of tasks. Source: KFP `DagSpec`.
package struct DagSpec: Hashable, Sendable {
    /// Names one output of one task.
    package struct OutputSelector: Hashable, Sendable {
        /// The task's key.
        package var producer: String
        /// The output's key.
        package var key: String
    }

    /// The tasks by key.
    package var tasks: [String: TaskSpec]
    /// Where each output parameter comes from: the first of these tasks that succeeded. Source: KFP
    /// `DagOutputParameterSpec`, `value_from_parameter` and `value_from_oneof`.
    package var outputParameters: [String: [OutputSelector]]
    /// Where each output artifact comes from, likewise. Source: KFP `DagOutputArtifactSpec`.
    package var outputArtifacts: [String: [OutputSelector]]

    init(reading reader: inout SpecReader) {
        tasks = reader.map("tasks", TaskSpec.init(reading:))
        let outputs = reader.message("outputs") { outputs in
            (
                outputs.map("parameters", Self.parameterSelectors(reading:)),
                outputs.map("artifacts") { artifact in
                    artifact.list("artifactSelectors") {
                        Self.selector(reading: &$0, key: "outputArtifactKey")
                    }
                }
            )
        }
        outputParameters = outputs?.0 ?? [:]
        outputArtifacts = outputs?.1 ?? [:]
    }

    private static func parameterSelectors(reading reader: inout SpecReader) -> [OutputSelector] {
        let key = "outputParameterKey"
        if let single = reader.message("valueFromParameter", { selector(reading: &$0, key: key) }) {
            return [single]
        }
        return reader.message("valueFromOneof") { oneof in
            oneof.list("parameterSelectors") { selector(reading: &$0, key: key) }
        } ?? []
    }

    private static func selector(reading reader: inout SpecReader, key: String) -> OutputSelector {
        OutputSelector(producer: reader.string("producerSubtask") ?? "", key: reader.string(key) ?? "")
    }
}

/// A task of a pipeline. Source: KFP `PipelineTaskSpec`.
package struct TaskSpec: Hashable, Sendable {
    /// When a task may start. Source: KFP `TriggerPolicy.TriggerStrategy`.
    package enum TriggerStrategy: Hashable, Sendable {
        /// All tasks before it succeeded.
        case allUpstreamTasksSucceeded
        /// All tasks before it ended, however.
        case allUpstreamTasksCompleted
    }

    /// A loop. Source: KFP `ParameterIteratorSpec`, `ArtifactIteratorSpec`.
    package enum Iterator: Hashable, Sendable {
        /// Over a list written in the spec, as JSON text.
        case rawItems(String, itemInput: String)
        /// Over an input that holds a list.
        case inputParameter(String, itemInput: String)
        /// Over a list of artifacts.
        case inputArtifact(String, itemInput: String)

        /// The input that receives the item.
        package var itemInput: String {
            switch self {
            case .rawItems(_, let input), .inputParameter(_, let input), .inputArtifact(_, let input): input
            }
        }
    }

    /// How often and when to try again. Source: KFP `PipelineTaskSpec.RetryPolicy`.
    package struct RetryPolicy: Hashable, Sendable {
        /// Further attempts after the first, 0 to ``Limits/retriesMax``.
        package var retriesMax: Int
        /// Pause before the first retry.
        package var backoff: Duration
        /// Factor by which the pause grows.
        package var factor: Double
        /// Longest pause.
        package var backoffMax: Duration

        /// Makes a policy.
        package init(retriesMax: Int, backoff: Duration, factor: Double, backoffMax: Duration) {
            self.retriesMax = retriesMax
            self.backoff = backoff
            self.factor = factor
            self.backoffMax = backoffMax
        }
    }

    /// Name for people; empty when the spec gives none.
    package var displayName: String
    /// The component it runs.
    package var componentName: String
    /// Where its input parameters come from.
    package var inputParameters: [String: ParameterBinding]
    /// Where its input artifacts come from.
    package var inputArtifacts: [String: ArtifactBinding]
    /// Tasks that come before it, by key.
    package var dependentTasks: [String]
    /// Whether earlier results may be used.
    package var cachingEnabled: Bool
    /// Whether the spec says that they may not; not the same as saying nothing, which is all that the SDK says of loops
    /// and conditions unless a run is submitted with `enable_caching=False`.
    package var cachingDisabled: Bool
    /// The author's own cache key.
    package var cacheKey: String?
    /// When it may start.
    package var triggerStrategy: TriggerStrategy
    /// A CEL condition for starting it.
    package var triggerCondition: String?
    /// The loop it is.
    package var iterator: Iterator?
    /// How many iterations may run at once; `nil` for any number.
    package var parallelismLimit: Int?
    /// How often to try again; `nil` when the spec says nothing.
    package var retryPolicy: RetryPolicy?
    /// Fields this build does not know.
    package var unknown: [String: JSONValue]

    init(reading reader: inout SpecReader) {
        displayName =
            reader.message("taskInfo") { info in
                _ = info.string("taskName")
                return info.string("name")
            }.flatMap { $0 } ?? ""
        componentName = reader.message("componentRef") { $0.string("name") }.flatMap { $0 } ?? ""
        let inputs = reader.message("inputs") { inputs in
            (
                inputs.map("parameters", ParameterBinding.init(reading:)),
                inputs.map("artifacts", ArtifactBinding.init(reading:))
            )
        }
        inputParameters = inputs?.0 ?? [:]
        inputArtifacts = inputs?.1 ?? [:]
        dependentTasks = reader.strings("dependentTasks")
        let caching = reader.message("cachingOptions") {
            ($0.bool("enableCache") ?? false, $0.string("cacheKey"))
        }
        cachingEnabled = caching?.0 ?? false
        cachingDisabled = caching?.0 == false
        cacheKey = caching?.1
        let trigger = reader.message("triggerPolicy") { ($0.string("strategy"), $0.string("condition")) }
        triggerStrategy =
            trigger?.0 == "ALL_UPSTREAM_TASKS_COMPLETED"
            ? .allUpstreamTasksCompleted : .allUpstreamTasksSucceeded
        triggerCondition = trigger?.1
        iterator = Self.iterator(reading: &reader)
        parallelismLimit = reader.message("iteratorPolicy") { $0.integer("parallelismLimit") }.flatMap { $0 }
            .flatMap { $0 > 0 ? $0 : nil }
        retryPolicy = reader.message("retryPolicy", RetryPolicy.init(reading:))
        unknown = reader.unknown
    }

    private static func iterator(reading reader: inout SpecReader) -> Iterator? {
        let parameter = reader.message("parameterIterator") { iterator -> Iterator in
            let item = iterator.string("itemInput") ?? ""
            let items = iterator.message("items") { ($0.string("raw"), $0.string("inputParameter")) }
            if let raw = items?.0 { return .rawItems(raw, itemInput: item) }
            return .inputParameter(items?.1 ?? "", itemInput: item)
        }
        let artifact = reader.message("artifactIterator") { iterator -> Iterator in
            let item = iterator.string("itemInput") ?? ""
            return .inputArtifact(
                iterator.message("items") { $0.string("inputArtifact") }.flatMap { $0 } ?? "",
                itemInput: item
            )
        }
        return parameter ?? artifact
    }
}

extension TaskSpec.RetryPolicy {
    fileprivate init(reading reader: inout SpecReader) {
        let count = reader.integer("maxRetryCount") ?? 0
        if count < 0 || count > Limits.retriesMax {
            reader.report("maxRetryCount", "expected 0 to \(Limits.retriesMax), found \(count)")
        }
        let factor = reader.number("backoffFactor") ?? 2
        if factor < 0 { reader.report("backoffFactor", "expected 0 or more, found \(factor)") }
        self.init(
            retriesMax: count,
            backoff: reader.duration("backoffDuration") ?? .zero,
            factor: factor == 0 ? 2 : factor,
            backoffMax: reader.duration("backoffMaxDuration") ?? .seconds(3600)
        )
    }
}

/// Where a task's input parameter comes from. Source: KFP `TaskInputsSpec.InputParameterSpec`.
package struct ParameterBinding: Hashable, Sendable {
    /// The place it comes from.
    package enum Source: Hashable, Sendable {
        /// An output of another task of the same pipeline.
        case taskOutput(producer: String, key: String)
        /// A value in the spec; strings in it may hold placeholders.
        case constant(JSONValue)
        /// A parameter named at submission.
        case runtimeParameter(String)
        /// An input of the pipeline the task stands in.
        case componentInput(String)
        /// How another task ended.
        case taskFinalStatus(producer: String)
        /// The spec names no source.
        case missing
    }

    /// The place it comes from.
    package var source: Source
    /// A CEL expression applied to the value. Source: KFP `parameter_expression_selector`.
    package var selector: String?

    init(reading reader: inout SpecReader) {
        selector = reader.string("parameterExpressionSelector")
        if let output = reader.message(
            "taskOutputParameter",
            { ($0.string("producerTask"), $0.string("outputParameterKey")) }
        ) {
            source = .taskOutput(producer: output.0 ?? "", key: output.1 ?? "")
        } else if let runtime = reader.message("runtimeValue", Self.runtimeValue(reading:)) {
            source = runtime
        } else if let input = reader.string("componentInputParameter") {
            source = .componentInput(input)
        } else if let producer = reader.message("taskFinalStatus", { $0.string("producerTask") }) {
            source = .taskFinalStatus(producer: producer ?? "")
        } else {
            source = .missing
        }
    }

    private static func runtimeValue(reading reader: inout SpecReader) -> Source {
        if let name = reader.string("runtimeParameter") { return .runtimeParameter(name) }
        return .constant(reader.value("constant") ?? reader.legacyConstant() ?? .null)
    }
}

/// Where a task's input artifact comes from. Source: KFP `TaskInputsSpec.InputArtifactSpec`.
package enum ArtifactBinding: Hashable, Sendable {
    /// An output of another task of the same pipeline.
    case taskOutput(producer: String, key: String)
    /// An input of the pipeline the task stands in.
    case componentInput(String)
    /// The spec names no source.
    case missing

    init(reading reader: inout SpecReader) {
        if let output = reader.message(
            "taskOutputArtifact",
            { ($0.string("producerTask"), $0.string("outputArtifactKey")) }
        ) {
            self = .taskOutput(producer: output.0 ?? "", key: output.1 ?? "")
        } else if let input = reader.string("componentInputArtifact") {
            self = .componentInput(input)
        } else {
            self = .missing
        }
    }
}
