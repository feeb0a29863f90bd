package import Model

extension SQLConnection {
    /// Takes runs that want driving and that nobody drives, oldest first.
    ///
    /// A run is free when it is not final and has no lease or an expired one. Runs this owner holds already
    /// are not returned; one whose lease this owner let expire is, since another may have had it meanwhile.
    /// - Parameters:
    ///   - owner: names the server that takes them.
    ///   - now: leases that end at this moment or before have expired.
    ///   - until: when the new leases end.
    ///   - limit: how many to take at most.
    package func claimRuns(owner: String, now: Instant, until: Instant, limit: Int) throws -> [RunID] {
        let rows = try query(claim, [.text(owner), .time(until), .time(now), .integer(Int64(limit))])
        return try rows.map { values in
            let row = Row(selection: claimed, values: values)
            return (id: RunID(try row.text("run_id")), createdAt: try row.time("created_at"))
        }
        .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        .map(\.id)
    }

    /// Prolongs every lease an owner holds.
    package func renewLeases(owner: String, until: Instant) throws {
        try execute("UPDATE run_leases SET expires_at = ? WHERE owner = ?", [.time(until), .text(owner)])
    }

    /// What people have asked of some runs that somebody drives.
    /// - Returns: those that are to stop, and those that were deleted.
    package func requests(to runs: [RunID]) throws -> (stopped: [RunID], deleted: [RunID]) {
        var stops: [RunID: Bool] = [:]
        for part in parts(of: runs) {
            let rows = try rows(
                Selection("runs", key: ["id"], ["termination_requested_at"]),
                "WHERE id IN (\(placeholders(part.count)))",
                part.map { .text($0.text) }
            ) { (RunID(try $0.text("id")), try $0.optionalTime("termination_requested_at") != nil) }
            for (id, stopped) in rows { stops[id] = stopped }
        }
        return (runs.filter { stops[$0] == true }, runs.filter { stops[$0] == nil })
    }

    /// Gives one run back, if the owner holds it.
    package func releaseLease(_ run: RunID, owner: String) throws {
        try execute(
            "DELETE FROM run_leases WHERE run_id = ? AND owner = ?",
            [.text(run.text), .text(owner)]
        )
    }

    /// Gives back every run an owner holds.
    package func releaseLeases(owner: String) throws {
        try execute("DELETE FROM run_leases WHERE owner = ?", [.text(owner)])
    }
}

private let claim = """
    INSERT INTO run_leases (run_id, owner, expires_at) \
    SELECT runs.id, ?, ? FROM runs LEFT JOIN run_leases ON run_leases.run_id = runs.id \
    WHERE runs.state IN (\(liveStates)) AND (run_leases.run_id IS NULL OR run_leases.expires_at <= ?) \
    ORDER BY runs.created_at, runs.id LIMIT ? \
    ON CONFLICT (run_id) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at \
    RETURNING run_id, (SELECT created_at FROM runs WHERE runs.id = run_leases.run_id)
    """

/// The states of runs that are not over, as a list in SQL.
///
/// They are named one by one, and not by exclusion, so that the index on states finds the few live runs.
let liveStates = RuntimeState.allCases.filter { !$0.isFinal }
    .map { "'\($0.rawValue)'" }.joined(separator: ", ")

/// The result of ``claim``; rows that are returned come in no particular order.
private let claimed = Selection("run_leases", key: ["run_id"], ["created_at"])
