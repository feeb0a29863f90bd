import Engine
import Model
import PipelineIR
import Pods
import Store

/// A spec made ready to run, with what it asks of the platform.
struct LoadedSpec {
    let graph: TaskGraph
    let platform: PlatformSpec
}

/// A run this server drives: its machine, and the pods it has asked for.
struct LiveRun {
    var machine: RunMachine
    /// What the pipeline asks of the platform.
    let platform: PlatformSpec
    /// Open pods, with what is needed to read their outputs.
    var assemblies: [PodName: PodAssembly] = [:]

    var id: RunID { machine.run.id }
}

extension SQLConnection {
    /// The rows from which a run's machine is built; `nil` if there is no such run.
    func runRows(_ id: RunID) throws -> RunRows? {
        guard let run = try run(id), let specID = try specID(of: id) else { return nil }
        return RunRows(
            run: run,
            specID: specID,
            tasks: try tasks(of: id),
            attempts: try attempts(of: id),
            artifacts: try artifacts(of: id),
            terminationRequested: try isTerminationRequested(id),
            retriedAt: try retryRequest(of: id)
        )
    }

    /// Stores what a machine wants stored, in a transaction in which its run is known to be ours.
    func apply(_ commands: [RunCommand], of run: RunID, at now: Instant) throws {
        var tasks = LatestRows<TaskPath, TaskRecord>()
        var attempts = LatestRows<PodName, Attempt>()
        var entries: [(TaskPath, CacheKey)] = []
        var reopened: [TaskPath] = []
        var forgotten: Set<ArtifactID> = []
        for command in commands {
            switch command {
            case .saveRun(let run): try updateRunProgress(run, answersRetry: true)
            case .saveTask(let task): tasks.save(task, as: task.path)
            case .saveAttempt(let attempt):
                let name = PodName(runID: run, path: attempt.path, attempt: attempt.number)
                attempts.save(attempt, as: name)
            case .forgetLineage(let path): reopened.append(path)
            case .saveLineage(let artifacts, let edges):
                // Before anything new: a task that is open again may have its new lineage in the same batch.
                forgotten.formUnion(try deleteEdges(of: run, reopened))
                reopened = []
                try insertArtifacts(artifacts)
                try insertEdges(edges)
            case .saveCacheEntry(let path, let key): entries.append((path, key))
            case .launch, .stop, .wake, .lookUpCache, .register: break
            }
        }
        forgotten.formUnion(try deleteEdges(of: run, reopened))
        // Nobody's now, unless another run or a task that stays as it is refers to them.
        try deleteArtifactsWithoutEdges(forgotten.sorted { $0.text < $1.text })
        try upsertTasks(tasks.rows)
        try upsertAttempts(attempts.rows, of: run)
        for (path, key) in entries { try insertCacheEntry(key, of: run, path: path, at: now) }
        try appendChange(kind: "run", id: run.text, at: now)
    }
}

/// Rows to store, of which some change more than once, as those of a program that starts and ends in one turn: the
/// last one counts.
private struct LatestRows<Key: Hashable, Row> {
    private(set) var rows: [Row] = []
    private var places: [Key: Int] = [:]

    mutating func save(_ row: Row, as key: Key) {
        if let place = places[key] {
            rows[place] = row
        } else {
            places[key] = rows.count
            rows.append(row)
        }
    }
}

/// Everything stored of one run.
struct RunRows: Sendable {
    let run: Run
    let specID: String
    let tasks: [TaskRecord]
    let attempts: [Attempt]
    let artifacts: [Artifact]
    let terminationRequested: Bool
    let retriedAt: Instant?
}
