import Model

extension MessageSchemas {
    /// Experiments and runs.
    static let runs: [String: Schema] = [
        "Experiment": .answer(
            [
                "experiment_id": .name, "display_name": .text, "description": .text, "created_at": .time,
                "last_run_created_at": .time.described("1970 without a run."), "storage_state": storageState,
                "retention": .message("RetentionRule"),
            ],
            required: ["experiment_id", "created_at", "last_run_created_at", "storage_state"]
        ),
        "ExperimentSubmission": .request(
            [
                "display_name": .name.described("Unique."), "description": .text, "experiment_id": .ignored,
                "created_at": .ignored, "namespace": .ignored, "storage_state": .ignored,
                "last_run_created_at": .ignored, "retention": .message("RetentionRuleSubmission"),
            ],
            required: ["display_name"]
        ),
        "ExperimentUpdate": .request(
            [
                "retention": .message("RetentionRuleSubmission"), "experiment_id": .ignored,
                "created_at": .ignored, "namespace": .ignored, "storage_state": .ignored,
                "last_run_created_at": .ignored, "display_name": unchangeable, "description": unchangeable,
            ],
            required: ["retention"]
        ),
        "RetentionRule": .answer([
            "age": .text.described("Such as 30d, or forever; up to the server if it is left out."),
            "count": .text.described("A number, or all; up to the server if it is left out."),
        ]),
        "RetentionRuleSubmission": .request([
            "age": .text.described("Such as 30d or 12h, or forever."),
            "count": Schema(["type": ["string", "integer"], "minimum": 1]).described("A number, or all."),
        ]),
        "Run": .answer(
            [
                "run_id": .name, "experiment_id": .text, "display_name": .text, "description": .text,
                "storage_state": storageState, "service_account": .text, "recurring_run_id": .text,
                "created_at": .time, "scheduled_at": .time,
                "finished_at": .time.described("1970 until it is over."), "state": runtimeState,
                "error": .message("Status"), "reason": .message("Reason"),
                "state_history": .list(.message("RuntimeStatus")), "rerun": .message("Rerun"),
                "notes": .list(.message("Reason")), "task_count": .integer, "timing": .message("RunTiming"),
                "run_details": .answer(["task_details": .list(.message("TaskDetail"))]),
                "tasks": .list(.message("Task")), "pipeline_spec": spec,
                "pipeline_version_reference": .message("PipelineVersionReference"),
                "runtime_config": .message("RuntimeConfig"),
            ],
            required: ["run_id", "created_at", "state", "storage_state", "runtime_config"]
        ),
        "RunTiming": .answer(["created_at": .time, "finished_at": .time]),
        "Rerun": .answer(["run_id": .text, "from_task": .text], required: ["run_id", "from_task"]),
        "RuntimeStatus": .answer(["update_time": .time, "state": .text, "error": .message("Status")]),
        "RuntimeConfig": .answer(["parameters": .object, "pipeline_root": .text]),
        "PipelineVersionReference": .answer(["pipeline_id": .text, "pipeline_version_id": .text]),
        "RunSubmission": .request(sourceFields.merging(passedOver) { $1 }, required: ["display_name"]),
        "RuntimeConfigSubmission": .request(["parameters": .object, "pipeline_root": .text]),
        "PipelineVersionReferenceSubmission": .request(["pipeline_id": .text, "pipeline_version_id": .text]),
        "RerunSubmission": .request(["from_task": .name, "display_name": .text], required: ["from_task"]),
    ]

    /// What a run and a recurring run are made from; exactly one field names the pipeline.
    static let sourceFields: [String: Schema] = [
        "display_name": .name, "description": .text, "experiment_id": .text, "service_account": .text,
        "pipeline_version_id": .text, "pipeline_spec": spec,
        "pipeline_version_reference": .message("PipelineVersionReferenceSubmission"),
        "runtime_config": .message("RuntimeConfigSubmission"),
    ]

    private static let passedOver = Dictionary(
        uniqueKeysWithValues: [
            "run_id", "storage_state", "created_at", "scheduled_at", "finished_at", "state", "error",
            "run_details", "recurring_run_id", "state_history", "plugins_input", "plugins_output",
            "pipeline_reference", "task_count", "tasks",
        ].map { ($0, Schema.ignored) }
    )

    private static let storageState = Schema.choice(StorageState.allCases.map(\.rawValue))
    private static let runtimeState = Schema.choice(RuntimeState.allCases.map(\.rawValue))

    /// What an update refuses.
    private static let unchangeable = Schema(["const": .null])
}
