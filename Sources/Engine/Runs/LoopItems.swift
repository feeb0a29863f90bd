import Model
import PipelineIR

/// What loops go through, and what comes out of them.
extension RunMachine {
    /// The list a loop goes through. Source: KFP driver, iteration over `raw` items and input parameters: a string that holds a
    /// JSON list counts as one.
    func loopItems(of index: Int) -> Result<TaskInstance.Items, InputFailure> {
        let inputs = instances[index].record.inputs
        switch definition(of: index)?.spec.iterator {
        case .rawItems(let text, _):
            return Self.list(.string(text), named: "its items")
        case .inputParameter(let name, _):
            return Self.list(inputs.parameters[name] ?? .null, named: "input '\(name)'")
        case .inputArtifact(let name, _):
            return .success(.artifacts(inputs.artifacts[name] ?? []))
        case nil:
            return .failure(InputFailure(message: "The task is no loop."))
        }
    }

    private static func list(_ value: JSONValue, named name: String) -> Result<
        TaskInstance.Items, InputFailure
    > {
        if let values = value.array { return .success(.parameters(values)) }
        if let text = value.string, let values = (try? JSONValue(json: text))?.array {
            return .success(.parameters(values))
        }
        return .failure(InputFailure(message: "The loop needs a list, but \(name) is \(describe(value))."))
    }

    /// A loop's inputs without those that only name what it goes through: each of ten thousand iterations would
    /// carry the whole list. A program that is told of the list gets it from ``executionInputs(of:)``.
    func iterationInputs(of loop: Int) -> TaskValues {
        var inputs = instances[loop].record.inputs
        if let pipeline = bodyPipeline(of: loop) {
            let used = graph.inputsUsed(in: pipeline)
            inputs.parameters = inputs.parameters.filter { used.contains($0.key) }
            inputs.artifacts = inputs.artifacts.filter { used.contains($0.key) }
            return inputs
        }
        switch definition(of: loop)?.spec.iterator {
        case .inputParameter(let name, _): inputs.parameters[name] = nil
        case .inputArtifact(let name, _): inputs.artifacts[name] = nil
        case .rawItems, nil: break
        }
        return inputs
    }

    /// What a program is given: its row's inputs and, if it is an iteration, what stands with its loop.
    func executionInputs(of index: Int) -> TaskValues {
        let own = instances[index].record.inputs
        guard instances[index].record.kind == .iteration, let loop = instances[index].parent else {
            return own
        }
        let shared = instances[loop].record.inputs
        return TaskValues(
            parameters: shared.parameters.merging(own.parameters) { $1 },
            artifacts: shared.artifacts.merging(own.artifacts) { $1 }
        )
    }

    /// The pipeline that each iteration of a loop runs; `nil` if it runs a container.
    func bodyPipeline(of loop: Int) -> Int? {
        if case .pipeline(let pipeline) = definition(of: loop)?.body { pipeline } else { nil }
    }

    /// Gives an iteration its item.
    /// - Returns: what is wrong with the item, if anything.
    func setItem(
        _ number: Int,
        of loop: Int,
        _ task: TaskGraph.Task,
        in inputs: inout TaskValues
    ) -> String? {
        switch (instances[loop].items, task.spec.iterator) {
        case (.parameters(let values), .rawItems(_, let name)?),
            (.parameters(let values), .inputParameter(_, let name)?):
            let value = values[number]
            guard let type = task.component.inputParameters[name]?.type else {
                inputs.parameters[name] = value
                return nil
            }
            guard let fitting = type.coerce(value) else {
                return
                    "Item \(number): expected \(type.expectation) (\(type.name)), found \(describe(value))."
            }
            inputs.parameters[name] = fitting
        case (.artifacts(let ids), .inputArtifact(_, let name)?): inputs.artifacts[name] = [ids[number]]
        case (nil, _), (.parameters, _), (.artifacts, _): return "The loop has no items."
        }
        return nil
    }

    /// What came out of each iteration, in order. An output that is itself collected by a loop further in is one flat
    /// list. Iterations in which the producer was skipped have no part in it. Source: KFP `dsl.Collected`.
    func outputs(ofLoop index: Int) -> TaskValues {
        guard let task = definition(of: index) else { return TaskValues() }
        let iterations = instances[index].children.map { instances[$0].record.outputs }
        var values = TaskValues()
        for name in task.component.outputParameters.keys {
            let collected = iterations.compactMap { $0.parameters[name] }
            values.parameters[name] = .array(
                graph.isCollected(name, of: task.body) ? collected.flatMap { $0.array ?? [$0] } : collected
            )
        }
        for name in task.component.outputArtifacts.keys {
            values.artifacts[name] = iterations.flatMap { $0.artifacts[name] ?? [] }
        }
        return values
    }
}

extension TaskGraph {
    /// The inputs of a pipeline that its tasks read.
    fileprivate func inputsUsed(in pipeline: Int) -> Set<String> {
        var used: Set<String> = []
        for task in pipelines[pipeline].tasks {
            for source in task.parameterSources.values {
                if case .pipelineInput(let name) = source.origin { used.insert(name) }
            }
            for case .pipelineInput(let name) in task.artifactSources.values { used.insert(name) }
        }
        return used
    }

    /// Whether an output parameter of a pipeline is the list a loop inside has collected.
    fileprivate func isCollected(_ output: String, of body: Body) -> Bool {
        guard case .pipeline(let index) = body else { return false }
        return (pipelines[index].outputParameters[output] ?? []).contains { reference in
            let producer = pipelines[index].tasks[reference.producer]
            return producer.spec.iterator != nil || isCollected(reference.key, of: producer.body)
        }
    }
}
