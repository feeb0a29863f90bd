package import Model

/// A run with what belongs to it. Source: KFP v2beta1 `Run`.
///
/// Four fields are ours: `reason` holds the error with its code and details, `notes` what else people should
/// know of the run, in the same shape, `timing` the times to the millisecond, `rerun` what the run repeats.
package struct RunMessage: Hashable, Sendable {
    /// The run.
    package var run: Run
    /// Its spec; sent only where the run names no stored version, as KFP does.
    package var spec: PipelineSpecDocument?
    /// Its tasks, where they are shown.
    package var tasks: Tasks
    /// How many tasks it has; `nil` where nobody counted. Source: KFP 3.0 `Run.task_count`.
    package var taskCount: Int?

    /// How the tasks of a run are shown with it.
    package enum Tasks: Hashable, Sendable {
        /// Not at all, as in lists.
        case omitted
        /// As `run_details.task_details`, for 2.x clients.
        case details([TaskMessage])
        /// As `tasks`. Source: KFP 3.0.
        case full([TaskMessage])
    }

    /// Makes a message.
    package init(
        run: Run,
        spec: PipelineSpecDocument? = nil,
        tasks: Tasks = .omitted,
        taskCount: Int? = nil
    ) {
        self.run = run
        self.spec = spec
        self.tasks = tasks
        self.taskCount = taskCount
    }

    /// The message as JSON; `finished_at` of a run that is not over is 1970.
    package var json: JSONValue {
        var fields: [String: JSONValue?] = [
            "run_id": .string(run.id.text), "experiment_id": .string(run.experimentID.text),
            "display_name": .string(run.displayName), "description": .string(run.description),
            "storage_state": .string(run.storageState.rawValue),
            "service_account": .string(run.serviceAccount),
            "recurring_run_id": run.recurringRunID.map { .string($0.text) },
            "created_at": run.createdAt.wire, "scheduled_at": run.scheduledAt.wire,
            "finished_at": (run.finishedAt ?? .epoch).wire, "state": .string(run.state.rawValue),
            "error": run.error.map(status(of:)), "reason": run.error?.json,
            "state_history": .array(
                run.stateHistory.map { runtimeStatus(at: $0.at, $0.state.rawValue, $0.reason) }
            ),
            "rerun": run.rerun.map {
                message(["run_id": .string($0.source.text), "from_task": .string($0.from.text)])
            },
            "notes": .array(run.notes.map(\.json)),
            "task_count": taskCount.map { .number(Double($0)) },
            "timing": message([
                "created_at": run.createdAt.wireExact, "finished_at": run.finishedAt?.wireExact,
            ]),
        ]
        switch tasks {
        case .omitted: break
        case .details(let tasks): fields["run_details"] = ["task_details": .array(tasks.map(\.detailJSON))]
        case .full(let tasks): fields["tasks"] = .array(tasks.map(\.json))
        }
        if run.pipelineID != nil || run.pipelineVersionID != nil {
            fields["pipeline_version_reference"] = versionReference(run.pipelineID, run.pipelineVersionID)
        } else {
            fields["pipeline_spec"] = spec?.combined
        }
        return message(fields, always: ["runtime_config": runtimeConfig(run.parameters, run.pipelineRoot)])
    }

    /// Reads the message from an answer; the tasks of `run_details` are left alone, see ``TaskMessage``.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "run")
        let timing = try MessageReader(response: reader.value("timing") ?? [:], at: "run.timing")
        let config = try MessageReader(
            response: reader.value("runtime_config") ?? [:],
            at: "run.runtime_config"
        )
        let reference = try MessageReader(
            response: reader.value("pipeline_version_reference") ?? [:],
            at: "run.pipeline_version_reference"
        )
        let spec = reader.value("pipeline_spec").map(PipelineSpecDocument.init(combined:))
        let createdAt = try timing.instant("created_at") ?? reader.requiredInstant("created_at")
        var run = Run(
            id: RunID(try reader.requiredString("run_id")),
            experimentID: ExperimentID(try reader.string("experiment_id")),
            displayName: try reader.string("display_name"),
            description: try reader.string("description"),
            pipelineID: try reference.optionalString("pipeline_id").map { PipelineID($0) },
            pipelineVersionID: try reference.optionalString("pipeline_version_id").map {
                PipelineVersionID($0)
            },
            pipelineName: spec?.pipelineSpec["pipelineInfo"]?["name"]?.string ?? "",
            parameters: try config.map("parameters"),
            pipelineRoot: try config.optionalString("pipeline_root"),
            serviceAccount: try reader.string("service_account"),
            createdAt: createdAt,
            notes: try reader.list("notes").map(Reason.init(json:))
        )
        if let value = reader.value("rerun") {
            let rerun = try MessageReader(response: value, at: "run.rerun")
            run.rerun = Rerun(
                source: RunID(try rerun.requiredString("run_id")),
                from: TaskPath(try rerun.requiredString("from_task"))
            )
        }
        run.storageState = try reader.choice("storage_state", StorageState.allCases) ?? .available
        run.recurringRunID = try reader.optionalString("recurring_run_id").map { RecurringRunID($0) }
        run.scheduledAt = try reader.instant("scheduled_at") ?? createdAt
        let finishedAt = try timing.instant("finished_at") ?? reader.instant("finished_at")
        run.finishedAt = finishedAt == .epoch ? nil : finishedAt
        run.state = try reader.choice("state", RuntimeState.allCases) ?? .pending
        run.error =
            reader.value("reason").map(Reason.init(json:)) ?? reader.value("error").map(reason(ofStatus:))
        run.stateHistory = []
        for (index, element) in try reader.list("state_history").enumerated() {
            let entry = try MessageReader(response: element, at: "run.state_history[\(index)]")
            run.stateHistory.append(
                StateChange(
                    at: try entry.requiredInstant("update_time"),
                    state: try entry.choice("state", RuntimeState.allCases) ?? .pending,
                    reason: entry.value("error").map(reason(ofStatus:))
                )
            )
        }
        self.init(run: run, spec: spec)
    }
}
