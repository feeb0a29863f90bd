package import Model

/// A run that was deleted, and may have left something in the artifact store.
package struct RemovedRun: Hashable, Sendable {
    /// The run.
    package var id: RunID
    /// Under which name its outputs were stored.
    package var pipelineName: String
    /// When it was deleted, or last found to have outputs that others still refer to.
    package var since: Instant
}

extension SQLConnection {
    /// Every experiment that has finished runs, deleted ones included, with the rule of its own.
    package func retentionRules() throws -> [ExperimentID: RetentionRule] {
        // From one experiment to the next in the index, so that the number of runs does not count.
        let ids = try query(
            """
            WITH RECURSIVE ended (id) AS (\
            SELECT MIN(experiment_id) FROM runs WHERE finished_at IS NOT NULL \
            UNION ALL SELECT (SELECT MIN(experiment_id) FROM runs \
            WHERE finished_at IS NOT NULL AND experiment_id > ended.id) FROM ended WHERE ended.id IS NOT NULL) \
            SELECT id FROM ended WHERE id IS NOT NULL
            """,
            []
        )
        var rules: [ExperimentID: RetentionRule] = [:]
        for row in ids {
            guard case .text(let text)? = row.first else { continue }
            let id = ExperimentID(text)
            rules[id] = try experiment(id)?.retention ?? RetentionRule()
        }
        return rules
    }

    /// Finished runs of an experiment that ended at or before a time, the oldest first.
    ///
    /// A run that another one is just repeating is left out.
    package func runsEnded(by time: Instant, in experiment: ExperimentID, limit: Int) throws -> [RunID] {
        try runs(
            "AND finished_at <= ? ORDER BY finished_at, id LIMIT ?",
            [.text(experiment.text), .time(time), .integer(Int64(limit))]
        )
    }

    /// Finished runs of an experiment beyond the newest ones, the next to those first.
    ///
    /// A run that another one is just repeating is left out, and not counted.
    package func runsBeyond(newest count: Int, in experiment: ExperimentID, limit: Int) throws -> [RunID] {
        try runs(
            "ORDER BY finished_at DESC, id DESC LIMIT ? OFFSET ?",
            [.text(experiment.text), .integer(Int64(limit)), .integer(Int64(count))]
        )
    }

    private func runs(_ rest: String, _ arguments: [SQLValue]) throws -> [RunID] {
        try rows(
            Selection("runs", key: ["id"], []),
            """
            WHERE experiment_id = ? AND finished_at IS NOT NULL AND NOT EXISTS (\
            SELECT 1 FROM runs AS others WHERE others.rerun_source = runs.id AND others.finished_at IS NULL) \(rest)
            """,
            arguments
        ) { RunID(try $0.text("id")) }
    }

    /// Runs that were removed at or before a time and have not been looked at since, the oldest first.
    package func removedRuns(since time: Instant, limit: Int) throws -> [RemovedRun] {
        try rows(
            removedRunSelection,
            "WHERE since <= ? ORDER BY since, run_id LIMIT ?",
            [.time(time), .integer(Int64(limit))],
            as: decode
        )
    }

    /// What is known of a run that was removed.
    package func removedRun(_ id: RunID) throws -> RemovedRun? {
        try row(removedRunSelection, "WHERE run_id = ?", [.text(id.text)], as: decode)
    }

    /// The first time at which ``removedRuns(since:limit:)`` has something.
    package func firstRemoval() throws -> Instant? {
        try row(removedRunSelection, "ORDER BY since", [], as: decode)?.since
    }

    /// Remembers that a run is about to be deleted.
    func noteRemoval(of id: RunID, at now: Instant) throws {
        try execute(
            """
            INSERT INTO removed_runs (run_id, pipeline_name, since) \
            SELECT id, pipeline_name, ? FROM runs WHERE id = ? \
            ON CONFLICT (run_id) DO UPDATE SET since = excluded.since
            """,
            [.time(now), .text(id.text)]
        )
    }

    /// Has a removed run looked at again later.
    package func postponeRemoval(of id: RunID, to now: Instant) throws {
        try execute("UPDATE removed_runs SET since = ? WHERE run_id = ?", [.time(now), .text(id.text)])
    }

    /// Forgets a removed run of which nothing is left.
    package func forgetRemoval(of id: RunID) throws {
        try execute("DELETE FROM removed_runs WHERE run_id = ?", [.text(id.text)])
    }

    /// URIs of artifacts that are at a place, below it or above it.
    /// - Parameter place: an absolute path without a slash at the end.
    package func artifactURIs(around place: String) throws -> [String] {
        var found: [String] = []
        for prefix in ["", "file://"] {
            let path = prefix + place
            // `0` is the character after `/`.
            found += try rows(
                Selection("artifacts", key: ["uri"], []),
                "WHERE uri = ? OR (uri > ? AND uri < ?)",
                [.text(path), .text(path + "/"), .text(path + "0")]
            ) { String(try $0.text("uri").dropFirst(prefix.count)) }
            var above = place
            while let slash = above.lastIndex(of: "/"), slash > above.startIndex {
                above = String(above[..<slash])
                let isReferred = try !query(
                    "SELECT 1 FROM artifacts WHERE uri = ? LIMIT 1",
                    [.text(prefix + above)]
                ).isEmpty
                if isReferred { found.append(above) }
            }
        }
        return found
    }
}

private let removedRunSelection = Selection("removed_runs", key: ["run_id"], ["pipeline_name", "since"])

private func decode(_ row: Row) throws -> RemovedRun {
    RemovedRun(
        id: RunID(try row.text("run_id")),
        pipelineName: try row.text("pipeline_name"),
        since: try row.time("since")
    )
}
