package import Model

extension SQLConnection {
    /// One page of the uses of artifacts.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listArtifactLinks(
        _ query: ListQuery,
        _ scope: ArtifactLinkScope
    ) throws -> Page<ArtifactLink> {
        try page(query, of: .artifactLinks, selection, scope: scope.condition, as: decode)
    }

    /// The uses of some artifacts, by artifact, run, path, key and position.
    /// - Parameter limit: how many at most.
    package func links(
        ofArtifacts ids: [ArtifactID],
        _ direction: ArtifactEdge.Direction,
        limit: Int
    ) throws -> [ArtifactLink] {
        var found: [ArtifactLink] = []
        for part in parts(of: ids) where found.count < limit {
            let scope = ArtifactLinkScope(artifacts: Array(part), direction: direction)
            found += try links(scope, "artifact_id, run_id, path, key, position", limit - found.count)
        }
        return found
    }

    /// What some tasks read or wrote, by run, path, key and position.
    /// - Parameter limit: how many at most.
    package func links(
        ofTasks tasks: [TaskPlace],
        _ direction: ArtifactEdge.Direction,
        limit: Int
    ) throws -> [ArtifactLink] {
        var found: [ArtifactLink] = []
        for part in parts(of: tasks) where found.count < limit {
            let scope = ArtifactLinkScope(tasks: Array(part), direction: direction)
            found += try links(scope, "run_id, path, key, position", limit - found.count)
        }
        return found
    }

    private func links(_ scope: ArtifactLinkScope, _ order: String, _ limit: Int) throws -> [ArtifactLink] {
        guard let condition = scope.condition else { return [] }
        return try rows(
            selection,
            "WHERE \(condition.sql) ORDER BY \(order) LIMIT ?",
            condition.arguments + [.integer(Int64(limit))],
            as: decode
        )
    }

    /// Those of some artifacts that exist.
    package func artifacts(_ ids: [ArtifactID]) throws -> [ArtifactID: Artifact] {
        var found: [ArtifactID: Artifact] = [:]
        for part in parts(of: ids) {
            for artifact in try artifacts(withIDs: part) { found[artifact.id] = artifact }
        }
        return found
    }

    /// The names of those of some runs that exist.
    package func displayNames(of runs: [RunID]) throws -> [RunID: String] {
        var names: [RunID: String] = [:]
        for part in parts(of: runs) {
            let rows = try rows(
                Selection("runs", key: ["id"], ["display_name"]),
                "WHERE id IN (\(placeholders(part.count)))",
                part.map { .text($0.text) }
            ) { (RunID(try $0.text("id")), try $0.text("display_name")) }
            for (id, name) in rows { names[id] = name }
        }
        return names
    }
}

/// Cuts a list into pieces of which each fits a statement.
func parts<Element>(of list: [Element]) -> [ArraySlice<Element>] {
    stride(from: 0, to: list.count, by: Limits.listOperandsMax).map {
        list[$0..<min($0 + Limits.listOperandsMax, list.count)]
    }
}

/// That a row is about one of some tasks.
func isOne(of tasks: some Collection<TaskPlace>) -> SQLFragment {
    let rows = repeatElement("(?, ?)", count: tasks.count).joined(separator: ", ")
    // For a plain list of several SQLite 3.40 looks at every row; in one more SELECT it uses the key.
    return SQLFragment(
        "(run_id, path) IN (SELECT * FROM (VALUES \(rows)))",
        tasks.flatMap { [.text($0.runID.text), .text($0.path.text)] }
    )
}

extension ArtifactLinkScope {
    /// `nil` when everything is wanted.
    fileprivate var condition: SQLFragment? {
        var texts: [String] = []
        var arguments: [SQLValue] = []
        if !artifacts.isEmpty {
            texts.append("artifact_id IN (\(placeholders(artifacts.count)))")
            arguments += artifacts.map { .text($0.text) }
        }
        if !runs.isEmpty {
            texts.append("run_id IN (\(placeholders(runs.count)))")
            arguments += runs.map { .text($0.text) }
        }
        if !tasks.isEmpty {
            let places = isOne(of: tasks)
            texts.append(places.sql)
            arguments += places.arguments
        }
        if let direction {
            texts.append("direction = ?")
            arguments.append(.text(direction.rawValue))
        }
        return texts.isEmpty ? nil : SQLFragment(texts.joined(separator: " AND "), arguments)
    }
}

private let selection = Selection(
    "artifact_links",
    key: ["id"],
    [
        "artifact_id", "run_id", "path", "direction", "key", "position", "name", "display_name", "iteration",
        "state",
    ]
)

private func decode(_ row: Row) throws -> ArtifactLink {
    ArtifactLink(
        edge: try decodeEdge(row),
        taskName: try row.text("name"),
        taskDisplayName: try row.text("display_name"),
        iteration: try row.optionalInteger("iteration"),
        taskState: try row.choice("state")
    )
}
