package import Model

/// What an earlier execution was made from, for explaining why it cannot stand for another.
package struct ExecutedKey: Hashable, Sendable {
    /// The key as it was stored.
    package let key: JSONValue
    /// The run in which the task was executed.
    package let run: RunID
    /// The task within that run.
    package let path: TaskPath
    /// When it had succeeded.
    package let createdAt: Instant
}

extension SQLConnection {
    /// Notes from what the outputs of a task were made; a task has one entry, so repeating is harmless, and an
    /// execution in the same place replaces the one before.
    /// - Parameters:
    ///   - fingerprint: equal for executions that can stand for each other.
    ///   - scope: within what they can; see ``Model/CacheKey/scope``.
    ///   - component: for finding comparable executions.
    ///   - key: what the fingerprint was made of, as far as it is worth keeping.
    /// - Throws: ``PlatformError``; `failedPrecondition` when the run was deleted.
    package func insertCacheEntry(
        fingerprint: String,
        scope: String,
        component: String,
        key: JSONValue,
        run: RunID,
        path: TaskPath,
        at now: Instant
    ) throws {
        let row: Columns = [
            "run_id": .text(run.text),
            "path": .text(path.text),
            "fingerprint": .text(fingerprint),
            "scope": .text(scope),
            "component": .text(component),
            "key_json": .json(key),
            "created_at": .time(now),
        ]
        try insert([row], into: "cache_entries", onConflict: .replace(key: ["run_id", "path"]))
    }

    /// The newest execution with a fingerprint whose task still stands as succeeded.
    package func cachedTask(fingerprint: String, scope: String) throws -> CachedTask? {
        let entry = try row(
            executedKeys,
            """
            WHERE scope = ? AND fingerprint = ? AND EXISTS (SELECT 1 FROM tasks \
            WHERE run_id = cache_entries.run_id AND path = cache_entries.path AND state = ?) \
            ORDER BY created_at DESC, run_id DESC, path DESC
            """,
            [.text(scope), .text(fingerprint), .text(TaskState.succeeded.rawValue)],
            as: decodeExecutedKey
        )
        guard let entry, let task = try task(entry.run, entry.path) else { return nil }
        let ids = task.outputs.artifacts.sorted { $0.key < $1.key }.flatMap(\.value)
        return CachedTask(
            run: entry.run,
            path: entry.path,
            outputs: task.outputs,
            artifacts: try ids.compactMap { try artifact($0) },
            createdAt: entry.createdAt
        )
    }

    /// The newest execution of a component to compare one with: of the same task if there is any, else of any.
    ///
    /// Iterations of a loop share a component, and each is best compared with the same iteration of the run before.
    package func latestKey(scope: String, component: String, path: TaskPath) throws -> ExecutedKey? {
        let component = [SQLValue.text(scope), .text(component)]
        return try row(
            executedKeys,
            "WHERE scope = ? AND component = ? AND path = ? ORDER BY created_at DESC, run_id DESC",
            component + [.text(path.text)],
            as: decodeExecutedKey
        )
            ?? row(
                executedKeys,
                "WHERE scope = ? AND component = ? ORDER BY created_at DESC, run_id DESC, path DESC",
                component,
                as: decodeExecutedKey
            )
    }
}

private let executedKeys = Selection("cache_entries", key: ["run_id", "path"], ["key_json", "created_at"])

private func decodeExecutedKey(_ row: Row) throws -> ExecutedKey {
    ExecutedKey(
        key: try row.json("key_json"),
        run: RunID(try row.text("run_id")),
        path: TaskPath(try row.text("path")),
        createdAt: try row.time("created_at")
    )
}
