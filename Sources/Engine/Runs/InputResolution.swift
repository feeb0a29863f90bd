package import Model
import PipelineIR

/// Why a task's inputs could not be worked out.
struct InputFailure: Error {
    let message: String
}

extension RunMachine {
    /// Works out a task's inputs from the pipeline around it and from tasks before it.
    ///
    /// Constants come last, because placeholders in them may name other inputs of the same task.
    /// Source: KFP driver, input resolution.
    func resolveInputs(of index: Int) -> Result<TaskValues, InputFailure> {
        guard let task = definition(of: index), let parent = instances[index].parent else {
            return .success(TaskValues())
        }
        do {
            var values = TaskValues()
            var constants: [String: JSONValue] = [:]
            for (name, source) in task.parameterSources {
                switch source.origin {
                case .constant(let value): constants[name] = value
                case .pipelineInput(let input):
                    values.parameters[name] = instances[parent].record.inputs.parameters[input]
                case .taskOutput(let reference):
                    values.parameters[name] = output(reference, in: parent)?.outputs.parameters[reference.key]
                case .taskFinalStatus(let producer):
                    let record = instances[instances[parent].children[producer]].record
                    values.parameters[name] = finalStatus(of: record)
                }
                if let selector = source.selector, let value = values.parameters[name] {
                    values.parameters[name] = try select(selector, from: value, named: name)
                }
            }
            try resolve(constants, into: &values.parameters, task, instances[index].record)
            for (name, source) in task.artifactSources {
                switch source {
                case .pipelineInput(let input):
                    values.artifacts[name] = instances[parent].record.inputs.artifacts[input]
                case .taskOutput(let reference):
                    values.artifacts[name] = output(reference, in: parent)?.outputs.artifacts[reference.key]
                }
            }
            try check(&values, task)
            return .success(values)
        } catch let failure as InputFailure {
            return .failure(failure)
        } catch {
            return .failure(InputFailure(message: "\(error)"))
        }
    }

    private func output(_ reference: TaskGraph.OutputReference, in parent: Int) -> TaskRecord? {
        instances[instances[parent].children[reference.producer]].record
    }

    /// Resolves constants in the order in which they name each other.
    private func resolve(
        _ constants: [String: JSONValue],
        into parameters: inout [String: JSONValue],
        _ task: TaskGraph.Task,
        _ record: TaskRecord
    ) throws {
        var open = constants
        while !open.isEmpty {
            let before = open.count
            for (name, value) in open.sorted(by: { $0.key < $1.key }) {
                let names = PlaceholderResolver.parameterNames(in: value).subtracting([name])
                guard names.isDisjoint(with: open.keys) else { continue }
                var known = PlaceholderValues()
                known.parameters = parameters
                known.facts = Facts.of(run, record)
                do {
                    parameters[name] = try PlaceholderResolver(known).constant(value)
                } catch {
                    throw InputFailure(message: "Input '\(name)': \(error)")
                }
                open[name] = nil
            }
            if open.count == before {
                let names = open.keys.sorted().joined(separator: ", ")
                throw InputFailure(message: "The inputs \(names) are written in terms of each other.")
            }
        }
    }

    /// How a task ended, for a task that cleans up after it. The state has the documented names, and the error is filled in, which
    /// the original leaves empty. Source: KFP `PipelineTaskFinalStatus`, google.rpc.Code.
    private func finalStatus(of record: TaskRecord) -> JSONValue {
        let state =
            switch record.state {
            case .succeeded, .cached: "SUCCEEDED"
            case .failed: "FAILED"
            case .canceled: "CANCELLED"
            case .skipped: "SKIPPED"
            case .pending, .running: "RUNNING"
            }
        var status: [String: JSONValue] = [
            "state": .string(state), "pipelineTaskName": .string(record.name),
            "pipelineJobResourceName": .string(
                Facts.of(run, record)["pipeline_job_resource_name"] ?? run.id.text
            ),
        ]
        if !record.state.isSuccess, let reason = record.reason {
            let failedPrecondition = 9
            status["error"] = [
                "code": .number(Double(failedPrecondition)), "message": .string(reason.message),
            ]
        }
        return .object(status)
    }

    /// A part of a value, such as one member of a struct. Source: KFP `parameter_expression_selector`, evaluated over the fields of
    /// `google.protobuf.Value`.
    private func select(_ selector: String, from value: JSONValue, named name: String) throws -> JSONValue {
        var variables: [String: JSONValue] = ["string_value": .string(value.string ?? value.jsonText)]
        switch value {
        case .number: variables["number_value"] = value
        case .bool: variables["bool_value"] = value
        case .array: variables["list_value"] = value
        case .object: variables["struct_value"] = value
        case .string, .null: break
        }
        do {
            return try Expression(selector).evaluate(variables)
        } catch {
            throw InputFailure(message: "Input '\(name)': \(error)")
        }
    }

    private func check(_ values: inout TaskValues, _ task: TaskGraph.Task) throws {
        // A loop's item is given to its iterations, not to the loop.
        let item = task.spec.iterator?.itemInput
        for (name, input) in task.component.inputParameters.sorted(by: { $0.key < $1.key }) where name != item
        {
            let given = values.parameters[name].flatMap { $0 == .null ? nil : $0 }
            guard let value = given ?? input.defaultValue else {
                values.parameters[name] = nil
                if input.isRequired, input.type != .taskConfig {
                    throw InputFailure(message: "Input '\(name)' has no value: \(origin(of: name, task)).")
                }
                continue
            }
            guard let fitting = input.type.coerce(value) else {
                throw InputFailure(
                    message:
                        "Input '\(name)': expected \(input.type.expectation) (\(input.type.name)), found \(describe(value))."
                )
            }
            if !input.literals.isEmpty, !input.literals.contains(fitting) {
                let allowed = input.literals.map(\.jsonText).joined(separator: ", ")
                throw InputFailure(
                    message: "Input '\(name)': expected one of \(allowed), found \(describe(fitting))."
                )
            }
            values.parameters[name] = fitting
        }
        for (name, input) in task.component.inputArtifacts.sorted(by: { $0.key < $1.key }) where name != item
        {
            let ids = values.artifacts[name] ?? []
            if ids.isEmpty {
                values.artifacts[name] = nil
                if !input.isOptional, !input.isList {
                    throw InputFailure(
                        message: "Input artifact '\(name)' is not there: nothing has produced it."
                    )
                }
            }
        }
    }

    private func origin(of name: String, _ task: TaskGraph.Task) -> String {
        switch task.parameterSources[name]?.origin {
        case .pipelineInput(let input): "the pipeline around the task has none for '\(input)'"
        case .taskOutput(let reference): "the task before it gave none for '\(reference.key)'"
        case .constant: "the pipeline gives null"
        case .taskFinalStatus, nil: "nothing gives one"
        }
    }

    /// The outputs of a group: each from the first of its sources that succeeded.
    func outputs(ofGroup index: Int) -> TaskValues {
        guard let pipeline = instances[index].pipeline else { return TaskValues() }
        let definition = graph.pipelines[pipeline]
        var values = TaskValues()
        for (name, references) in definition.outputParameters {
            values.parameters[name] =
                references.lazy.compactMap { reference in
                    output(reference, in: index).flatMap {
                        $0.state.isSuccess ? $0.outputs.parameters[reference.key] : nil
                    }
                }.first
        }
        for (name, references) in definition.outputArtifacts {
            values.artifacts[name] =
                references.lazy.compactMap { reference in
                    output(reference, in: index).flatMap {
                        $0.state.isSuccess ? $0.outputs.artifacts[reference.key] : nil
                    }
                }.first
        }
        return values
    }
}

/// Facts of a run that placeholders stand for. Source: KFP `dsl.PIPELINE_*_PLACEHOLDER`.
package enum Facts {
    /// The facts, by placeholder name.
    package static func of(_ run: Run, _ task: TaskRecord) -> [String: String] {
        of(run, path: task.path, name: task.name)
    }

    /// The facts, by placeholder name.
    package static func of(_ run: Run, path: TaskPath, name: String) -> [String: String] {
        [
            "pipeline_job_name": run.displayName,
            "pipeline_job_resource_name": run.pipelineName + "-" + run.id.text,
            "pipeline_job_uuid": run.id.text,
            "workspace_path": Workspace.path,
            "pipeline_task_name": name,
            "pipeline_task_uuid": run.id.text + "." + path.text,
            "pipeline_job_create_time_utc": run.createdAt.rfc3339,
            "pipeline_job_schedule_time_utc": run.scheduledAt.rfc3339,
        ]
    }
}
