package import Model

/// Builds pipeline specs for tests, in the shape the SDK compiles.
package struct SpecBuilder {
    private var components: [String: JSONValue] = [:]
    private var executors: [String: JSONValue] = [:]

    /// An empty spec.
    package init() {}

    /// Adds a container component.
    /// - Parameters:
    ///   - inputs: type by name, `STRING` and so on; all optional.
    ///   - outputs: type by name.
    ///   - artifactsIn, artifactListsIn, artifactsOut: names of `system.Dataset` artifacts.
    package mutating func container(
        _ name: String,
        command: [String] = ["true"],
        args: [String] = [],
        inputs: [String: String] = [:],
        outputs: [String: String] = [:],
        artifactsIn: [String] = [],
        artifactListsIn: [String] = [],
        artifactsOut: [String] = []
    ) {
        let dataset = Self.dataset()
        let artifacts =
            artifactsIn.map { ($0, dataset) } + artifactListsIn.map { ($0, Self.dataset(isList: true)) }
        components[name] = [
            "executorLabel": .string("exec-" + name),
            "inputDefinitions": [
                "parameters": .object(
                    inputs.mapValues { ["parameterType": .string($0), "isOptional": true] }
                ),
                "artifacts": .object(Dictionary(uniqueKeysWithValues: artifacts)),
            ],
            "outputDefinitions": [
                "parameters": .object(outputs.mapValues { ["parameterType": .string($0)] }),
                "artifacts": .object(Dictionary(uniqueKeysWithValues: artifactsOut.map { ($0, dataset) })),
            ],
        ]
        executors["exec-" + name] = [
            "container": [
                "image": "test", "command": .array(command.map { .string($0) }),
                "args": .array(args.map { .string($0) }),
            ]
        ]
    }

    /// Adds an importer of a `system.Dataset` named `data` as a component.
    /// - Parameters:
    ///   - artifactURI: the spec's `artifactUri`, such as `{"constant": "gs://b/a"}`.
    ///   - rest: further fields of the executor.
    package mutating func importer(
        _ name: String,
        artifactURI: JSONValue,
        inputs: [String: String] = [:],
        rest: [String: JSONValue] = [:]
    ) {
        components[name] = [
            "executorLabel": .string("exec-" + name),
            "inputDefinitions": [
                "parameters": .object(
                    inputs.mapValues { ["parameterType": .string($0), "isOptional": true] }
                )
            ],
            "outputDefinitions": ["artifacts": ["data": Self.dataset()]],
        ]
        executors["exec-" + name] = [
            "importer": .object(rest.merging(["artifactUri": artifactURI]) { rest, _ in rest })
        ]
    }

    /// The declaration of a `system.Dataset` artifact or of a list of them.
    package static func dataset(isList: Bool = false, isOptional: Bool = false) -> JSONValue {
        [
            "artifactType": ["schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"],
            "isArtifactList": .bool(isList), "isOptional": .bool(isOptional),
        ]
    }

    /// Adds a pipeline as a component.
    package mutating func pipeline(
        _ name: String,
        tasks: [String: JSONValue],
        rest: [String: JSONValue] = [:]
    ) {
        components[name] = .object(rest.merging(["dag": ["tasks": .object(tasks)]]) { rest, _ in rest })
    }

    /// A task that runs a component.
    package static func task(
        _ component: String,
        after: [String] = [],
        parameters: [String: JSONValue] = [:],
        artifacts: [String: JSONValue] = [:],
        rest: [String: JSONValue] = [:]
    ) -> JSONValue {
        var task: [String: JSONValue] = ["componentRef": ["name": .string(component)]]
        if !after.isEmpty { task["dependentTasks"] = .array(after.map { .string($0) }) }
        var inputs: [String: JSONValue] = [:]
        if !parameters.isEmpty { inputs["parameters"] = .object(parameters) }
        if !artifacts.isEmpty { inputs["artifacts"] = .object(artifacts) }
        if !inputs.isEmpty { task["inputs"] = .object(inputs) }
        return .object(task.merging(rest) { _, new in new })
    }

    /// A parameter taken from another task's output.
    package static func output(_ producer: String, _ key: String) -> JSONValue {
        ["taskOutputParameter": ["producerTask": .string(producer), "outputParameterKey": .string(key)]]
    }

    /// An artifact taken from another task's output.
    package static func artifact(_ producer: String, _ key: String) -> JSONValue {
        ["taskOutputArtifact": ["producerTask": .string(producer), "outputArtifactKey": .string(key)]]
    }

    /// A parameter given in the spec.
    package static func constant(_ value: JSONValue) -> JSONValue { ["runtimeValue": ["constant": value]] }

    /// A parameter taken from the pipeline around the task.
    package static func input(_ name: String) -> JSONValue { ["componentInputParameter": .string(name)] }

    /// The whole spec with the given root.
    package func spec(
        tasks: [String: JSONValue],
        root rest: [String: JSONValue] = [:],
        dag: [String: JSONValue] = [:]
    ) -> JSONValue {
        let dag = dag.merging(["tasks": .object(tasks)]) { _, tasks in tasks }
        return [
            "pipelineInfo": ["name": "test"], "schemaVersion": "2.1.0", "sdkVersion": "kfp-2.17.0",
            "components": .object(components), "deploymentSpec": ["executors": .object(executors)],
            "root": .object(rest.merging(["dag": .object(dag)]) { _, dag in dag }),
        ]
    }
}
