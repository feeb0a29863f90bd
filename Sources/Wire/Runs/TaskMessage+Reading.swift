package import Model

extension TaskMessage {
    /// Reads a `PipelineTask` from an answer, ours or that of another server.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "task")
        let runID = RunID(try reader.requiredString("run_id"))
        let path = TaskID(try reader.requiredString("task_id"), in: runID).path
        let attributes = try MessageReader(
            response: reader.value("type_attributes") ?? [:],
            at: "task.type_attributes"
        )
        let iteration = try attributes.integer("iteration_index").map { Int($0) }
        let timing = try MessageReader(response: reader.value("timing") ?? [:], at: "task.timing")
        var task = TaskRecord(
            runID: runID,
            path: path,
            parent: try reader.optionalString("parent_task_id").map { TaskID($0, in: runID).path },
            name: try reader.string("name"),
            displayName: try reader.string("display_name"),
            iteration: iteration,
            kind: try Self.kind(reader, iteration: iteration),
            createdAt: try timing.instant("created_at") ?? reader.requiredInstant("create_time")
        )
        task.startedAt = try timing.instant("started_at")
        task.endedAt = try timing.instant("ended_at") ?? reader.instant("end_time")
        task.state =
            try reader.choice("phase", TaskState.allCases) ?? reader.choice("state", TaskState.allCases)
            ?? .pending
        task.reason = reader.value("reason").map(Reason.init(json:))
        task.cache = reader.value("cache").map(Reason.init(json:))
        task.stateHistory = try Self.history(reader)
        self.init(task: task)
        self.task.inputs = try readValues(reader, "inputs")
        self.task.outputs = try readValues(reader, "outputs")
        for (index, element) in try reader.list("child_tasks").enumerated() {
            let child = try MessageReader(response: element, at: "task.child_tasks[\(index)]")
            children.append(TaskID(try child.requiredString("task_id"), in: runID).path)
        }
        for (index, element) in try reader.list("attempts").enumerated() {
            attempts.append(
                try AttemptMessage.attempt(from: element, of: path, at: "task.attempts[\(index)]")
            )
        }
    }

    private static func kind(_ reader: MessageReader, iteration: Int?) throws -> TaskKind {
        let kind = try reader.choice("type", TaskKind.allCases) ?? .container
        return kind == .dag && iteration != nil ? .iteration : kind
    }

    private static func history(_ reader: MessageReader) throws -> [StateChange<TaskState>] {
        var history: [StateChange<TaskState>] = []
        for (index, element) in try reader.list("state_history").enumerated() {
            let entry = try MessageReader(response: element, at: "task.state_history[\(index)]")
            history.append(
                StateChange(
                    at: try entry.requiredInstant("update_time"),
                    state: try entry.choice("state", TaskState.allCases) ?? .pending,
                    reason: entry.value("error").map(reason(ofStatus:))
                )
            )
        }
        return history
    }

    /// Reads inputs or outputs and keeps the artifacts that come with them.
    private mutating func readValues(
        _ reader: MessageReader,
        _ name: String
    ) throws -> TaskValues {
        let place = "task.\(name)"
        let message = try MessageReader(response: reader.value(name) ?? [:], at: place)
        var values = TaskValues()
        for (index, element) in try message.list("parameters").enumerated() {
            let entry = try MessageReader(response: element, at: "\(place).parameters[\(index)]")
            // Not through the reader, for which `null` is unset: here it is a value.
            values.parameters[try entry.requiredString("parameter_key")] = element["value"] ?? .null
        }
        for (index, element) in try message.list("artifacts").enumerated() {
            let entry = try MessageReader(response: element, at: "\(place).artifacts[\(index)]")
            var ids: [ArtifactID] = []
            for element in try entry.list("artifacts") {
                let artifact = try Artifact(json: element)
                ids.append(artifact.id)
                artifacts[artifact.id] = artifact
            }
            values.artifacts[try entry.requiredString("artifact_key")] = ids
        }
        return values
    }
}
