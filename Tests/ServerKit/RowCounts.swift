package import Store

/// How many rows each table has.
package struct RowCounts: Hashable, Sendable, CustomStringConvertible {
    private static let tables = [
        "pipelines", "specs", "pipeline_versions", "experiments", "runs", "recurring_runs", "run_leases",
        "tasks", "attempts",
        "artifacts", "artifact_edges", "cache_entries", "changes",
    ]

    /// Rows by table.
    package let rows: [String: Int]

    package var description: String {
        rows.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// How many rows a table has.
    package subscript(table: String) -> Int { rows[table] ?? 0 }

    /// Counts.
    package init(_ connection: any SQLConnection) throws {
        var rows: [String: Int] = [:]
        for table in Self.tables {
            rows[table] = try count("SELECT COUNT(*) FROM \(table)", connection)
        }
        self.rows = rows
    }
}

/// What must hold between rows whatever was asked of the server, as sentences about what does not.
package func contradictions(in connection: any SQLConnection) throws -> [String] {
    let rules = [
        ("a run without a root task", "runs WHERE id NOT IN (SELECT run_id FROM tasks WHERE parent IS NULL)"),
        ("a run without its spec", "runs WHERE spec_id NOT IN (SELECT id FROM specs)"),
        ("a version without its spec", "pipeline_versions WHERE spec_id NOT IN (SELECT id FROM specs)"),
        (
            "a version without its pipeline",
            "pipeline_versions WHERE pipeline_id NOT IN (SELECT id FROM pipelines)"
        ),
        (
            "a spec nobody uses",
            """
            specs WHERE id NOT IN (SELECT spec_id FROM runs) \
            AND id NOT IN (SELECT spec_id FROM pipeline_versions) \
            AND id NOT IN (SELECT spec_id FROM recurring_runs WHERE spec_id IS NOT NULL)
            """
        ),
        (
            "a pinned recurring run without its spec",
            "recurring_runs WHERE spec_id NOT IN (SELECT id FROM specs)"
        ),
        (
            "a recurring run that follows no pipeline and is pinned to none",
            "recurring_runs WHERE spec_id IS NULL AND pipeline_id IS NULL"
        ),
        (
            "an artifact nobody read or wrote",
            "artifacts WHERE id NOT IN (SELECT artifact_id FROM artifact_edges)"
        ),
        ("a lease of a run that is gone", "run_leases WHERE run_id NOT IN (SELECT id FROM runs)"),
        (
            "a finished run without an end, or the other way round",
            "runs WHERE (state IN ('SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED')) <> (finished_at "
                + "IS NOT NULL)"
        ),
    ]
    var found: [String] = []
    for (sentence, rest) in rules where try count("SELECT COUNT(*) FROM \(rest)", connection) > 0 {
        found.append(sentence)
    }
    for (table, kept) in [
        ("experiments", "SELECT count FROM row_counts WHERE table_name = 'experiments'"),
        ("pipelines", "SELECT count FROM row_counts WHERE table_name = 'pipelines'"),
        ("runs", "SELECT SUM(count) FROM run_counts"),
    ] {
        let kept = try count(kept, connection)
        if try count("SELECT COUNT(*) FROM \(table)", connection) != kept {
            found.append("a wrong total of \(table)")
        }
    }
    return found
}

private func count(_ sql: String, _ connection: any SQLConnection) throws -> Int {
    guard case .integer(let count)? = try connection.query(sql, []).first?.first else { return 0 }
    return Int(count)
}
