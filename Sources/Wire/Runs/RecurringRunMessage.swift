package import Model

/// A recurring run with what is told beside it. Source: KFP v2beta1 `RecurringRun`.
///
/// Ours are `next_scheduled_at`, `last_scheduled_at` and `firing_count`, which say how far it has come; `reason`, which
/// says why the last firing started no run or which were left out; and `warnings`, sentences on what a person may
/// not have meant.
package struct RecurringRunMessage: Hashable, Sendable {
    /// The recurring run.
    package var recurring: RecurringRun
    /// Its spec; sent only where it names no stored pipeline, as KFP does.
    package var spec: PipelineSpecDocument?
    /// What a person may not have meant.
    package var warnings: [String]

    /// Makes a message.
    package init(recurring: RecurringRun, spec: PipelineSpecDocument? = nil, warnings: [String] = []) {
        self.recurring = recurring
        self.spec = spec
        self.warnings = warnings
    }

    /// The message as JSON.
    package var json: JSONValue {
        let error = recurring.reason.flatMap { $0.code == .firingFailed ? $0 : nil }
        var fields: [String: JSONValue?] = [
            "recurring_run_id": .string(recurring.id.text),
            "experiment_id": .string(recurring.experimentID.text),
            "display_name": .string(recurring.displayName),
            "description": .string(recurring.description),
            "runtime_config": runtimeConfig(recurring.parameters, recurring.pipelineRoot),
            "service_account": .string(recurring.serviceAccount),
            "max_concurrency": int64Text(recurring.maxConcurrency),
            "trigger": recurring.trigger.json,
            "mode": .string((recurring.isEnabled ? Mode.enable : .disable).rawValue),
            "status": .string(recurring.isEnabled ? "ENABLED" : "DISABLED"),
            "created_at": recurring.createdAt.wire,
            "updated_at": recurring.updatedAt.wire,
            "no_catchup": .bool(recurring.noCatchup),
            "error": error.map(Wire.status(of:)),
            "reason": recurring.reason?.json,
            "next_scheduled_at": recurring.isEnabled ? recurring.progress.next?.wire : nil,
            "last_scheduled_at": recurring.progress.last?.wire,
            "firing_count": .number(Double(recurring.progress.count)),
            "warnings": .array(warnings.map { .string($0) }),
        ]
        if recurring.pipelineID != nil || recurring.pipelineVersionID != nil {
            fields["pipeline_version_reference"] = versionReference(
                recurring.pipelineID,
                recurring.pipelineVersionID
            )
        } else {
            fields["pipeline_spec"] = spec?.combined
        }
        return message(fields)
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "recurring_run")
        let config = try MessageReader(
            response: reader.value("runtime_config") ?? [:],
            at: "recurring_run.runtime_config"
        )
        let reference = try MessageReader(
            response: reader.value("pipeline_version_reference") ?? [:],
            at: "recurring_run.pipeline_version_reference"
        )
        let createdAt = try reader.requiredInstant("created_at")
        var recurring = RecurringRun(
            id: RecurringRunID(try reader.requiredString("recurring_run_id")),
            experimentID: ExperimentID(try reader.string("experiment_id")),
            displayName: try reader.string("display_name"),
            description: try reader.string("description"),
            pipelineID: try reference.optionalString("pipeline_id").map { PipelineID($0) },
            pipelineVersionID: try reference.optionalString("pipeline_version_id").map {
                PipelineVersionID($0)
            },
            parameters: try config.map("parameters"),
            pipelineRoot: try config.optionalString("pipeline_root"),
            serviceAccount: try reader.string("service_account"),
            trigger: try Trigger(json: reader.value("trigger") ?? [:], at: "recurring_run.trigger"),
            maxConcurrency: Int(try reader.integer("max_concurrency") ?? 1),
            noCatchup: try reader.bool("no_catchup"),
            isEnabled: try reader.string("status") == "ENABLED",
            createdAt: createdAt
        )
        recurring.updatedAt = try reader.instant("updated_at") ?? createdAt
        recurring.progress.next = try reader.instant("next_scheduled_at")
        recurring.progress.last = try reader.instant("last_scheduled_at")
        recurring.progress.count = Int(try reader.integer("firing_count") ?? 0)
        recurring.reason = reader.value("reason").map(Reason.init(json:))
        self.init(
            recurring: recurring,
            spec: reader.value("pipeline_spec").map(PipelineSpecDocument.init(combined:)),
            warnings: try reader.list("warnings").compactMap(\.string)
        )
    }
}

/// What a request says of whether a recurring run starts runs. Source: KFP v2beta1 `RecurringRun.Mode`.
private enum Mode: String, CaseIterable {
    case enable = "ENABLE"
    case disable = "DISABLE"
}

extension RecurringRunSubmission {
    /// The body.
    package var json: JSONValue {
        var fields = run.json.object ?? [:]
        fields["trigger"] = trigger.json
        fields["max_concurrency"] = .string(String(maxConcurrency))
        fields["no_catchup"] = .bool(noCatchup)
        fields["mode"] = .string((isEnabled ? Mode.enable : .disable).rawValue)
        return .object(fields)
    }

    /// Reads the body; fields that only answers carry are accepted and ignored. Without a mode it is disabled, as on
    /// KFP.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "recurring_run", known: recurringRunFields)
        var run = RunSubmission(
            displayName: try reader.requiredString("display_name"),
            description: try reader.string("description"),
            experimentID: try reader.optionalString("experiment_id").map { ExperimentID($0) },
            source: try RunSubmission.source(reader),
            serviceAccount: try reader.string("service_account")
        )
        if let value = reader.value("runtime_config") { try run.readRuntimeConfig(value, reader) }
        self.init(
            run: run,
            trigger: try Trigger(json: reader.value("trigger") ?? [:], at: reader.place(of: "trigger")),
            maxConcurrency: try reader.integer("max_concurrency") ?? 0,
            noCatchup: try reader.bool("no_catchup"),
            isEnabled: try reader.choice("mode", Mode.allCases) == .enable
        )
    }
}

extension RecurringRunUpdate {
    /// The body.
    package var json: JSONValue {
        var fields: [String: JSONValue] = [:]
        fields["display_name"] = displayName.map { .string($0) }
        fields["description"] = description.map { .string($0) }
        fields["runtime_config"] = config.map { runtimeConfig($0.parameters, $0.pipelineRoot) }
        fields["service_account"] = serviceAccount.map { .string($0) }
        fields["trigger"] = trigger?.json
        fields["max_concurrency"] = maxConcurrency.map { .string(String($0)) }
        fields["no_catchup"] = noCatchup.map { .bool($0) }
        fields["mode"] = isEnabled.map { .string(($0 ? Mode.enable : .disable).rawValue) }
        for (name, value) in source?.fields ?? [:] { fields[name] = value }
        return .object(fields)
    }

    /// Reads the body; fields that only answers carry are accepted and ignored, so that a recurring run can be read,
    /// changed and sent back.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "recurring_run", known: recurringRunFields)
        self.init()
        func given<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value? {
            try reader.value(name) == nil ? nil : read(name)
        }
        displayName = try given("display_name", reader.string)
        description = try given("description", reader.string)
        serviceAccount = try given("service_account", reader.string)
        source = RunSubmission.hasSource(reader) ? try RunSubmission.source(reader) : nil
        if let value = reader.value("runtime_config") {
            // Read as that of a run; the rest of the run is nothing here.
            var run = RunSubmission(displayName: "", source: .version(pipelineID: nil, versionID: nil))
            try run.readRuntimeConfig(value, reader)
            config = RuntimeConfig(parameters: run.parameters, pipelineRoot: run.pipelineRoot)
        }
        trigger = try given("trigger") { name in
            try Trigger(json: reader.value(name) ?? [:], at: reader.place(of: name))
        }
        maxConcurrency = try reader.integer("max_concurrency")
        noCatchup = try given("no_catchup", reader.bool)
        isEnabled = try reader.choice("mode", Mode.allCases).map { $0 == .enable }
    }
}

private let recurringRunFields = [
    "recurring_run_id", "display_name", "description", "pipeline_version_id", "pipeline_spec",
    "pipeline_version_reference", "runtime_config", "service_account", "max_concurrency", "trigger", "mode",
    "created_at", "updated_at", "status", "error", "no_catchup", "namespace", "experiment_id",
    "plugins_input",
    "next_scheduled_at", "last_scheduled_at", "firing_count", "reason", "warnings",
]
