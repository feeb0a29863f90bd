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
    /// Notes from what the outputs of a task were made.
    ///
    /// A task has one entry, so repeating is harmless, and a new execution replaces the one before.
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

    /// The execution of a component to compare another with: the newest of the same task, else of any.
    ///
    /// Iterations of a loop share a component, and each is best compared with its like in the run before.
    package func latestKey(scope: String, component: String, path: TaskPath) throws -> ExecutedKey? {
        let ofComponent = "WHERE scope = ? AND component = ?"
        let newestFirst = "ORDER BY created_at DESC, run_id DESC, path DESC"
        let arguments = [SQLValue.text(scope), .text(component)]
        let same = try row(
            executedKeys,
            "\(ofComponent) AND path = ? \(newestFirst)",
            arguments + [.text(path.text)],
            as: decodeExecutedKey
        )
        return try same
            ?? row(executedKeys, "\(ofComponent) \(newestFirst)", arguments, as: decodeExecutedKey)
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
