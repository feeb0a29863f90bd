package import Model

extension SQLConnection {
    /// Writes tasks, new ones and known ones alike; their runs must be there.
    /// - Throws: ``PlatformError``; `failedPrecondition` when a run was deleted.
    package func upsertTasks(_ tasks: [TaskRecord]) throws {
        let rows: [Columns] = tasks.map { task in
            [
                "run_id": .text(task.runID.text),
                "path": .text(task.path.text),
                "parent": .optional(task.parent?.text),
                "name": .text(task.name),
                "display_name": .text(task.displayName),
                "iteration": .optional(task.iteration),
                "kind": .text(task.kind.rawValue),
                "state": .text(task.state.rawValue),
                "reason": .json(task.reason?.json),
                "cache": .json(task.cache?.json),
                "inputs": .json(task.inputs.json),
                "outputs": .json(task.outputs.json),
                "attempts_before": .integer(Int64(task.attemptsBefore)),
                "created_at": .time(task.createdAt),
                "started_at": .time(task.startedAt),
                "ended_at": .time(task.endedAt),
                "state_history": .history(task.stateHistory),
            ]
        }
        try insert(rows, into: "tasks", onConflict: .replace(key: ["run_id", "path"]))
    }

    /// The tasks of a run by time of creation, then path.
    package func tasks(of run: RunID) throws -> [TaskRecord] {
        try rows(
            tasksSelection,
            "WHERE run_id = ? ORDER BY created_at, path",
            [.text(run.text)],
            as: decodeTask
        )
    }

    /// The first tasks of a run by time of creation, then path.
    package func tasks(of run: RunID, limit: Int) throws -> [TaskRecord] {
        try rows(
            tasksSelection,
            "WHERE run_id = ? ORDER BY created_at, path LIMIT ?",
            [.text(run.text), .integer(Int64(limit))],
            as: decodeTask
        )
    }

    /// How many tasks a run has.
    package func taskCount(of run: RunID) throws -> Int {
        let rows = try query("SELECT COUNT(*) FROM tasks WHERE run_id = ?", [.text(run.text)])
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }

    /// One page of a run's tasks.
    /// - Parameter parent: only the tasks in this group.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listTasks(_ query: ListQuery, of run: RunID, parent: TaskPath?) throws -> Page<TaskRecord> {
        var scope = SQLFragment("run_id = ?", [.text(run.text)])
        if let parent {
            scope = SQLFragment(scope.sql + " AND parent = ?", scope.arguments + [.text(parent.text)])
        }
        return try page(query, of: .tasks, taskPageSelection, scope: scope, as: decodeTask)
    }

    /// What stands in some groups of a run: each group's tasks by time of creation, then path.
    package func children(of parents: [TaskPath], in run: RunID) throws -> [TaskPath: [TaskPath]] {
        var children: [TaskPath: [TaskPath]] = [:]
        for part in parts(of: parents) {
            let rows = try rows(
                Selection("tasks", key: ["path"], ["parent"]),
                "WHERE run_id = ? AND parent IN (\(placeholders(part.count))) ORDER BY created_at, path",
                [.text(run.text)] + part.map { .text($0.text) }
            ) { (TaskPath(try $0.text("path")), TaskPath(try $0.text("parent"))) }
            for (path, parent) in rows { children[parent, default: []].append(path) }
        }
        return children
    }

    /// One task of a run.
    package func task(_ run: RunID, _ path: TaskPath) throws -> TaskRecord? {
        try row(
            tasksSelection,
            "WHERE run_id = ? AND path = ?",
            [.text(run.text), .text(path.text)],
            as: decodeTask
        )
    }

    /// Writes attempts at a run's tasks, new ones and known ones alike; the run must be there.
    /// - Throws: ``PlatformError``; `failedPrecondition` when the run was deleted.
    package func upsertAttempts(_ attempts: [Attempt], of run: RunID) throws {
        let rows: [Columns] = attempts.map { attempt in
            [
                "run_id": .text(run.text),
                "path": .text(attempt.path.text),
                "number": .integer(Int64(attempt.number)),
                "state": .text(attempt.state.rawValue),
                "reason": .json(attempt.reason?.json),
                "created_at": .time(attempt.createdAt),
                "started_at": .time(attempt.startedAt),
                "ended_at": .time(attempt.endedAt),
                "exit_code": .optional(attempt.exitCode),
            ]
        }
        try insert(rows, into: "attempts", onConflict: .replace(key: ["run_id", "path", "number"]))
    }

    /// The attempts at some tasks of a run, by path, then number.
    package func attempts(of run: RunID, at paths: [TaskPath]) throws -> [Attempt] {
        try parts(of: paths).flatMap { part in
            try rows(
                attemptsSelection,
                "WHERE run_id = ? AND path IN (\(placeholders(part.count))) ORDER BY path, number",
                [.text(run.text)] + part.map { .text($0.text) },
                as: decodeAttempt
            )
        }
    }

    /// The attempts at all tasks of a run, by path, then number.
    package func attempts(of run: RunID) throws -> [Attempt] {
        try rows(
            attemptsSelection,
            "WHERE run_id = ? ORDER BY path, number",
            [.text(run.text)],
            as: decodeAttempt
        )
    }
}

private let tasksSelection = Selection("tasks", key: ["run_id", "path"], taskColumns)
private let taskPageSelection = Selection("run_tasks", key: ["id", "run_id", "path"], taskColumns)
private let taskColumns = [
    "parent", "name", "display_name", "iteration", "kind", "state", "reason", "cache", "inputs", "outputs",
    "attempts_before", "created_at", "started_at", "ended_at", "state_history",
]

private func decodeTask(_ row: Row) throws -> TaskRecord {
    var task = TaskRecord(
        runID: RunID(try row.text("run_id")),
        path: TaskPath(try row.text("path")),
        parent: try row.optionalText("parent").map { TaskPath($0) },
        name: try row.text("name"),
        displayName: try row.text("display_name"),
        iteration: try row.optionalInteger("iteration"),
        kind: try row.choice("kind"),
        createdAt: try row.time("created_at")
    )
    task.state = try row.choice("state")
    task.reason = try row.reason("reason")
    task.cache = try row.reason("cache")
    task.inputs = TaskValues(json: try row.json("inputs"))
    task.outputs = TaskValues(json: try row.json("outputs"))
    task.attemptsBefore = try row.integer("attempts_before")
    task.startedAt = try row.optionalTime("started_at")
    task.endedAt = try row.optionalTime("ended_at")
    task.stateHistory = try row.history("state_history")
    return task
}

private let attemptsSelection = Selection(
    "attempts",
    key: ["run_id", "path", "number"],
    ["state", "reason", "created_at", "started_at", "ended_at", "exit_code"]
)

private func decodeAttempt(_ row: Row) throws -> Attempt {
    var attempt = Attempt(
        path: TaskPath(try row.text("path")),
        number: try row.integer("number"),
        createdAt: try row.time("created_at")
    )
    attempt.state = try row.choice("state")
    attempt.reason = try row.reason("reason")
    attempt.startedAt = try row.optionalTime("started_at")
    attempt.endedAt = try row.optionalTime("ended_at")
    attempt.exitCode = try row.optionalInteger("exit_code")
    return attempt
}
