package import Model

extension SQLConnection {
    /// Inserts a recurring run with revision 1.
    /// - Parameter specID: the spec it is pinned to; `nil` to follow a pipeline's newest version.
    package func insertRecurringRun(_ recurring: RecurringRun, specID: String?) throws {
        try insert(columns(recurring, specID), into: "recurring_runs")
    }

    /// The recurring run with an id.
    package func recurringRun(_ id: RecurringRunID) throws -> RecurringRun? {
        try row(recurringRuns, "WHERE id = ?", [.text(id.text)], as: decode)
    }

    /// The name of the spec a recurring run is pinned to; `nil` if it follows a pipeline.
    package func specID(of recurring: RecurringRunID) throws -> String? {
        try row(
            Selection("recurring_runs", key: ["id"], ["spec_id"]),
            "WHERE id = ?",
            [.text(recurring.text)]
        ) {
            try $0.optionalText("spec_id")
        }.flatMap { $0 }
    }

    /// How often a recurring run was written, 1 for a new one; `nil` for an unknown one.
    package func revision(of recurring: RecurringRunID) throws -> Int? {
        try row(
            Selection("recurring_runs", key: ["id"], ["revision"]),
            "WHERE id = ?",
            [.text(recurring.text)]
        ) {
            try $0.integer("revision")
        }
    }

    /// One page of the recurring runs of one experiment or of all.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listRecurringRuns(_ query: ListQuery, experimentID: ExperimentID?) throws
        -> Page<RecurringRun>
    {
        try page(
            query,
            of: .recurringRuns,
            recurringRuns,
            scope: experimentID.map { SQLFragment("experiment_id = ?", [.text($0.text)]) },
            as: decode
        )
    }

    /// Writes everything of a recurring run and raises its revision.
    ///
    /// Two writers must each read it in the transaction in which they write it. A spec it no longer needs is
    /// deleted when nothing else uses that.
    /// - Throws: ``PlatformError``; `notFound` when it was deleted.
    package func updateRecurringRun(_ recurring: RecurringRun, specID: String?) throws {
        let before = try self.specID(of: recurring.id)
        let isThere = try update(
            "recurring_runs",
            id: recurring.id.text,
            set: columns(recurring, specID),
            also: "revision = revision + 1"
        )
        guard isThere else { throw PlatformError.notFound("Recurring run", recurring.id.text) }
        if let before, before != specID { try deleteSpecIfUnused(before) }
    }

    /// Deletes a recurring run, and its spec when nothing else uses that; its runs stay.
    /// - Returns: whether there was one.
    package func deleteRecurringRun(_ id: RecurringRunID) throws -> Bool {
        let spec = try specID(of: id)
        let wasThere = try delete(from: "recurring_runs", id: id.text)
        if let spec { try deleteSpecIfUnused(spec) }
        return wasThere
    }

    /// The enabled recurring runs of an experiment.
    package func enabledRecurringRuns(of experiment: ExperimentID) throws -> [RecurringRun] {
        try rows(
            recurringRuns,
            "WHERE experiment_id = ? AND status = ?",
            [.text(experiment.text), .text(enabled)],
            as: decode
        )
    }

    /// The enabled recurring runs that are due next, the first one first.
    package func upcomingRecurringRuns(limit: Int) throws -> [RecurringRun] {
        try rows(
            recurringRuns,
            "WHERE status = ? AND next_at IS NOT NULL ORDER BY next_at, id LIMIT ?",
            [.text(enabled), .integer(Int64(limit))],
            as: decode
        )
    }

    /// The recurring runs to look at: those that are due, the longest first, and those that were dealt with
    /// up to a time that is still to come, because the clock was put back.
    package func dueRecurringRuns(at now: Instant) throws -> [RecurringRunID] {
        try rows(
            Selection("recurring_runs", key: ["id"], []),
            "WHERE status = ? AND (next_at <= ? OR cursor_at > ?) ORDER BY next_at, id",
            [.text(enabled), .time(now), .time(now)]
        ) { RecurringRunID(try $0.text("id")) }
    }

    /// When the next recurring run is due; may lie in the past, and is `nil` if none ever is.
    package func nextFiring() throws -> Instant? {
        let rows = try query("SELECT MIN(next_at) FROM recurring_runs WHERE status = ?", [.text(enabled)])
        guard case .integer(let milliseconds)? = rows.first?.first else { return nil }
        return Instant(milliseconds: milliseconds)
    }

    /// How many runs of a recurring run are not over.
    package func unfinishedRunCount(of recurring: RecurringRunID) throws -> Int {
        let rows = try query(
            "SELECT COUNT(*) FROM runs WHERE recurring_run_id = ? AND finished_at IS NULL",
            [.text(recurring.text)]
        )
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }
}

/// The words of the API. Source: KFP v2beta1 `RecurringRun.Status`.
private let enabled = "ENABLED"
private let disabled = "DISABLED"

private let recurringRuns = Selection(
    "recurring_runs",
    key: ["id"],
    [
        "experiment_id", "display_name", "description", "pipeline_id", "pipeline_version_id", "parameters",
        "pipeline_root", "service_account", "cron", "time_zone", "interval_seconds", "starts_at", "ends_at",
        "max_concurrency", "no_catchup", "status", "created_at", "updated_at", "anchor_at", "cursor_at",
        "next_at", "last_at", "firing_count", "reason",
    ]
)

/// Everything but the revision, which counts by itself.
private func columns(_ recurring: RecurringRun, _ specID: String?) -> Columns {
    let (cron, timeZone, interval): (String?, String?, Int64?) =
        switch recurring.trigger.rule {
        case .cron(let text, let timeZone): (text, timeZone, nil)
        case .periodic(let seconds): (nil, nil, seconds)
        }
    return [
        "id": .text(recurring.id.text),
        "experiment_id": .text(recurring.experimentID.text),
        "created_at": .time(recurring.createdAt),
        "display_name": .text(recurring.displayName),
        "description": .text(recurring.description),
        "pipeline_id": .optional(recurring.pipelineID?.text),
        "pipeline_version_id": .optional(recurring.pipelineVersionID?.text),
        "spec_id": .optional(specID),
        "parameters": .json(recurring.parameters),
        "pipeline_root": .optional(recurring.pipelineRoot),
        "service_account": .text(recurring.serviceAccount),
        "cron": .optional(cron),
        "time_zone": .optional(timeZone),
        "interval_seconds": interval.map { .integer($0) } ?? .null,
        "starts_at": .time(recurring.trigger.start),
        "ends_at": .time(recurring.trigger.end),
        "max_concurrency": .integer(Int64(recurring.maxConcurrency)),
        "no_catchup": .integer(recurring.noCatchup ? 1 : 0),
        "status": .text(recurring.isEnabled ? enabled : disabled),
        "updated_at": .time(recurring.updatedAt),
        "anchor_at": .time(recurring.progress.anchor),
        "cursor_at": .time(recurring.progress.cursor),
        "next_at": .time(recurring.progress.next),
        "last_at": .time(recurring.progress.last),
        "firing_count": .integer(Int64(recurring.progress.count)),
        "reason": .json(recurring.reason?.json),
    ]
}

private func decode(_ row: Row) throws -> RecurringRun {
    let rule: Trigger.Rule =
        if let cron = try row.optionalText("cron") {
            .cron(cron, timeZone: try row.optionalText("time_zone"))
        } else {
            .periodic(seconds: Int64(try row.integer("interval_seconds")))
        }
    var recurring = RecurringRun(
        id: RecurringRunID(try row.text("id")),
        experimentID: ExperimentID(try row.text("experiment_id")),
        displayName: try row.text("display_name"),
        description: try row.text("description"),
        pipelineID: try row.optionalText("pipeline_id").map { PipelineID($0) },
        pipelineVersionID: try row.optionalText("pipeline_version_id").map { PipelineVersionID($0) },
        parameters: try row.object("parameters"),
        pipelineRoot: try row.optionalText("pipeline_root"),
        serviceAccount: try row.text("service_account"),
        trigger: Trigger(
            rule,
            start: try row.optionalTime("starts_at"),
            end: try row.optionalTime("ends_at")
        ),
        maxConcurrency: try row.integer("max_concurrency"),
        noCatchup: try row.integer("no_catchup") != 0,
        isEnabled: try row.text("status") == enabled,
        createdAt: try row.time("created_at")
    )
    recurring.updatedAt = try row.time("updated_at")
    recurring.progress = RecurringRun.Progress(
        anchor: try row.time("anchor_at"),
        cursor: try row.time("cursor_at"),
        next: try row.optionalTime("next_at"),
        last: try row.optionalTime("last_at"),
        count: try row.integer("firing_count")
    )
    recurring.reason = try row.reason("reason")
    return recurring
}
