package import Model

/// What the engine and the API each write of a run is kept apart, so that neither overwrites the other.
extension SQLConnection {
    /// Writes how far a run has come: state, error, history, end and outputs; raises its revision.
    ///
    /// Names and storage state belong to the API and are left alone. A deleted run stays deleted.
    /// - Parameter answersRetry: whether a request to retry the run has been dealt with, which is what the engine does.
    package func updateRunProgress(_ run: Run, answersRetry: Bool = false) throws {
        _ = try update(
            "runs",
            id: run.id.text,
            set: [
                "finished_at": .time(run.finishedAt),
                "state": .text(run.state.rawValue),
                "error": .json(run.error?.json),
                "state_history": .history(run.stateHistory),
                "outputs": .json(run.outputs.json),
            ],
            also: "revision = revision + 1" + (answersRetry ? ", retry_requested_at = NULL" : "")
        )
    }

    /// Stores a run that is to go on after its end, and that its tasks are yet to be opened again.
    package func requestRetry(_ run: Run, at now: Instant) throws {
        try updateRunProgress(run)
        _ = try update(
            "runs",
            id: run.id.text,
            set: ["retry_requested_at": .time(now), "termination_requested_at": .time(nil)]
        )
    }

    /// When somebody asked for a run to be retried whose tasks are yet to be opened again; `nil` if nobody did.
    package func retryRequest(of run: RunID) throws -> Instant? {
        try row(Selection("runs", key: ["id"], ["retry_requested_at"]), "WHERE id = ?", [.text(run.text)]) {
            try $0.optionalTime("retry_requested_at")
        } ?? nil
    }

    /// Asks for a run to be stopped; the request survives whatever the engine writes meanwhile.
    /// - Returns: whether the run was there and not over.
    package func requestTermination(_ run: RunID, at now: Instant) throws -> Bool {
        try execute(
            """
            UPDATE runs SET termination_requested_at = COALESCE(termination_requested_at, ?), \
            revision = revision + 1 WHERE id = ? AND state IN (\(liveStates))
            """,
            [.time(now), .text(run.text)]
        ) > 0
    }

    /// Whether somebody has asked for a run to be stopped.
    package func isTerminationRequested(_ run: RunID) throws -> Bool {
        let rows = try query("SELECT termination_requested_at FROM runs WHERE id = ?", [.text(run.text)])
        return rows.first?.first.map { $0 != .null } ?? false
    }

    /// How many runs are stored.
    package func runCount() throws -> Int {
        let rows = try query("SELECT COALESCE(SUM(count), 0) FROM run_counts", [])
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }

    /// Puts away all runs of an experiment.
    package func archiveRuns(of experiment: ExperimentID) throws {
        let archived = SQLValue.text(StorageState.archived.rawValue)
        try execute(
            """
            UPDATE runs SET storage_state = ?, revision = revision + 1 \
            WHERE experiment_id = ? AND storage_state <> ?
            """,
            [archived, .text(experiment.text), archived]
        )
    }
}
