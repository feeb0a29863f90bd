package import Model

extension Artifact {
    /// The artifact as programs get it. Source: KFP `RuntimeArtifact`; the name of an input is its id.
    package var runtimeJSON: JSONValue { runtimeJSON(name: id.text) }

    /// The artifact under a given name; outputs bear the name of the output.
    package func runtimeJSON(name: String) -> JSONValue {
        var object: [String: JSONValue] = [
            "name": .string(name),
            "type": ["schemaTitle": .string(schemaTitle), "schemaVersion": .string(schemaVersion)],
            "uri": .string(uri),
        ]
        if !metadata.isEmpty { object["metadata"] = .object(metadata) }
        return .object(object)
    }
}

/// Everything a program is told: the value of `{{$}}`. Source: KFP `ExecutorInput`.
package struct ExecutorInput: Sendable {
    /// Input parameters, defaults filled in.
    package var parameters: [String: JSONValue]
    /// Input artifacts by name.
    package var inputArtifacts: [String: [Artifact]]
    /// Files for output parameters by name.
    package var outputFiles: [String: String]
    /// Output artifacts with the URIs they will have.
    package var outputArtifacts: [String: Artifact]
    /// The file for everything the program returns.
    package var executorOutputFile: String

    /// Makes an input.
    package init(
        parameters: [String: JSONValue],
        inputArtifacts: [String: [Artifact]],
        outputFiles: [String: String],
        outputArtifacts: [String: Artifact],
        executorOutputFile: String
    ) {
        self.parameters = parameters
        self.inputArtifacts = inputArtifacts
        self.outputFiles = outputFiles
        self.outputArtifacts = outputArtifacts
        self.executorOutputFile = executorOutputFile
    }

    /// The JSON as programs get it; empty maps are left out.
    package var json: JSONValue {
        var inputs: [String: JSONValue] = [:]
        if !parameters.isEmpty { inputs["parameterValues"] = .object(parameters) }
        if !inputArtifacts.isEmpty {
            inputs["artifacts"] = .object(
                inputArtifacts.mapValues { ["artifacts": .array($0.map(\.runtimeJSON))] }
            )
        }
        var outputs: [String: JSONValue] = ["outputFile": .string(executorOutputFile)]
        if !outputFiles.isEmpty {
            outputs["parameters"] = .object(outputFiles.mapValues { ["outputFile": .string($0)] })
        }
        if !outputArtifacts.isEmpty {
            var artifacts: [String: JSONValue] = [:]
            for (name, artifact) in outputArtifacts {
                artifacts[name] = ["artifacts": [artifact.runtimeJSON(name: name)]]
            }
            outputs["artifacts"] = .object(artifacts)
        }
        var object: [String: JSONValue] = ["outputs": .object(outputs)]
        if !inputs.isEmpty { object["inputs"] = .object(inputs) }
        return .object(object)
    }
}
