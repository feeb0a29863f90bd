package import Model

/// A task with what belongs to it, in the shapes of both KFP generations.
///
/// ``json`` is 3.0's `PipelineTask`. Five fields are ours: `phase`, the exact state, because KFP's enum has
/// no waiting and no canceled tasks; `reason` with code and details; `cache`, in the same shape, what the
/// cache said of the task; `attempts`; and `timing`, because KFP has no start and no milliseconds.
/// ``detailJSON`` is 2.x's `PipelineTaskDetail`.
package struct TaskMessage: Hashable, Sendable {
    /// The task.
    package var task: TaskRecord
    /// Every try at it, oldest first.
    package var attempts: [Attempt]
    /// The tasks whose parent it is.
    package var children: [TaskPath]
    /// The artifacts its inputs and outputs name; one that is missing is shown with nothing but its id.
    package var artifacts: [ArtifactID: Artifact]

    /// Makes a message.
    package init(
        task: TaskRecord,
        attempts: [Attempt] = [],
        children: [TaskPath] = [],
        artifacts: [ArtifactID: Artifact] = [:]
    ) {
        self.task = task
        self.attempts = attempts
        self.children = children
        self.artifacts = artifacts
    }

    /// The task's identity on the wire.
    package var id: TaskID { TaskID(runID: task.runID, path: task.path) }

    /// The messages of several tasks of a run, with what belongs to them.
    package static func all(
        _ tasks: [TaskRecord],
        attempts: [Attempt],
        children: [TaskPath: [TaskPath]],
        artifacts: [ArtifactID: Artifact] = [:]
    ) -> [TaskMessage] {
        let attempts = Dictionary(grouping: attempts, by: \.path)
        return tasks.map { task in
            TaskMessage(
                task: task,
                attempts: attempts[task.path] ?? [],
                children: children[task.path] ?? [],
                artifacts: artifacts
            )
        }
    }
}

extension TaskMessage {
    /// The `PipelineTask` message. Source: KFP 3.0 `PipelineTask`.
    package var json: JSONValue {
        var fields: [String: JSONValue?] = [
            "name": .string(task.name), "display_name": .string(task.displayName), "task_id": wire(task.path),
            "run_id": .string(task.runID.text), "create_time": task.createdAt.wire,
            "end_time": task.endedAt?.wire,
            "state": Self.wireState(task.state).map { .string($0) }, "parent_task_id": task.parent.map(wire),
            "child_tasks": .array(children.map { ["task_id": wire($0)] }),
            "type": .string(wireType), "type_attributes": typeAttributes,
            "scope_path": .array(scope.map { .string($0) }),
        ]
        fields["pods"] = .array(
            attempts.map { ["name": .string(id.podName(attempt: $0.number)), "type": "EXECUTOR"] }
        )
        fields["status_metadata"] = task.reason.map { reason in
            message([
                "message": .string(reason.message),
                "custom_properties": ["reason_code": .string(reason.code.rawValue)],
            ])
        }
        fields["state_history"] = .array(
            task.stateHistory.compactMap { change in
                Self.wireState(change.state).map { runtimeStatus(at: change.at, $0, change.reason) }
            }
        )
        fields["inputs"] = values(task.inputs, isOutput: false)
        fields["outputs"] = values(task.outputs, isOutput: true)
        fields["phase"] = .string(task.state.rawValue)
        fields["reason"] = task.reason?.json
        fields["cache"] = task.cache?.json
        fields["attempts"] = .array(attempts.map(AttemptMessage.json))
        fields["timing"] = message([
            "created_at": task.createdAt.wireExact, "started_at": task.startedAt?.wireExact,
            "ended_at": task.endedAt?.wireExact,
        ])
        return message(fields)
    }

    private func wire(_ path: TaskPath) -> JSONValue {
        .string(TaskID(runID: task.runID, path: path).description)
    }

    /// The names from the root to the task.
    private var scope: [String] {
        guard task.path != .root else { return ["root"] }
        return ["root"] + task.path.text.split(separator: ".").map(String.init)
    }

    /// Source: KFP 3.0 `PipelineTask.TaskType`, where an iteration is a DAG with an index.
    private var wireType: String { task.kind == .iteration ? TaskKind.dag.rawValue : task.kind.rawValue }

    private var typeAttributes: JSONValue? {
        if let iteration = task.iteration { return ["iteration_index": int64Text(iteration)] }
        guard task.kind == .loop else { return nil }
        return ["iteration_count": int64Text(task.iterationsPlanned ?? children.count)]
    }

    /// Source: KFP 3.0 `PipelineTask.TaskState`; `nil` is unspecified.
    private static func wireState(_ state: TaskState) -> String? {
        switch state {
        case .pending: nil
        case .canceled: "FAILED"
        case .running, .succeeded, .cached, .skipped, .failed: state.rawValue
        }
    }

    private func values(_ values: TaskValues, isOutput: Bool) -> JSONValue {
        // What an input is made of is not kept with the task, so only outputs say their type and producer.
        var fields: [String: JSONValue?] = [:]
        if isOutput {
            fields["type"] = task.kind == .loop ? "ITERATOR_OUTPUT" : "OUTPUT"
            fields["producer"] = message([
                "task_name": .string(task.name), "iteration": task.iteration.map(int64Text),
            ])
        }
        let parameters = values.parameters.sorted { $0.key < $1.key }.map { key, value in
            message(fields.merging(["parameter_key": .string(key)]) { $1 }, always: ["value": value])
        }
        let artifacts = values.artifacts.sorted { $0.key < $1.key }.map { key, ids in
            message(
                fields.merging([
                    "artifact_key": .string(key),
                    "artifacts": .array(
                        ids.map { self.artifacts[$0]?.json ?? ["artifact_id": .string($0.text)] }
                    ),
                ]) { $1 }
            )
        }
        return message(["parameters": .array(parameters), "artifacts": .array(artifacts)])
    }
}
