import Artifacts
import Model
import Store

/// Finds earlier executions that can stand for a task, and says why there is none.
struct CacheKeeper: Sendable {
    let database: any Database
    let artifacts: any ArtifactStore
    /// Age at which results stop counting; `nil` for never, zero for a cache that is switched off.
    let maxAge: Duration?

    /// Looks for an execution with the same key whose artifacts are all still there.
    /// - Parameter path: the task that asks, which is best compared with its own earlier executions.
    /// - Throws: ``PlatformError`` if the database or the artifact store cannot be read.
    func answer(_ key: CacheKey, for path: TaskPath, now: Instant) async throws -> CacheAnswer {
        if maxAge == .zero {
            return .miss(Reason(.cacheMiss, "The cache of this server is switched off (--cache off)."))
        }
        let fingerprint = key.fingerprint
        let (cached, latest) = try await database.read { connection in
            let cached = try connection.cachedTask(fingerprint: fingerprint, scope: key.scope)
            let latest =
                try cached == nil
                ? connection.latestKey(scope: key.scope, component: key.componentName, path: path) : nil
            return (cached, latest)
        }
        guard let cached else { return .miss(Self.difference(of: key, from: latest)) }
        let age = now - cached.createdAt
        if let maxAge, age > maxAge { return .miss(Self.tooOld(cached, age: age, maxAge: maxAge)) }
        if let lost = try await lostOutput(of: cached) { return .miss(lost) }
        return .hit(cached)
    }

    /// Why the outputs are not all there any more, or `nil` if they are.
    private func lostOutput(of cached: CachedTask) async throws -> Reason? {
        let known = Dictionary(cached.artifacts.map { ($0.id, $0) }) { first, _ in first }
        for (output, ids) in cached.outputs.artifacts.sorted(by: { $0.key < $1.key }) {
            for id in ids {
                guard let artifact = known[id] else {
                    return Self.miss("its output artifact \(output) is no longer registered", cached)
                }
                if artifact.isMetadataOnly { continue }
                guard try await artifacts.exists(artifact.uri) else {
                    return Self.miss("its output artifact \(output) is no longer at \(artifact.uri)", cached)
                }
            }
        }
        return nil
    }

    private static func difference(of key: CacheKey, from latest: ExecutedKey?) -> Reason {
        guard let latest else {
            return Reason(
                .cacheMiss,
                """
                Component \(key.componentName) has not succeeded in pipeline \(key.pipelineName) with caching \
                before.
                """
            )
        }
        let changes = CacheKeyChanges(from: latest.key, to: key.outline).phrases
        let comparison =
            changes.isEmpty
            ? "is the same, but does not stand as succeeded any more"
            : "differs: " + changes.joined(separator: "; ")
        return Reason(
            .cacheMiss,
            "The latest execution, \(latest.path) in run \(latest.run), \(comparison).",
            details: [
                "run_id": .string(latest.run.text), "task": .string(latest.path.text),
                "changes": .array(changes.map { .string($0) }),
            ]
        )
    }

    private static func tooOld(_ cached: CachedTask, age: Duration, maxAge: Duration) -> Reason {
        miss("its result is \(durationText(age)) old, and results count for \(durationText(maxAge))", cached)
    }

    private static func miss(_ problem: String, _ cached: CachedTask) -> Reason {
        Reason(
            .cacheMiss,
            "The execution of \(cached.path) in run \(cached.run) has the same inputs, but \(problem).",
            details: ["run_id": .string(cached.run.text), "task": .string(cached.path.text)]
        )
    }
}
