package import Model

/// A pipeline spec made ready to run: every reference checked and resolved to an index.
///
/// A pipeline (a DAG component) appears once, however often it is used; what differs between uses is state, not graph.
/// Tasks of a pipeline are in topological order, names breaking ties, so indexes are the same at every load.
package struct TaskGraph: Hashable, Sendable {
    /// Names one output of one task of the same pipeline.
    package struct OutputReference: Hashable, Sendable {
        /// Index of the task.
        package let producer: Int
        /// The output's key.
        package let key: String
    }

    /// Where an input parameter comes from.
    package struct ParameterSource: Hashable, Sendable {
        /// The place it comes from.
        package enum Origin: Hashable, Sendable {
            case taskOutput(OutputReference)
            /// Strings may hold placeholders for the task's other inputs.
            case constant(JSONValue)
            /// An input of the pipeline the task stands in.
            case pipelineInput(String)
            case taskFinalStatus(producer: Int)
        }

        /// The place it comes from.
        package let origin: Origin
        /// A CEL expression applied to the value.
        package let selector: String?
    }

    /// Where an input artifact comes from.
    package enum ArtifactSource: Hashable, Sendable {
        case taskOutput(OutputReference)
        /// An input of the pipeline the task stands in.
        case pipelineInput(String)
    }

    /// What a task does.
    package enum Body: Hashable, Sendable {
        /// Runs a container.
        case container(ContainerSpec, label: String)
        /// Registers an artifact.
        case importer(ImporterSpec)
        /// Runs a pipeline, by index into ``TaskGraph/pipelines``.
        case pipeline(Int)
        /// Something only another platform runs.
        case foreign(kind: String)
    }

    /// A task.
    package struct Task: Hashable, Sendable {
        /// Key in the pipeline's `tasks`.
        package let name: String
        /// Name for people; the key when the spec gives none.
        package let displayName: String
        /// The component it runs, for messages.
        package let componentName: String
        /// What it does.
        package let body: Body
        /// The rest of the spec: trigger, iterator, retries, caching.
        package let spec: TaskSpec
        /// The component: declared inputs and outputs.
        package let component: ComponentSpec
        /// Where input parameters come from, including those the component does not declare (placeholders use them).
        package let parameterSources: [String: ParameterSource]
        /// Where input artifacts come from.
        package let artifactSources: [String: ArtifactSource]
        /// Tasks it waits for: explicit and by reference, each once, ascending.
        package let upstream: [Int]
        /// Tasks that wait for it, ascending.
        package let downstream: [Int]

        /// What kind of task this is, for the record.
        package var kind: TaskKind {
            if spec.iterator != nil { return .loop }
            return switch body {
            case .container, .foreign: .container
            case .importer: .importer
            case .pipeline:
                if spec.triggerCondition != nil {
                    .condition
                } else if name.hasPrefix("condition-branches-") {
                    .conditionBranch
                } else if name.hasPrefix("exit-handler-") {
                    .exitHandler
                } else {
                    .dag
                }
            }
        }
    }

    /// A pipeline: tasks and where its outputs come from.
    package struct Pipeline: Hashable, Sendable {
        /// The component it is; `root` for the whole.
        package let name: String
        /// Declared inputs and outputs.
        package let component: ComponentSpec
        /// Its tasks, in topological order.
        package let tasks: [Task]
        /// Where output parameters come from: the first that succeeded.
        package let outputParameters: [String: [OutputReference]]
        /// Where output artifacts come from, likewise.
        package let outputArtifacts: [String: [OutputReference]]
    }

    /// `pipelineInfo.name`.
    package let pipelineName: String
    /// All pipelines; the root is the first.
    package let pipelines: [Pipeline]

    /// The pipeline that is the run.
    package var root: Pipeline { pipelines[0] }

    /// Compiles a spec.
    /// - Throws: ``InvalidSpec`` with the path of every reference that leads nowhere, of cycles, of missing inputs.
    package init(_ spec: PipelineSpec) throws(InvalidSpec) {
        var compiler = GraphCompiler(spec)
        compiler.compile()
        if !compiler.problems.isEmpty { throw InvalidSpec(compiler.problems) }
        pipelineName = spec.name
        pipelines = compiler.pipelines.compactMap { $0 }
    }
}
