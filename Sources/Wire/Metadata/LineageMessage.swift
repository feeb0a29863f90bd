package import Model

/// Where an artifact came from and what became of it; ours, KFP has no such answer.
///
/// Each step is a task and an artifact that it read or wrote; see `docs/artifacts.md`.
package struct LineageMessage: Hashable, Sendable {
    /// One step.
    package struct Step: Hashable, Sendable {
        /// `UPSTREAM` or `DOWNSTREAM`.
        package var direction: String
        /// How many tasks away, from 1.
        package var depth: Int
        /// Whether the task wrote the artifact.
        package var isOutput: Bool
        /// The name of the output or input.
        package var key: String
        /// The task.
        package var task: TaskID
        /// The task's name for people.
        package var taskName: String
        /// Where the task stands.
        package var taskState: TaskState
        /// The run's name.
        package var runName: String
        /// The artifact.
        package var artifact: Artifact

        /// Makes a step.
        package init(
            direction: String,
            depth: Int,
            link: ArtifactLink,
            artifact: Artifact,
            runName: String
        ) {
            self.direction = direction
            self.depth = depth
            self.isOutput = link.edge.direction == .output
            self.key = link.edge.key
            self.task = link.task
            self.taskName = link.taskDisplayName.isEmpty ? link.taskName : link.taskDisplayName
            self.taskState = link.taskState
            self.runName = runName
            self.artifact = artifact
        }
    }

    /// The artifact that was asked for.
    package var artifact: Artifact
    /// The steps of this page.
    package var steps: [Step]
    /// How many there are in all.
    package var totalSize: Int
    /// Where the next page starts; `nil` on the last one.
    package var nextPageToken: String?
    /// Whether there is more than the server follows.
    package var isCut: Bool

    /// Makes one page.
    /// - Parameters:
    ///   - steps: all there are.
    ///   - first: the first step wanted.
    ///   - pageSize: how many are wanted.
    package init(artifact: Artifact, steps: [Step], from first: Int, pageSize: Int, isCut: Bool) {
        self.artifact = artifact
        self.steps = Array(steps.dropFirst(first).prefix(pageSize))
        totalSize = steps.count
        nextPageToken = first + pageSize < steps.count ? String(first + pageSize) : nil
        self.isCut = isCut
    }

    /// Writes the answer.
    package var json: JSONValue {
        message([
            "artifact": artifact.json, "steps": .array(steps.map(\.json)),
            "total_size": .number(Double(totalSize)), "next_page_token": nextPageToken.map { .string($0) },
            "truncated": .bool(isCut),
        ])
    }

    /// Reads the answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "lineage")
        artifact = try Artifact(json: reader.value("artifact") ?? [:])
        steps = []
        for (index, element) in try reader.list("steps").enumerated() {
            steps.append(try Step(json: element, at: "lineage.steps[\(index)]"))
        }
        totalSize = Int(try reader.integer("total_size") ?? 0)
        nextPageToken = try reader.optionalString("next_page_token")
        isCut = try reader.bool("truncated")
    }
}

extension LineageMessage.Step {
    fileprivate var json: JSONValue {
        message([
            "direction": .string(direction), "depth": .number(Double(depth)),
            "type": isOutput ? "OUTPUT" : "TASK_OUTPUT_INPUT", "key": .string(key),
            "run_id": .string(task.runID.text), "run_name": .string(runName),
            "task_id": .string(task.description), "task_name": .string(taskName),
            "task_state": .string(taskState.rawValue), "artifact": artifact.json,
        ])
    }

    fileprivate init(json: JSONValue, at place: String) throws {
        let reader = try MessageReader(response: json, at: place)
        direction = try reader.string("direction")
        depth = Int(try reader.integer("depth") ?? 0)
        isOutput = try reader.string("type") == "OUTPUT"
        key = try reader.string("key")
        task = TaskID(try reader.requiredString("task_id"), in: RunID(try reader.requiredString("run_id")))
        taskName = try reader.string("task_name")
        taskState = try reader.choice("task_state", TaskState.allCases) ?? .pending
        runName = try reader.string("run_name")
        artifact = try Artifact(json: reader.value("artifact") ?? [:])
    }
}
