package import Model

extension Expression {
    /// A path that an expression reads and that stands in its text as a constant:
    /// `inputs.parameter_values['pipelinechannel--x']`.
    package struct Reference: Hashable, Sendable, CustomStringConvertible {
        /// One step into a value.
        package enum Step: Hashable, Sendable {
            /// `.name`
            case field(String)
            /// `['name']`
            case key(String)
            /// `[0]`
            case index(Int)
        }

        /// The variable it starts from.
        package let root: String
        /// The steps from there.
        package let steps: [Step]

        /// Makes a reference.
        package init(_ root: String, _ steps: [Step] = []) {
            self.root = root
            self.steps = steps
        }

        package var description: String {
            steps.reduce(root) { path, step in
                switch step {
                case .field(let name): "\(path).\(name)"
                case .key(let name): "\(path)['\(name)']"
                case .index(let position): "\(path)[\(position)]"
                }
            }
        }

        /// The name of the input parameter, for `inputs.parameter_values['name']` and what lies in it.
        package var parameterName: String? {
            guard root == "inputs", steps.first?.name == "parameter_values", steps.count > 1 else {
                return nil
            }
            return steps[1].name
        }

        /// The name for people: a parameter without the prefix that the KFP compiler gives it, else the path.
        package var shortName: String {
            guard let parameterName else { return description }
            let prefix = "pipelinechannel--"
            let name =
                parameterName.hasPrefix(prefix) ? parameterName.dropFirst(prefix.count) : parameterName[...]
            return Reference(String(name), Array(steps.dropFirst(2))).description
        }

        /// What it leads to, or `nil` when there is no such thing.
        package func value(in variables: [String: JSONValue]) -> JSONValue? {
            steps.reduce(variables[root]) { value, step in value.flatMap(step.value(in:)) }
        }

        /// The reference without its last step, if it has one.
        var parent: Reference? { steps.isEmpty ? nil : Reference(root, steps.dropLast()) }
    }
}

extension Expression.Reference.Step {
    /// Where the step leads from a value, or `nil` when it leads nowhere.
    func value(in json: JSONValue) -> JSONValue? {
        switch (self, json) {
        case (.field(let name), .object(let members)), (.key(let name), .object(let members)):
            return members[name]
        case (.index(let position), .array(let elements)) where elements.indices.contains(position):
            return elements[position]
        case (.field, _), (.key, _), (.index, _):
            return nil
        }
    }

    fileprivate var name: String? {
        switch self {
        case .field(let name), .key(let name): name
        case .index: nil
        }
    }
}
