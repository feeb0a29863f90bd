import Model

extension MessageSchemas {
    /// Tasks in the shapes of both KFP generations.
    static let tasks: [String: Schema] = [
        "Task": .answer(
            [
                "name": .text, "display_name": .text, "task_id": .name, "run_id": .name, "create_time": .time,
                "end_time": .time, "state": .choice(taskStates), "parent_task_id": .text,
                "child_tasks": .list(.answer(["task_id": .name])),
                "type": .choice(TaskKind.allCases.map(\.rawValue)),
                "type_attributes": .answer(["iteration_index": .int64, "iteration_count": .int64]),
                "scope_path": .list(.text), "pods": .list(.answer(["name": .text, "type": .text])),
                "status_metadata": .answer(["message": .text, "custom_properties": .object]),
                "state_history": .list(.message("RuntimeStatus")), "inputs": .message("TaskValues"),
                "outputs": .message("TaskValues"),
                "phase": .choice(TaskState.allCases.map(\.rawValue)), "reason": .message("Reason"),
                "cache": .message("Reason"), "attempts": .list(.message("Attempt")),
                "timing": .answer(["created_at": .time, "started_at": .time, "ended_at": .time]),
            ],
            required: ["task_id", "run_id", "create_time", "type", "phase"]
        ),
        "TaskValues": .answer([
            "parameters": .list(
                .answer(
                    [
                        "parameter_key": .text, "value": .any, "type": .text,
                        "producer": .message("TaskProducer"),
                    ],
                    required: ["value"]
                )
            ),
            "artifacts": .list(
                .answer([
                    "artifact_key": .text, "artifacts": .list(.message("Artifact")), "type": .text,
                    "producer": .message("TaskProducer"),
                ])
            ),
        ]),
        "TaskProducer": .answer(["task_name": .text, "iteration": .int64]),
        "Attempt": .answer(
            [
                "number": .integer, "state": .choice(AttemptState.allCases.map(\.rawValue)),
                "exit_code": .integer, "reason": .message("Reason"), "create_time": .time,
                "start_time": .time, "end_time": .time,
            ],
            required: ["number", "state", "create_time"]
        ),
        "TaskDetail": .answer(
            [
                "run_id": .name, "task_id": .name, "display_name": .text, "create_time": .time,
                "start_time": .time, "end_time": .time,
                "state": .choice(TaskState.allCases.filter { $0 != .cached }.map(\.rawValue)),
                "inputs": artifactLists, "outputs": artifactLists, "parent_task_id": .text,
                "state_history": .list(.message("RuntimeStatus")),
                "child_tasks": .list(.answer(["task_id": .name])),
                "executor_detail": .answer(["main_job": .text, "failed_main_jobs": .list(.text)]),
                "pod_name": .text, "error": .message("Status"),
            ],
            required: ["run_id", "task_id", "create_time", "state"]
        ),
    ]

    /// Source: KFP 3.0 `PipelineTask.TaskState`.
    private static let taskStates = ["RUNNING", "SUCCEEDED", "CACHED", "SKIPPED", "FAILED"]
    private static let artifactLists = Schema.map(.answer(["artifact_ids": .list(.text)]))
}
