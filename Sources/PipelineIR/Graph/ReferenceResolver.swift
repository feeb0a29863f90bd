import Model

/// Resolves the references of one pipeline's tasks and outputs.
struct ReferenceResolver {
    let spec: PipelineSpec
    let dag: DagSpec
    let enclosing: ComponentSpec
    let positions: [String: Int]

    struct Inputs {
        var parameters: [String: TaskGraph.ParameterSource] = [:]
        var artifacts: [String: TaskGraph.ArtifactSource] = [:]
        var problems: [SpecProblem] = []
    }

    struct Outputs {
        var parameters: [String: [TaskGraph.OutputReference]] = [:]
        var artifacts: [String: [TaskGraph.OutputReference]] = [:]
        var problems: [SpecProblem] = []
    }

    func resolve(_ task: TaskSpec, _ component: ComponentSpec, path: String) -> Inputs {
        var inputs = Inputs()
        for (name, binding) in task.inputParameters.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).inputs.parameters.\(name)"
            guard let origin = origin(of: binding, place, &inputs.problems) else { continue }
            if let selector = binding.selector {
                check(selector, place + ".parameterExpressionSelector", &inputs.problems)
            }
            inputs.parameters[name] = TaskGraph.ParameterSource(origin: origin, selector: binding.selector)
        }
        for (name, binding) in task.inputArtifacts.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).inputs.artifacts.\(name)"
            switch binding {
            case .taskOutput(let producer, let key):
                inputs.artifacts[name] = reference(producer, key, .artifact, place, &inputs.problems).map {
                    .taskOutput($0)
                }
            case .componentInput(let input):
                if enclosing.inputArtifacts[input] == nil {
                    inputs.problems.append(
                        SpecProblem(place, "the pipeline around it has no input artifact '\(input)'")
                    )
                }
                inputs.artifacts[name] = .pipelineInput(input)
            case .missing:
                inputs.problems.append(
                    SpecProblem(place, "expected 'taskOutputArtifact' or 'componentInputArtifact'")
                )
            }
        }
        if let condition = task.triggerCondition {
            check(condition, path + ".triggerPolicy.condition", &inputs.problems)
        }
        checkRequired(task, component, path, &inputs.problems)
        return inputs
    }

    func outputs(path: String) -> Outputs {
        var outputs = Outputs()
        for (name, selectors) in dag.outputParameters.sorted(by: { $0.key < $1.key }) {
            outputs.parameters[name] = selectors.compactMap {
                reference(
                    $0.producer,
                    $0.key,
                    .parameter,
                    "\(path).outputs.parameters.\(name)",
                    &outputs.problems
                )
            }
        }
        for (name, selectors) in dag.outputArtifacts.sorted(by: { $0.key < $1.key }) {
            outputs.artifacts[name] = selectors.compactMap {
                reference(
                    $0.producer,
                    $0.key,
                    .artifact,
                    "\(path).outputs.artifacts.\(name)",
                    &outputs.problems
                )
            }
        }
        return outputs
    }

    private func origin(
        of binding: ParameterBinding,
        _ place: String,
        _ problems: inout [SpecProblem]
    ) -> TaskGraph.ParameterSource.Origin? {
        switch binding.source {
        case .taskOutput(let producer, let key):
            return reference(producer, key, .parameter, place, &problems).map { .taskOutput($0) }
        case .constant(let value):
            return .constant(value)
        case .runtimeParameter(let name), .componentInput(let name):
            if enclosing.inputParameters[name] == nil {
                problems.append(SpecProblem(place, "the pipeline around it has no input parameter '\(name)'"))
            }
            return .pipelineInput(name)
        case .taskFinalStatus(let producer):
            guard let position = positions[producer] else {
                problems.append(SpecProblem(place, "there is no task '\(producer)' here"))
                return nil
            }
            return .taskFinalStatus(producer: position)
        case .missing:
            problems.append(
                SpecProblem(
                    place,
                    "expected 'taskOutputParameter', 'runtimeValue', 'componentInputParameter' or 'taskFinalStatus'"
                )
            )
            return nil
        }
    }

    private enum Kind {
        case parameter
        case artifact
    }

    /// Checks that a task exists and declares the output. A task that is part of a cycle has no position; the cycle is reported already.
    private func reference(
        _ producer: String,
        _ key: String,
        _ kind: Kind,
        _ place: String,
        _ problems: inout [SpecProblem]
    ) -> TaskGraph.OutputReference? {
        guard let task = dag.tasks[producer] else {
            problems.append(SpecProblem(place, "there is no task '\(producer)' here"))
            return nil
        }
        guard let component = spec.components[task.componentName] else { return nil }
        switch kind {
        case .parameter:
            if component.outputParameters[key] == nil {
                problems.append(SpecProblem(place, "task '\(producer)' has no output parameter '\(key)'"))
                return nil
            }
        case .artifact:
            if component.outputArtifacts[key] == nil {
                problems.append(SpecProblem(place, "task '\(producer)' has no output artifact '\(key)'"))
                return nil
            }
        }
        return positions[producer].map { TaskGraph.OutputReference(producer: $0, key: key) }
    }

    /// What cannot be read as an expression now would fail the run later.
    private func check(_ expression: String, _ place: String, _ problems: inout [SpecProblem]) {
        do {
            _ = try Expression(expression)
        } catch {
            problems.append(SpecProblem(place, "\(error)"))
        }
    }

    private func checkRequired(
        _ task: TaskSpec,
        _ component: ComponentSpec,
        _ path: String,
        _ problems: inout [SpecProblem]
    ) {
        let itemInput = task.iterator?.itemInput
        for (name, input) in component.inputParameters.sorted(by: { $0.key < $1.key })
        where input.isRequired && task.inputParameters[name] == nil && name != itemInput {
            problems.append(
                SpecProblem(
                    "\(path).inputs.parameters.\(name)",
                    "is missing: component '\(task.componentName)' needs it"
                )
            )
        }
        for (name, input) in component.inputArtifacts.sorted(by: { $0.key < $1.key })
        where !input.isOptional && task.inputArtifacts[name] == nil && name != itemInput {
            problems.append(
                SpecProblem(
                    "\(path).inputs.artifacts.\(name)",
                    "is missing: component '\(task.componentName)' needs it"
                )
            )
        }
    }
}
