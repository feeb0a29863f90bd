package import Model

/// What is asked of a database without a server: by backups, which must also read older schemas and therefore keep to
/// what every schema has, and by whoever checks it.
extension SQLConnection {
    /// The number of rows of a table.
    package func count(of table: String) throws -> Int {
        guard case .integer(let count)? = try query("SELECT COUNT(*) FROM \(table)", []).first?.first else {
            return 0
        }
        return Int(count)
    }

    /// Where the artifacts' bytes are, each place once, sorted byte by byte; those that have none are left out.
    package func artifactPlaces() throws -> [String] {
        try texts("SELECT DISTINCT uri FROM artifacts WHERE metadata_only = 0 ORDER BY uri")
    }

    /// Attempts that are over, by run, path and number.
    package func endedAttempts() throws -> [(run: RunID, path: TaskPath, number: Int)] {
        try rows(
            Selection("attempts", key: ["run_id", "path", "number"], []),
            "WHERE ended_at IS NOT NULL ORDER BY run_id, path, number",
            []
        ) { (RunID(try $0.text("run_id")), TaskPath(try $0.text("path")), try $0.integer("number")) }
    }

    /// Moves artifacts from below one place to below another.
    /// - Returns: how many.
    package func moveArtifacts(from old: String, to new: String) throws -> Int {
        try execute(
            "UPDATE artifacts SET uri = ? || substr(uri, ?) WHERE uri > ? AND uri < ?",
            [
                .text(new), .integer(Int64(old.unicodeScalars.count + 1)), .text(old + "/"), .text(old + "0"),
            ]
        )
    }

    /// Runs whose rows contradict each other: the run, and what is wrong with it.
    /// - Parameter limit: how many of each kind at most.
    package func contradictions(limit: Int) throws -> [(run: String, problem: String)] {
        let final = ["SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"].map { "'\($0)'" }.joined(separator: ", ")
        let questions = [
            ("is over, but has no end", "runs.state IN (\(final)) AND finished_at IS NULL"),
            ("has an end, but is not over", "runs.state NOT IN (\(final)) AND finished_at IS NOT NULL"),
            ("has no pipeline", "NOT EXISTS (SELECT 1 FROM specs WHERE specs.id = runs.spec_id)"),
            (
                "has no tasks",
                "NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.run_id = runs.id)"
            ),
            (
                "is over, but has tasks that are not",
                """
                finished_at IS NOT NULL AND EXISTS (\
                SELECT 1 FROM tasks WHERE tasks.run_id = runs.id AND tasks.ended_at IS NULL \
                AND tasks.state IN ('PENDING', 'RUNNING'))
                """
            ),
        ]
        return try questions.flatMap { problem, condition in
            try texts("SELECT id FROM runs WHERE \(condition) ORDER BY id LIMIT \(limit)").map {
                ($0, problem)
            }
        }
    }

    /// Tables whose remembered number of rows is wrong.
    package func miscounts() throws -> [(table: String, remembered: Int, found: Int)] {
        let tables = try rows(
            Selection("row_counts", key: ["table_name"], ["count"]),
            "ORDER BY table_name",
            []
        ) { row in
            let table = try row.text("table_name")
            return (table, try row.integer("count"), try count(of: table))
        }.filter { $0.1 != $0.2 }
        let wrong = try query(
            """
            SELECT 1 FROM (SELECT experiment_id, storage_state, state, COUNT(*) AS count FROM runs \
            GROUP BY experiment_id, storage_state, state \
            UNION ALL SELECT experiment_id, storage_state, state, -count FROM run_counts) \
            GROUP BY experiment_id, storage_state, state HAVING SUM(count) <> 0 LIMIT 1
            """,
            []
        )
        guard !wrong.isEmpty else { return tables }
        return tables + [("runs", try runCount(), try count(of: "runs"))]
    }

    /// Counts the rows of a table again.
    package func recount(_ table: String) throws {
        if table == "runs" {
            try execute("DELETE FROM run_counts", [])
            try execute(
                """
                INSERT INTO run_counts (experiment_id, storage_state, state, count) \
                SELECT experiment_id, storage_state, state, COUNT(*) FROM runs \
                GROUP BY experiment_id, storage_state, state
                """,
                []
            )
            return
        }
        try execute(
            "UPDATE row_counts SET count = (SELECT COUNT(*) FROM \(table)) WHERE table_name = ?",
            [.text(table)]
        )
    }

    /// Deletes what belongs to runs that are not there any more.
    /// - Returns: how many rows.
    package func deleteRowsOfMissingRuns() throws -> Int {
        try ["run_leases", "tasks", "attempts", "artifact_edges", "cache_entries"].reduce(0) { sum, table in
            sum + (try execute("DELETE FROM \(table) WHERE run_id NOT IN (SELECT id FROM runs)", []))
        }
    }

    /// How many artifacts no task of any run read or wrote.
    package func countArtifactsWithoutEdges() throws -> Int {
        let rows = try query("SELECT COUNT(*) FROM artifacts WHERE \(nobodys)", [])
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }

    /// Deletes artifacts that no task of any run read or wrote.
    /// - Returns: how many.
    package func deleteArtifactsWithoutEdges() throws -> Int {
        try execute("DELETE FROM artifacts WHERE \(nobodys)", [])
    }

    private func texts(_ sql: String) throws -> [String] {
        try query(sql, []).compactMap { if case .text(let text)? = $0.first { text } else { nil } }
    }
}

private let nobodys =
    "NOT EXISTS (SELECT 1 FROM artifact_edges WHERE artifact_edges.artifact_id = artifacts.id)"
