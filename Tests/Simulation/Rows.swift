import Engine
import Model

/// The rows of one run, as a database would keep them.
struct Rows: Equatable {
    var run: Run
    var tasks: [TaskPath: TaskRecord]
    var attempts: [String: Attempt] = [:]
    var artifacts: [ArtifactID: Artifact] = [:]
    var edges: Set<ArtifactEdge> = []
    var cache: [TaskPath: CacheKey] = [:]
    /// When somebody asked for the run to be retried, until its tasks are opened again.
    var retryRequestedAt: Instant?

    mutating func apply(_ command: RunCommand) {
        switch command {
        case .saveRun(let run):
            self.run = run
            retryRequestedAt = nil
        case .saveTask(let task): tasks[task.path] = task
        case .saveAttempt(let attempt): attempts["\(attempt.path)/\(attempt.number)"] = attempt
        case .forgetLineage(let path): edges = edges.filter { $0.path != path }
        case .saveLineage(let artifacts, let edges):
            for artifact in artifacts { self.artifacts[artifact.id] = artifact }
            self.edges.formUnion(edges)
        case .saveCacheEntry(let path, let key): cache[path] = key
        case .launch, .stop, .wake, .lookUpCache, .register: break
        }
    }
}
