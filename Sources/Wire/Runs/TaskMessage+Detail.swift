package import Model

extension TaskMessage {
    /// The `PipelineTaskDetail` message of 2.x clients, one per task of the pipeline and truly filled in.
    ///
    /// Source: KFP v2beta1 `PipelineTaskDetail`.
    package var detailJSON: JSONValue {
        var fields: [String: JSONValue?] = [
            "run_id": .string(task.runID.text), "task_id": .string(id.description),
            "display_name": .string(task.displayName), "create_time": task.createdAt.wire,
            "start_time": task.startedAt?.wire, "end_time": task.endedAt?.wire,
            "state": .string(Self.runtimeState(task.state)), "inputs": Self.artifactLists(task.inputs),
            "outputs": Self.artifactLists(task.outputs),
            "parent_task_id": task.parent.map { .string(TaskID(runID: task.runID, path: $0).description) },
        ]
        fields["state_history"] = .array(
            task.stateHistory.map { runtimeStatus(at: $0.at, Self.runtimeState($0.state), $0.reason) }
        )
        fields["child_tasks"] = .array(
            children.map { ["task_id": .string(TaskID(runID: task.runID, path: $0).description)] }
        )
        // Source: KFP v2beta1 `PipelineTaskExecutorDetail`; a job of ours is a pod.
        let pods = attempts.map { JSONValue.string(id.podName(attempt: $0.number)) }
        fields["executor_detail"] = message([
            "main_job": pods.last, "failed_main_jobs": .array(pods.dropLast()),
        ])
        fields["pod_name"] = attempts.last.map { .string(id.podName(attempt: $0.number)) }
        switch task.state {
        case .failed, .canceled: fields["error"] = task.reason.map(status(of:))
        case .pending, .running, .succeeded, .cached, .skipped: break
        }
        return message(fields)
    }

    /// Source: KFP v2beta1 `RuntimeState`, which knows no cached tasks.
    private static func runtimeState(_ state: TaskState) -> String {
        state == .cached ? TaskState.succeeded.rawValue : state.rawValue
    }

    private static func artifactLists(_ values: TaskValues) -> JSONValue {
        .object(
            values.artifacts.mapValues { ids in
                message(["artifact_ids": .array(ids.map { .string($0.text) })])
            }
        )
    }
}
