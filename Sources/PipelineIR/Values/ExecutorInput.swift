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

extension Artifact {
    /// The metadata by which programs are told that a copy lies in the run's workspace; never stored, because it
    /// only holds within a run. Source: KFP SDK, `Artifact.path`.
    package static let workspaceMark = "_kfp_workspace"

    /// Whether a copy lies in the run's workspace.
    package var isInWorkspace: Bool { metadata[Self.workspaceMark] == .bool(true) }

    /// The artifact as programs find it when a copy lies in the run's workspace.
    package var inWorkspace: Artifact {
        var artifact = self
        artifact.metadata[Self.workspaceMark] = true
        return artifact
    }

    /// Where a copy lies, from the workspace's own folder. Source: KFP SDK, `Artifact.path`; KFP launcher,
    /// `LocalWorkspacePathForURI`.
    package var workspacePath: String {
        var local = uri
        for (scheme, folder) in [("gs://", "gcs/"), ("minio://", "minio/"), ("s3://", "s3/")]
        where uri.hasPrefix(scheme) {
            local = folder + uri.dropFirst(scheme.count)
        }
        return ".artifacts/" + local.drop { $0 == "/" }
    }

    /// Where programs find the bytes.
    package var programPath: String {
        isInWorkspace ? Workspace.path + "/" + workspacePath : uri
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
