package import Model

extension SQLConnection {
    /// Inserts a run with revision 1 and notes its creation in its experiment.
    /// - Parameter specID: names its spec, see ``insertSpec(_:id:)``.
    /// - Throws: ``PlatformError``; `alreadyExists` when its id is taken.
    package func insertRun(_ run: Run, specID: String) throws {
        try insert(
            [
                "id": .text(run.id.text),
                "experiment_id": .text(run.experimentID.text),
                "display_name": .text(run.displayName),
                "description": .text(run.description),
                "storage_state": .text(run.storageState.rawValue),
                "pipeline_id": .optional(run.pipelineID?.text),
                "pipeline_version_id": .optional(run.pipelineVersionID?.text),
                "pipeline_name": .text(run.pipelineName),
                "recurring_run_id": .optional(run.recurringRunID?.text),
                "parameters": .json(run.parameters),
                "pipeline_root": .optional(run.pipelineRoot),
                "service_account": .text(run.serviceAccount),
                "rerun_source": .optional(run.rerun?.source.text),
                "rerun_from": .optional(run.rerun?.from.text),
                "created_at": .time(run.createdAt),
                "scheduled_at": .time(run.scheduledAt),
                "finished_at": .time(run.finishedAt),
                "state": .text(run.state.rawValue),
                "error": .json(run.error?.json),
                "state_history": .history(run.stateHistory),
                "outputs": .json(run.outputs.json),
                "notes": .json(.array(run.notes.map(\.json))),
                "spec_id": .text(specID),
                "revision": .integer(1),
            ],
            into: "runs"
        )
        try noteRun(createdAt: run.createdAt, in: run.experimentID)
    }

    /// The run with an id.
    package func run(_ id: RunID) throws -> Run? {
        try row(runs, "WHERE id = ?", [.text(id.text)], as: decode)
    }

    /// The name of a run's spec.
    package func specID(of run: RunID) throws -> String? {
        try text("spec_id", of: "runs", id: run.text)
    }

    /// One page of the runs of one experiment or of all.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listRuns(_ query: ListQuery, experimentID: ExperimentID?) throws -> Page<Run> {
        try page(
            query,
            of: .runs,
            runs,
            scope: experimentID.map { SQLFragment("experiment_id = ?", [.text($0.text)]) },
            as: decode
        )
    }

    /// The newest runs of an experiment that are put away, or that are not, the newest first.
    package func newestRuns(of experiment: ExperimentID, _ storage: StorageState, limit: Int) throws -> [Run]
    {
        try rows(
            runs,
            "WHERE experiment_id = ? AND storage_state = ? ORDER BY created_at DESC, id DESC LIMIT ?",
            [.text(experiment.text), .text(storage.rawValue), .integer(Int64(limit))],
            as: decode
        )
    }

    /// Writes what can change in a run, and raises its revision.
    ///
    /// What was submitted (pipeline, parameters, root, service account, experiment) never changes and is not
    /// written. Two writers of one run must each read it in the transaction in which they write it.
    /// - Throws: ``PlatformError``; `notFound` when the run was deleted.
    package func updateRun(_ run: Run) throws {
        let isThere = try update(
            "runs",
            id: run.id.text,
            set: [
                "display_name": .text(run.displayName),
                "description": .text(run.description),
                "storage_state": .text(run.storageState.rawValue),
                "scheduled_at": .time(run.scheduledAt),
                "finished_at": .time(run.finishedAt),
                "state": .text(run.state.rawValue),
                "error": .json(run.error?.json),
                "state_history": .history(run.stateHistory),
                "outputs": .json(run.outputs.json),
            ],
            also: "revision = revision + 1"
        )
        guard isThere else { throw PlatformError.notFound("Run", run.id.text) }
    }

    /// Deletes a run with its tasks, attempts, edges, lease and cache entries, the artifacts that no other
    /// run read or wrote, and its spec when nothing else uses that.
    ///
    /// What it has left in the artifact store is remembered, see ``removedRuns(since:limit:)``.
    /// - Returns: whether there was one.
    package func deleteRun(_ id: RunID, at now: Instant) throws -> Bool {
        guard let spec = try specID(of: id) else { return false }
        try noteRemoval(of: id, at: now)
        let artifacts = try artifactIDs(touchedBy: id)
        let wasThere = try delete(from: "runs", id: id.text)
        try deleteArtifactsWithoutEdges(artifacts)
        try deleteSpecIfUnused(spec)
        return wasThere
    }

    /// How often a run was written, 1 for a new one; `nil` for an unknown run.
    package func revision(of run: RunID) throws -> Int64? {
        try row(Selection("runs", key: ["id"], ["revision"]), "WHERE id = ?", [.text(run.text)]) {
            Int64(try $0.integer("revision"))
        }
    }
}

private let runs = Selection(
    "runs",
    key: ["id"],
    [
        "experiment_id", "display_name", "description", "storage_state", "pipeline_id", "pipeline_version_id",
        "pipeline_name", "recurring_run_id", "parameters", "pipeline_root", "service_account", "created_at",
        "scheduled_at", "finished_at", "state", "error", "state_history", "outputs", "rerun_source",
        "rerun_from", "notes",
    ]
)

private func decode(_ row: Row) throws -> Run {
    var run = Run(
        id: RunID(try row.text("id")),
        experimentID: ExperimentID(try row.text("experiment_id")),
        displayName: try row.text("display_name"),
        description: try row.text("description"),
        pipelineID: try row.optionalText("pipeline_id").map { PipelineID($0) },
        pipelineVersionID: try row.optionalText("pipeline_version_id").map { PipelineVersionID($0) },
        pipelineName: try row.text("pipeline_name"),
        parameters: try row.object("parameters"),
        pipelineRoot: try row.optionalText("pipeline_root"),
        serviceAccount: try row.text("service_account"),
        createdAt: try row.time("created_at"),
        notes: (try row.json("notes").array ?? []).map(Reason.init(json:))
    )
    if let source = try row.optionalText("rerun_source"), let from = try row.optionalText("rerun_from") {
        run.rerun = Rerun(source: RunID(source), from: TaskPath(from))
    }
    run.storageState = try row.choice("storage_state")
    run.scheduledAt = try row.time("scheduled_at")
    run.recurringRunID = try row.optionalText("recurring_run_id").map { RecurringRunID($0) }
    run.finishedAt = try row.optionalTime("finished_at")
    run.state = try row.choice("state")
    run.error = try row.reason("error")
    run.stateHistory = try row.history("state_history")
    run.outputs = TaskValues(json: try row.json("outputs"))
    return run
}
