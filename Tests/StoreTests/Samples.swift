import Model

/// Values with every field set, so that a forgotten column shows.
enum Samples {
    static let start = Instant(milliseconds: 1_700_000_000_123)

    static func experiment(_ id: String, name: String? = nil, at milliseconds: Int64 = 0) -> Experiment {
        Experiment(
            id: ExperimentID(id),
            displayName: name ?? "experiment \(id)",
            description: "what \(id) is about",
            createdAt: start + .milliseconds(milliseconds),
            lastRunCreatedAt: start + .seconds(7),
            storageState: .archived
        )
    }

    static func pipeline(_ id: String, tags: [String: String] = ["team": "birds"]) -> Pipeline {
        Pipeline(
            id: PipelineID(id),
            name: "pipeline-\(id)",
            displayName: "Pipeline \(id)",
            description: "does \(id)",
            createdAt: start,
            tags: tags
        )
    }

    static func version(
        _ id: String,
        of pipeline: String,
        at milliseconds: Int64 = 0,
        tags: [String: String] = ["stage": "test"]
    ) -> PipelineVersion {
        PipelineVersion(
            id: PipelineVersionID(id),
            pipelineID: PipelineID(pipeline),
            name: "version-\(id)",
            displayName: "Version \(id)",
            description: "changes \(id)",
            createdAt: start + .milliseconds(milliseconds),
            codeSourceURL: "https://example.org/\(id)",
            tags: tags
        )
    }

    static let document = PipelineSpecDocument(
        pipelineSpec: ["pipelineInfo": ["name": "π \"quoted\""], "root": ["dag": [:]]],
        platformSpec: ["platforms": ["kubernetes": .null]]
    )

    /// A run as it is submitted.
    static func run(_ id: String, experiment: String = "e", at milliseconds: Int64 = 0) -> Run {
        Run(
            id: RunID(id),
            experimentID: ExperimentID(experiment),
            displayName: "run \(id)",
            pipelineName: "addition",
            createdAt: start + .milliseconds(milliseconds)
        )
    }

    /// A run with every field set.
    static func finishedRun(_ id: String) -> Run {
        var run = Run(
            id: RunID(id),
            experimentID: ExperimentID("e"),
            displayName: "run 🐦",
            description: "a\nb",
            pipelineID: PipelineID("p"),
            pipelineVersionID: PipelineVersionID("v"),
            pipelineName: "addition",
            parameters: ["a": 1.5, "list": [1, "x", .null, ["deep": true]]],
            pipelineRoot: "/data/root",
            serviceAccount: "robot",
            createdAt: start
        )
        run.scheduledAt = start + .seconds(1)
        run.storageState = .archived
        run.enter(.running, at: start + .seconds(2))
        run.enter(
            .failed,
            at: start + .milliseconds(3_456),
            reason: Reason(.childFailed, "task train failed", details: ["task": "train"])
        )
        run.notes = [Reason(.settingIgnored, "no nodes", details: ["tasks": ["a"]])]
        run.outputs = TaskValues(parameters: ["sum": 3], artifacts: ["model": [ArtifactID("m1")]])
        return run
    }

    static func task(_ path: String, of run: String, at milliseconds: Int64 = 0) -> TaskRecord {
        TaskRecord(
            runID: RunID(run),
            path: TaskPath(path),
            parent: .root,
            name: "train",
            displayName: "Train",
            kind: .container,
            createdAt: start + .milliseconds(milliseconds)
        )
    }

    /// A task with every field set.
    static func finishedTask(_ path: String, of run: String) -> TaskRecord {
        var task = TaskRecord(
            runID: RunID(run),
            path: TaskPath(path),
            parent: TaskPath("for-loop-1"),
            name: "train",
            displayName: "Train",
            iteration: 3,
            kind: .iteration,
            createdAt: start
        )
        task.state = .cached
        task.reason = Reason(.waitingForRetry, "again in 3 s", details: ["seconds": 3])
        task.inputs = TaskValues(parameters: ["x": [1, 2]], artifacts: ["data": [ArtifactID("a1")]])
        task.outputs = TaskValues(parameters: ["y": "z"], artifacts: ["model": [ArtifactID("m1")]])
        task.attemptsBefore = 2
        task.startedAt = start + .seconds(1)
        task.endedAt = start + .seconds(2)
        task.stateHistory.append(StateChange(at: start + .seconds(2), state: .cached, reason: task.reason))
        return task
    }

    static func artifact(_ id: String, at milliseconds: Int64 = 0) -> Artifact {
        Artifact(
            id: ArtifactID(id),
            name: "model",
            schemaTitle: "system.Model",
            schemaVersion: "0.0.1",
            uri: "/data/\(id)",
            metadata: ["accuracy": 0.93, "labels": ["a", "b"]],
            createdAt: start + .milliseconds(milliseconds)
        )
    }

    static func edge(
        _ artifact: String,
        _ direction: ArtifactEdge.Direction,
        of run: String,
        path: String = "train",
        position: Int = 0
    ) -> ArtifactEdge {
        ArtifactEdge(
            artifactID: ArtifactID(artifact),
            runID: RunID(run),
            path: TaskPath(path),
            direction: direction,
            key: "model",
            position: position
        )
    }
}
