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

    /// The runs an owner holds that are not over, oldest first.
    package func leasedRuns(owner: String) throws -> [RunID] {
        try query(
            """
            SELECT runs.id FROM run_leases JOIN runs ON runs.id = run_leases.run_id \
            WHERE run_leases.owner = ? AND runs.state IN (\(liveStates)) ORDER BY runs.created_at, runs.id
            """,
            [.text(owner)]
        )
        .compactMap { if case .text(let id)? = $0.first { RunID(id) } else { nil } }
    }

    /// Whether an owner still holds a run. In a transaction that writes it stays so to the end: nobody else can claim
    /// the run before. A driver that does not lock the whole database has to lock the row it finds.
    ///
    /// A lease that expired is held until somebody has claimed the run.
    package func hold(on run: RunID, owner: String) throws -> LeaseHold {
        let rows = try query(
            """
            SELECT run_leases.owner FROM runs LEFT JOIN run_leases ON run_leases.run_id = runs.id \
            WHERE runs.id = ?
            """,
            [.text(run.text)]
        )
        guard let row = rows.first else { return .deleted }
        return row.first == .text(owner) ? .held : .lost
    }

    /// What has become of some runs that an owner drives.
    /// - Returns: those that people asked to stop, those that were deleted, and those that others drive, or nobody.
    package func requests(
        to runs: [RunID],
        owner: String
    ) throws -> (stopped: [RunID], deleted: [RunID], lost: [RunID]) {
        var found: [RunID: (stops: Bool, isHeld: Bool)] = [:]
        for part in parts(of: runs) {
            let rows = try query(
                """
                SELECT runs.id, runs.termination_requested_at, run_leases.owner \
                FROM runs LEFT JOIN run_leases ON run_leases.run_id = runs.id \
                WHERE runs.id IN (\(placeholders(part.count)))
                """,
                part.map { .text($0.text) }
            )
            for row in rows {
                guard row.count == 3, case .text(let id) = row[0] else { continue }
                found[RunID(id)] = (stops: row[1] != .null, isHeld: row[2] == .text(owner))
            }
        }
        return (
            runs.filter { found[$0]?.stops == true }, runs.filter { found[$0] == nil },
            runs.filter { found[$0]?.isHeld == false }
        )
    }

    /// Gives one run back, if the owner holds it.
    package func releaseLease(_ run: RunID, owner: String) throws {
        try execute(
            "DELETE FROM run_leases WHERE run_id = ? AND owner = ?",
            [.text(run.text), .text(owner)]
        )
    }

    /// Gives back every run that a server holds, in whichever of its lives it has claimed it; see ``leaseOwner(_:life:)``.
    package func releaseLeases(ofServer name: String) throws {
        let prefix = leaseOwner(name, life: "")
        try execute(
            "DELETE FROM run_leases WHERE owner = ? OR substr(owner, 1, ?) = ?",
            [.text(name), .integer(Int64(prefix.count)), .text(prefix)]
        )
    }
}

/// The name under which a server claims runs in one of its lives. A life that goes on although another has begun does not
/// take what that one holds for its own.
package func leaseOwner(_ server: String, life: String) -> String { server + "/" + life }

/// What became of a lease.
package enum LeaseHold: Hashable, Sendable {
    /// It is held.
    case held
    /// Somebody else has claimed the run, or it was given back.
    case lost
    /// The run was deleted.
    case deleted
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
