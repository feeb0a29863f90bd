import Model
package import PipelineIR

/// The panel of a task of a pipeline that is looked at by itself: what it does and where its inputs come from.
package struct StepView: PageView {
    package static let template = "step"

    /// An input or an output.
    struct Value: Hashable, Sendable {
        let name: String
        let type: String
        /// Where an input comes from.
        let from: String?
        let note: String?
    }

    let title: String
    let kind: StateView
    let close: String
    let facts: [TaskView.Fact]
    let command: String?
    let inputs: [Value]
    let outputs: [Value]
    let hasInputs: Bool
    let hasOutputs: Bool

    /// Makes the panel.
    /// - Parameter siblings: the tasks of the pipeline that it stands in.
    package init(_ task: TaskGraph.Task, among siblings: [TaskGraph.Task], close: String) {
        title = task.displayName
        kind = StateView(task.kind)
        self.close = close
        facts = Self.facts(task, siblings)
        command =
            if case .container(let container, _) = task.body {
                (container.command + container.args).joined(separator: "\n")
            } else {
                nil
            }
        let component = task.component
        let given = Set(component.inputParameters.keys).union(task.parameterSources.keys)
        inputs =
            given.sorted().map { name in
                let input = component.inputParameters[name]
                return Value(
                    name: name,
                    type: input?.type.word ?? "",
                    from: task.parameterSources[name].map { Self.origin($0.origin, siblings) }
                        ?? input?.defaultValue.map { "default: \(clipped($0.jsonText, 200))" },
                    note: input.flatMap { $0.description.isEmpty ? nil : $0.description }
                )
            }
            + component.inputArtifacts.sorted { $0.key < $1.key }.map { name, input in
                Value(
                    name: name,
                    type: Self.word(input.type, isList: input.isList),
                    from: task.artifactSources[name].map { Self.origin($0, siblings) },
                    note: nil
                )
            }
        outputs =
            component.outputParameters.sorted { $0.key < $1.key }.map {
                Value(
                    name: $0,
                    type: $1.type.word,
                    from: nil,
                    note: $1.description.isEmpty ? nil : $1.description
                )
            }
            + component.outputArtifacts.sorted { $0.key < $1.key }.map {
                Value(name: $0, type: Self.word($1.type, isList: $1.isList), from: nil, note: nil)
            }
        hasInputs = !inputs.isEmpty
        hasOutputs = !outputs.isEmpty
    }

    private static func word(_ type: ArtifactTypeSchema, isList: Bool) -> String {
        let name = type.title.split(separator: ".").last.map(String.init) ?? type.title
        return isList ? "list of \(name)" : name
    }

    private static func origin(_ origin: TaskGraph.ParameterSource.Origin, _ siblings: [TaskGraph.Task])
        -> String
    {
        switch origin {
        case .taskOutput(let output): "\(output.key) of \(siblings[output.producer].displayName)"
        case .constant(let value): clipped(value.jsonText, 200)
        case .pipelineInput(let name): outer(name)
        case .taskFinalStatus(let producer): "how \(siblings[producer].displayName) ended"
        }
    }

    private static func origin(_ source: TaskGraph.ArtifactSource, _ siblings: [TaskGraph.Task]) -> String {
        switch source {
        case .taskOutput(let output): "\(output.key) of \(siblings[output.producer].displayName)"
        case .pipelineInput(let name): outer(name)
        }
    }

    /// What a group takes in to pass it on is called `pipelinechannel--rate` by the SDK.
    private static func outer(_ name: String) -> String {
        let prefix = "pipelinechannel--"
        return "the pipeline's " + (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
    }

    private static func facts(_ task: TaskGraph.Task, _ siblings: [TaskGraph.Task]) -> [TaskView.Fact] {
        var facts = [("Task", task.name), ("Component", task.componentName)]
        switch task.body {
        case .container(let container, _): facts.append(("Image", container.image))
        case .importer(let importer):
            facts.append(("Address", importer.constantURI ?? importer.runtimeParameter ?? ""))
        case .foreign(let kind): facts.append(("Runs on", kind))
        case .pipeline: break
        }
        let spec = task.spec
        switch spec.iterator {
        case .rawItems(let items, _)?: facts.append(("Items", clipped(items, 200)))
        case .inputParameter(let name, _)?, .inputArtifact(let name, _)?:
            facts.append(("Items", "the input \(name)"))
        case nil: break
        }
        facts += [
            ("Condition", spec.triggerCondition ?? ""),
            ("At once", spec.parallelismLimit.map { "at most \($0)" } ?? ""),
            ("Retries", spec.retryPolicy.map { $0.retriesMax == 0 ? "" : "at most \($0.retriesMax)" } ?? ""),
            ("Cache", spec.cachingDisabled ? "off" : ""),
            ("After", task.upstream.map { siblings[$0].displayName }.joined(separator: ", ")),
        ]
        return facts.filter { !$0.1.isEmpty }.map { TaskView.Fact(name: $0.0, value: $0.1) }
    }
}

extension TaskGraph.Task {
    /// What it does, in a few words.
    var summary: String {
        switch body {
        case .container(let container, _): container.image
        case .importer(let importer): importer.constantURI ?? kind.title
        case .foreign(let kind): kind
        case .pipeline:
            // What the SDK compiles begins with the name of an input, which says nothing to people.
            kind.title
        }
    }
}
