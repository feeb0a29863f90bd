package import Model
package import PipelineIR

/// Values for settings of a task that are not its inputs, such as the name of a secret that another task chose.
extension RunMachine {
    /// The value of a source as the task at a path sees it; `nil` if there is none.
    /// - Throws: ``PlaceholderError`` for a constant whose placeholders lead nowhere.
    package func value(of source: ParameterBinding.Source, for path: TaskPath) throws -> JSONValue? {
        guard let index = indexOfPath[path], let parent = instances[index].parent else { return nil }
        switch source {
        case .constant(let value):
            var values = PlaceholderValues()
            values.parameters = instances[index].record.inputs.parameters
            values.facts = Facts.of(run, instances[index].record)
            return try PlaceholderResolver(values).constant(value)
        case .componentInput(let name), .runtimeParameter(let name):
            return input(name, of: parent)
        case .taskOutput(let producer, let key):
            let sibling = instances[parent].children.first { instances[$0].record.name == producer }
            return sibling.flatMap { instances[$0].record.outputs.parameters[key] }
        case .taskFinalStatus, .missing: return nil
        }
    }

    /// The executor a container task runs, by its label in the spec.
    package func executorLabel(of path: TaskPath) -> String? {
        guard let index = indexOfPath[path], case .container(_, let label) = definition(of: index)?.body
        else { return nil }
        return label
    }

    /// An iteration carries only the inputs its tasks read; the rest stands with its loop.
    private func input(_ name: String, of group: Int) -> JSONValue? {
        if let value = instances[group].record.inputs.parameters[name] { return value }
        guard instances[group].record.kind == .iteration, let loop = instances[group].parent else {
            return nil
        }
        return instances[loop].record.inputs.parameters[name]
    }
}
