package import Model

extension RunMessage {
    /// The run in the shape of KFP's first API generation. Source: KFP v1beta1 `Run`.
    package var jsonV1: JSONValue {
        var references = [ResourceReferences.json(.experiment, run.experimentID.text, isOwner: true)]
        if let version = run.pipelineVersionID {
            references.append(ResourceReferences.json(.version, version.text, isOwner: false))
        } else if let pipeline = run.pipelineID {
            references.append(ResourceReferences.json(.pipeline, pipeline.text, isOwner: false))
        }
        return message([
            "id": .string(run.id.text), "name": .string(run.displayName),
            "description": .string(run.description), "service_account": .string(run.serviceAccount),
            // Being available is the first generation's zero, which is left out.
            "storage_state": run.storageState == .archived ? "STORAGESTATE_ARCHIVED" : nil,
            "created_at": run.createdAt.wire, "scheduled_at": run.scheduledAt.wire,
            "finished_at": (run.finishedAt ?? .epoch).wire, "status": .string(Self.status(run.state)),
            "pipeline_spec": message([
                "pipeline_id": run.pipelineID.map { .string($0.text) },
                "pipeline_name": .string(run.pipelineName),
                "pipeline_manifest": spec.map { .string($0.combined.jsonText) },
                "runtime_config": runtimeConfig(run.parameters, run.pipelineRoot),
            ]),
            "resource_references": .array(references),
        ])
    }

    /// The run with what it is made of. Source: KFP v1beta1 `RunDetail`.
    package var detailJSONV1: JSONValue { ["run": jsonV1, "pipeline_runtime": [:]] }

    /// Source: KFP, `RuntimeState.ToV1`.
    private static func status(_ state: RuntimeState) -> String {
        switch state {
        case .pending, .paused: "Pending"
        case .running: "Running"
        case .succeeded: "Succeeded"
        case .skipped: "Skipped"
        case .failed, .canceled: "Failed"
        case .canceling: "Terminating"
        }
    }
}

extension RunSubmission {
    /// Reads the body of KFP's first API generation; parameters are texts there.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(v1 json: JSONValue) throws {
        let reader = try MessageReader(
            json,
            at: "run",
            known: [
                "id", "name", "storage_state", "description", "pipeline_spec", "resource_references",
                "service_account", "created_at", "scheduled_at", "finished_at", "status", "error", "metrics",
            ]
        )
        let spec = try MessageReader(
            reader.value("pipeline_spec") ?? [:],
            at: reader.place(of: "pipeline_spec"),
            known: [
                "pipeline_id", "pipeline_name", "workflow_manifest", "pipeline_manifest", "parameters",
                "runtime_config",
            ]
        )
        let references = try ResourceReferences.read(reader)
        self.init(
            displayName: try reader.requiredString("name"),
            description: try reader.string("description"),
            experimentID: references[.experiment].map { ExperimentID($0) },
            source: try Self.sourceV1(spec, references),
            serviceAccount: try reader.string("service_account")
        )
        for (index, element) in try spec.list("parameters").enumerated() {
            let parameter = try MessageReader(
                element,
                at: spec.place(of: "parameters[\(index)]"),
                known: ["name", "value"]
            )
            parameterTexts[try parameter.requiredString("name")] = try parameter.string("value")
        }
        if let value = spec.value("runtime_config") { try readRuntimeConfig(value, spec) }
    }

    private static func sourceV1(
        _ spec: MessageReader,
        _ references: [ResourceReferences.Kind: String]
    ) throws -> Source {
        for field in ["pipeline_manifest", "workflow_manifest"] {
            guard let text = try spec.optionalString(field) else { continue }
            do {
                return .spec(PipelineSpecDocument(combined: try JSONValue(json: text)))
            } catch {
                throw PlatformError.invalid("\(spec.place(of: field)): not JSON: \(error)")
            }
        }
        let pipeline = try spec.optionalString("pipeline_id") ?? references[.pipeline]
        guard pipeline != nil || references[.version] != nil else {
            throw PlatformError.invalid(
                "run: no pipeline; set pipeline_spec.pipeline_id, or name a PIPELINE_VERSION in "
                    + "resource_references"
            )
        }
        return .version(
            pipelineID: pipeline.map { PipelineID($0) },
            versionID: references[.version].map { PipelineVersionID($0) }
        )
    }
}
