package import Model

extension RunSubmission {
    /// The body.
    package var json: JSONValue {
        var fields: [String: JSONValue?] = [
            "display_name": .string(displayName), "description": .string(description),
            "experiment_id": experimentID.map { .string($0.text) },
            "runtime_config": runtimeConfig(parameters, pipelineRoot),
            "service_account": .string(serviceAccount),
        ]
        fields.merge(source.fields) { $1 }
        return message(fields)
    }

    /// Reads the body; fields that only answers carry are accepted and ignored.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "run", known: Self.fields)
        let experiment = try reader.optionalString("experiment_id")
        self.init(
            displayName: try reader.requiredString("display_name"),
            description: try reader.string("description"),
            experimentID: experiment.map { ExperimentID($0) },
            source: try Self.source(reader),
            serviceAccount: try reader.string("service_account")
        )
        if let value = reader.value("runtime_config") { try readRuntimeConfig(value, reader) }
    }

    mutating func readRuntimeConfig(_ value: JSONValue, _ reader: MessageReader) throws {
        let config = try MessageReader(
            value,
            at: reader.place(of: "runtime_config"),
            known: ["parameters", "pipeline_root"]
        )
        parameters = try config.map("parameters")
        pipelineRoot = try config.optionalString("pipeline_root")
    }

    /// Whether any pipeline is named.
    static func hasSource(_ reader: MessageReader) -> Bool { !sourceFields(reader).isEmpty }

    private static func sourceFields(_ reader: MessageReader) -> [String] {
        ["pipeline_spec", "pipeline_version_reference", "pipeline_version_id"].filter {
            reader.value($0) != nil && reader.value($0) != ""
        }
    }

    /// Reads where the pipeline comes from.
    static func source(_ reader: MessageReader) throws -> Source {
        let given = sourceFields(reader)
        switch given {
        case ["pipeline_spec"]:
            return .spec(PipelineSpecDocument(combined: .object(try reader.map("pipeline_spec"))))
        case ["pipeline_version_id"]:
            return .version(
                pipelineID: nil,
                versionID: PipelineVersionID(try reader.string("pipeline_version_id"))
            )
        case ["pipeline_version_reference"]:
            let place = reader.place(of: "pipeline_version_reference")
            let reference = try MessageReader(
                reader.value("pipeline_version_reference") ?? .null,
                at: place,
                known: ["pipeline_id", "pipeline_version_id"]
            )
            let pipelineID = try reference.optionalString("pipeline_id").map { PipelineID($0) }
            let versionID = try reference.optionalString("pipeline_version_id").map { PipelineVersionID($0) }
            guard pipelineID != nil || versionID != nil else {
                throw PlatformError.invalid(
                    "\(place): empty; set pipeline_id, and pipeline_version_id for a certain version"
                )
            }
            return .version(pipelineID: pipelineID, versionID: versionID)
        case []:
            throw PlatformError.invalid(
                "\(reader.place): no pipeline; set pipeline_spec or pipeline_version_reference"
            )
        default:
            throw PlatformError.invalid(
                "\(reader.place): \(given.joined(separator: " and ")) are both set; set one of them"
            )
        }
    }

    private static let fields = [
        "experiment_id", "run_id", "display_name", "storage_state", "description", "pipeline_version_id",
        "pipeline_spec", "pipeline_version_reference", "runtime_config", "service_account", "created_at",
        "scheduled_at", "finished_at", "state", "error", "run_details", "recurring_run_id", "state_history",
        "plugins_input", "plugins_output", "pipeline_reference", "task_count", "tasks",
    ]
}

extension RunSubmission.Source {
    /// The field that names the pipeline.
    var fields: [String: JSONValue?] {
        switch self {
        case .spec(let document): ["pipeline_spec": document.combined]
        case .version(let pipelineID, let versionID):
            ["pipeline_version_reference": versionReference(pipelineID, versionID)]
        }
    }
}

/// Source: KFP v2beta1 `RuntimeConfig`.
func runtimeConfig(_ parameters: [String: JSONValue], _ pipelineRoot: String?) -> JSONValue {
    message(["parameters": .object(parameters), "pipeline_root": pipelineRoot.map { .string($0) }])
}

/// Source: KFP v2beta1 `PipelineVersionReference`.
func versionReference(_ pipelineID: PipelineID?, _ versionID: PipelineVersionID?) -> JSONValue {
    message([
        "pipeline_id": pipelineID.map { .string($0.text) },
        "pipeline_version_id": versionID.map { .string($0.text) },
    ])
}
