import Model
import PipelineIR

/// What goes into tasks, and what comes out of loops.
extension Oracle {
    mutating func loop(
        _ task: TaskGraph.Task,
        _ iterator: TaskSpec.Iterator,
        at path: TaskPath,
        _ inputs: TaskValues,
        _ retries: TaskSpec.RetryPolicy?,
        _ isWhole: Bool
    ) -> Expectation {
        var result = Expectation(state: .failed, inputs: inputs, limit: task.spec.parallelismLimit)
        guard let items = items(iterator, inputs) else { return result }
        var outputs: [TaskValues] = []
        result.state = .succeeded
        for (number, item) in items.enumerated() {
            let place = path.appending(iteration: number)
            var inside = inputs
            switch item {
            case .parameter(let value): inside.parameters[iterator.itemInput] = value
            case .artifact(let id): inside.artifacts[iterator.itemInput] = [id]
            }
            var iteration = Expectation(state: .failed, inputs: inside)
            let isWholeIteration = isWhole || past.chosen == place
            if !isWholeIteration, !past.isAgain(place), let kept = past.kept(place) {
                iteration = kept
                keepInside(place)
            } else if case .parameter(.string) = item {
            } else {
                iteration = body(of: task, at: place, inside, retries, isWholeIteration)
            }
            note(iteration, at: place)
            outputs.append(iteration.outputs)
            if iteration.state == .failed { result.state = .failed }
        }
        guard result.state == .succeeded else { return result }
        for key in task.component.outputParameters.keys {
            var collected: [JSONValue] = []
            for value in outputs.compactMap({ $0.parameters[key] }) {
                // Numbers of numbers become one list; that a container gives a list is its own affair.
                if key == "number", let inner = value.array {
                    collected += inner
                } else {
                    collected.append(value)
                }
            }
            result.outputs.parameters[key] = .array(collected)
        }
        for key in task.component.outputArtifacts.keys {
            result.outputs.artifacts[key] = outputs.flatMap { $0.artifacts[key] ?? [] }
        }
        return result
    }

    private enum Item {
        case parameter(JSONValue)
        case artifact(ArtifactID)
    }

    private func items(_ iterator: TaskSpec.Iterator, _ inputs: TaskValues) -> [Item]? {
        switch iterator {
        case .rawItems(let text, _): (try? JSONValue(json: text))?.array?.map { .parameter($0) }
        case .inputParameter(let name, _): inputs.parameters[name]?.array?.map { .parameter($0) }
        case .inputArtifact(let name, _): (inputs.artifacts[name] ?? []).map { .artifact($0) }
        }
    }

    /// - Returns: `nil` if the inputs cannot be had.
    func inputs(of task: TaskGraph.Task, _ around: TaskValues, _ before: [Expectation]) -> TaskValues? {
        var values = TaskValues()
        for (name, source) in task.parameterSources {
            switch source.origin {
            case .taskOutput(let reference):
                values.parameters[name] = before[reference.producer].outputs.parameters[reference.key]
            case .pipelineInput(let input): values.parameters[name] = around.parameters[input]
            case .taskFinalStatus(let producer):
                let state = before[producer].state
                let word = state.isSuccess ? "SUCCEEDED" : state == .failed ? "FAILED" : "SKIPPED"
                values.parameters[name] = ["state": .string(word)]
            case .constant(let value):
                if name == "number", value.string != nil { return nil }
                if name == "number" { values.parameters[name] = value }
                guard name == "text", case .constant(let number) = task.parameterSources["number"]?.origin
                else { continue }
                values.parameters[name] = .string("n is \(number.jsonText) in simulated")
            }
            if source.selector != nil, let list = values.parameters[name]?.array {
                values.parameters[name] = .number(Double(list.count))
            }
        }
        for (name, source) in task.artifactSources {
            switch source {
            case .taskOutput(let reference):
                values.artifacts[name] = before[reference.producer].outputs.artifacts[reference.key]
            case .pipelineInput(let input): values.artifacts[name] = around.artifacts[input]
            }
            if values.artifacts[name]?.isEmpty ?? true {
                values.artifacts[name] = nil
                if let input = task.component.inputArtifacts[name], !input.isList, !input.isOptional {
                    return nil
                }
            }
        }
        return values
    }

    /// - Returns: `nil` if it cannot be said.
    func isMet(_ condition: String, _ inputs: TaskValues) -> Bool? {
        let isEven = (inputs.parameters["number"]?.exactInteger).map { $0 % 2 == 0 }
        switch RandomPipeline.conditions.firstIndex(of: condition) {
        case 0: return isEven
        case 1: return isEven.map { !$0 }
        case 2:
            let isLong = (inputs.parameters["list"]?.array).map { $0.count > 1 }
            // One side that is false is enough in CEL, even if the other cannot be evaluated.
            if isEven == false || isLong == false { return false }
            return isEven.flatMap { even in isLong.map { even && $0 } }
        default: return nil
        }
    }
}
