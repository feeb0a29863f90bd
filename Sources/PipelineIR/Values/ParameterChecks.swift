package import Model

extension ParameterType {
    /// Whether a value is of this type as it stands; `null` never is.
    package func accepts(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (_, .null): false
        case (.double, .number), (.string, .string), (.boolean, .bool), (.list, .array),
            (.structure, .object):
            true
        case (.integer, .number): value.exactInteger != nil
        case (.taskFinalStatus, .object), (.taskConfig, .object): true
        case (.unknown, _): true
        default: false
        }
    }

    /// What a value of this type looks like, for messages.
    package var expectation: String {
        switch self {
        case .double: "a number"
        case .integer: "a whole number within ±(2^53 − 1)"
        case .string: "a string"
        case .boolean: "true or false"
        case .list: "a list"
        case .structure, .taskFinalStatus, .taskConfig: "an object"
        case .unknown: "a value"
        }
    }

    /// The value as a task's input takes it: anything becomes text where text is wanted, everything else must fit.
    ///
    /// Source: KFP driver, input coercion: a value that is no string becomes JSON text where a STRING is wanted.
    package func coerce(_ value: JSONValue) -> JSONValue? {
        if accepts(value) { return value }
        if self == .string, value != .null { return .string(parameterText(value)) }
        return nil
    }
}

/// A short rendering of a value for messages: its kind and, where it is small, the value.
package func describe(_ value: JSONValue) -> String {
    let text = value.jsonText
    return text.count <= 60 ? "\(value.kindDescription) (\(text))" : value.kindDescription
}

extension TaskGraph {
    /// Checks the parameters of a submission against the root's declared inputs.
    /// - Returns: one problem for each missing, unknown or ill-typed parameter, sorted by name; paths start with
    ///   `runtime_config.parameters`. Source: KFP, validation at run creation.
    package func problems(inParameters parameters: [String: JSONValue]) -> [SpecProblem] {
        let inputs = root.component.inputParameters
        let known = inputs.keys.sorted().joined(separator: ", ")
        var problems: [SpecProblem] = []
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let place = "runtime_config.parameters.\(name)"
            guard let input = inputs[name] else {
                problems.append(
                    SpecProblem(
                        place,
                        known.isEmpty
                            ? "the pipeline takes no parameters"
                            : "the pipeline has no such parameter; it has: \(known)"
                    )
                )
                continue
            }
            if value == .null, !input.isRequired { continue }
            if input.type == .taskFinalStatus {
                problems.append(SpecProblem(place, "the status of a task cannot be given from outside"))
            } else if !input.type.accepts(value) {
                problems.append(
                    SpecProblem(
                        place,
                        "expected \(input.type.expectation) (\(input.type.name)), found \(describe(value))"
                    )
                )
            } else if !input.literals.isEmpty, !input.literals.contains(value) {
                let allowed = input.literals.map(\.jsonText).joined(separator: ", ")
                problems.append(SpecProblem(place, "expected one of \(allowed), found \(describe(value))"))
            }
        }
        for (name, input) in inputs.sorted(by: { $0.key < $1.key }) where input.isRequired {
            if parameters[name] == nil {
                problems.append(
                    SpecProblem(
                        "runtime_config.parameters.\(name)",
                        "is missing: the pipeline needs it (\(input.type.name)) and has no default"
                    )
                )
            }
        }
        for name in root.component.inputArtifacts.keys.sorted()
        where root.component.inputArtifacts[name]?.isOptional == false {
            problems.append(
                SpecProblem(
                    "root.inputDefinitions.artifacts.\(name)",
                    "an artifact cannot be given at submission"
                )
            )
        }
        return problems
    }

    /// The inputs of the root: what was submitted, and defaults for the rest. Optional parameters without a value are absent.
    package func rootInputs(parameters: [String: JSONValue]) -> TaskValues {
        var values: [String: JSONValue] = [:]
        for (name, input) in root.component.inputParameters {
            let given = parameters[name].flatMap { $0 == .null ? nil : $0 }
            values[name] = given ?? input.defaultValue
        }
        return TaskValues(parameters: values)
    }
}
