package import Model

extension ArtifactLink {
    /// The `ArtifactTask` message. Source: KFP 3.0 `ArtifactTask`.
    ///
    /// What a task read came from another task, which is the producer; a task is the producer of what it wrote.
    /// - Parameters:
    ///   - id: names the use; the same for the same use.
    ///   - writers: who wrote artifacts, among others the one this task read.
    package func json(writers: [ArtifactLink]) -> JSONValue {
        let isOutput = edge.direction == .output
        let writer = writers.first { $0.edge.artifactID == edge.artifactID && $0.edge.runID == edge.runID }
        let producer = isOutput ? self : writer
        return message([
            "id": .string(id), "artifact_id": .string(edge.artifactID.text),
            "run_id": .string(edge.runID.text),
            "task_id": .string(task.description), "key": .string(edge.key),
            "type": isOutput ? "OUTPUT" : "TASK_OUTPUT_INPUT",
            "producer": producer.map { producer in
                message([
                    "task_name": .string(producer.taskName), "iteration": producer.iteration.map(int64Text),
                ])
            },
        ])
    }

    /// The task's identity on the wire.
    package var task: TaskID { TaskID(runID: edge.runID, path: edge.path) }

    private var id: String { "\(task):\(edge.direction.rawValue):\(edge.key):\(edge.position)" }
}
