package import Model

extension SQLConnection {
    /// One page of the tasks of all runs, the newest first.
    ///
    /// A search looks at no more than ``Limits/searchedExecutionsMax`` tasks a page, so that what nobody is called costs no more than
    /// a page of what many are. Such a page may hold fewer than were wanted, even none, and have a next one.
    package func listExecutions(_ query: ExecutionQuery) throws -> ExecutionPage {
        let found = try positions(query)
        let shown = found.prefix(query.pageSize)
        let next = found.count > query.pageSize ? shown.last : try searchEnd(query)
        return ExecutionPage(
            items: inOrder(try executions(at: shown.map(\.place))),
            next: next,
            total: query.search == nil ? try executionCount(query) : nil,
            searchedMax: query.search == nil ? nil : query.searchedMax
        )
    }

    /// Tasks of the same moment, which indexes have in the order of their paths as text, in that of their iterations. Where a
    /// page ends among them stays a matter of the indexes, so that no page costs more than its rows.
    private func inOrder(_ executions: [Execution]) -> [Execution] {
        executions.sorted { left, right in
            if left.createdAt != right.createdAt { return left.createdAt > right.createdAt }
            if left.place.runID != right.place.runID { return left.place.runID.text > right.place.runID.text }
            return left.place.path.countedText > right.place.path.countedText
        }
    }

    /// Where the tasks of the page are, and one more to see whether there is a next page.
    private func positions(_ query: ExecutionQuery) throws -> [ExecutionQuery.Position] {
        guard let search = query.search else { return try positions(query.walk(query.pageSize + 1)) }
        let walk = query.walk(query.searchedMax)
        let named = try condition(
            Predicate(key: "display_name", operation: .isSubstring, operand: .string(search)),
            of: .tasks
        )
        return try positions(
            SQLFragment(
                """
                SELECT created_at, run_id, path FROM (\(walk.sql)) AS looked_at WHERE \(named.sql) \
                \(newestFirst) LIMIT \(query.pageSize + 1)
                """,
                walk.arguments + named.arguments
            )
        )
    }

    /// The last task that a search has looked at; `nil` when there are no more.
    private func searchEnd(_ query: ExecutionQuery) throws -> ExecutionQuery.Position? {
        guard query.search != nil else { return nil }
        let most = query.searchedMax
        let walk = query.walk(most)
        return try positions(
            SQLFragment(
                "SELECT created_at, run_id, path FROM (\(walk.sql)) AS looked_at LIMIT 1 OFFSET \(most - 1)",
                walk.arguments
            )
        ).first
    }

    private func positions(_ sql: SQLFragment) throws -> [ExecutionQuery.Position] {
        let selection = Selection("tasks", key: ["created_at", "run_id", "path"], [])
        return try query(sql.sql, sql.arguments).map { values in
            let row = Row(selection: selection, values: values)
            return ExecutionQuery.Position(createdAt: try row.time("created_at"), place: try place(row))
        }
    }

    /// The tasks at some places, in that order; those that are not there are left out.
    private func executions(at places: [TaskPlace]) throws -> [Execution] {
        let names = try displayNames(of: Set(places.map(\.runID)).sorted())
        var found: [TaskPlace: Execution] = [:]
        for part in parts(of: places) {
            let wanted = isOne(of: part)
            let executions = try rows(selection, "WHERE \(wanted.sql)", wanted.arguments) {
                try decode($0, names)
            }
            for execution in executions { found[execution.place] = execution }
        }
        return places.compactMap { found[$0] }
    }

    private func executionCount(_ query: ExecutionQuery) throws -> Int {
        let filter = SQLFragment.whereAll(query.conditions(query.states))
        let rows = try self.query(
            "SELECT COUNT(*) FROM (SELECT 1 FROM tasks\(filter.sql) LIMIT \(Limits.glanceCountMax)) AS counted",
            filter.arguments
        )
        guard case .integer(let count)? = rows.first?.first else { return 0 }
        return Int(count)
    }
}

extension ExecutionQuery {
    /// How many tasks a search looks at. Of several states as many are read of each, to find the newest among them.
    fileprivate var searchedMax: Int { Limits.searchedExecutionsMax / max(1, states.count) }

    /// The newest tasks that fit, but for their names.
    fileprivate func walk(_ limit: Int) -> SQLFragment {
        if states.count < 2 { return walk(states, limit) }
        // Each state has its own newest first; of all tasks of several states SQLite would sort every one.
        let walks = states.map { walk([$0], limit) }
        return SQLFragment(
            walks.map { "SELECT * FROM (\($0.sql)) AS one" }.joined(separator: " UNION ALL ")
                + " \(newestFirst) LIMIT \(limit)",
            walks.flatMap(\.arguments)
        )
    }

    private func walk(_ states: [TaskState], _ limit: Int) -> SQLFragment {
        var conditions = conditions(states)
        if let after {
            conditions.append(
                SQLFragment(
                    "(created_at, run_id, path) < (?, ?, ?)",
                    [.time(after.createdAt), .text(after.place.runID.text), .text(after.place.path.text)]
                )
            )
        }
        let filter = SQLFragment.whereAll(conditions)
        return SQLFragment(
            "SELECT created_at, run_id, path, display_name FROM tasks\(filter.sql) \(newestFirst) LIMIT \(limit)",
            filter.arguments
        )
    }

    fileprivate func conditions(_ states: [TaskState]) -> [SQLFragment] {
        [oneOf(states.map(\.rawValue), "state"), oneOf(kinds.map(\.rawValue), "kind")].compactMap { $0 }
    }

    private func oneOf(_ words: [String], _ column: String) -> SQLFragment? {
        // One word is compared as such: SQLite keeps to the order of an index then.
        if words.count < 2 { return words.first.map { SQLFragment("\(column) = ?", [.text($0)]) } }
        return SQLFragment("\(column) IN (\(placeholders(words.count)))", words.map { .text($0) })
    }
}

/// Also the order of the indexes, backwards.
private let newestFirst = "ORDER BY created_at DESC, run_id DESC, path DESC"

private let selection = Selection(
    "tasks",
    key: ["run_id", "path"],
    ["display_name", "kind", "state", "reason", "created_at", "started_at", "ended_at"]
)

private func place(_ row: Row) throws -> TaskPlace {
    TaskPlace(runID: RunID(try row.text("run_id")), path: TaskPath(try row.text("path")))
}

private func decode(_ row: Row, _ runNames: [RunID: String]) throws -> Execution {
    let place = try place(row)
    return Execution(
        place: place,
        displayName: try row.text("display_name"),
        kind: try row.choice("kind"),
        state: try row.choice("state"),
        reason: try row.reason("reason"),
        createdAt: try row.time("created_at"),
        startedAt: try row.optionalTime("started_at"),
        endedAt: try row.optionalTime("ended_at"),
        runName: runNames[place.runID] ?? place.runID.text
    )
}
