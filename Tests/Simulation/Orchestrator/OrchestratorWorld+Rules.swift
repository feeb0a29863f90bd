import Model
import Pods
import ServerKit
import Store

/// What must hold on the way and at the end of simulated runs.
extension OrchestratorWorld {
    /// Everything stored of one run.
    struct StoredRun: Sendable {
        let run: Run
        let tasks: [TaskRecord]
        let attempts: [Attempt]
        let artifacts: [Artifact]
        let edges: [ArtifactEdge]
    }

    func violation(_ message: String) -> Violation { Violation(seed: seed, message: message) }

    func checkViolations() throws {
        if let first = mischief.violations.first { throw violation(first) }
        if let pod = server.world.contradictions.first {
            throw violation("pod \(pod) was asked for again, but differently")
        }
    }

    /// A run that is over has no pods that go on.
    /// - Parameter open: the pods that went on before. While the database is asked, a server may come to the end of a run.
    func checkOpen(_ open: [PodName], _ tasks: inout Tasks) throws {
        let database = server.database
        let over = try perform(&tasks) {
            try await database.read { connection in
                try connection.query("SELECT id FROM runs WHERE finished_at IS NOT NULL", []).flatMap { $0 }
            }
        }
        let still = server.world.running
        if let name = open.first(where: { over.contains(.text($0.runID.text)) && still.contains($0) }) {
            throw violation("run \(name.runID) is over, yet \(name) goes on")
        }
    }

    func isAllOver(_ tasks: inout Tasks) throws -> Bool {
        let database = server.database
        let rows = try perform(&tasks) {
            try await database.read { connection in
                try connection.query("SELECT COUNT(*) FROM runs WHERE finished_at IS NULL", [])
            }
        }
        return rows == [[.integer(0)]]
    }

    func openTasks(_ tasks: inout Tasks) throws -> String {
        let database = server.database
        let rows = try perform(&tasks) {
            try await database.read { connection in
                try connection.query("SELECT run_id, path, state FROM tasks WHERE ended_at IS NULL", [])
            }
        }
        return "\(rows)"
    }

    func rows(of id: RunID, _ tasks: inout Tasks) throws -> StoredRun {
        let database = server.database
        let rows = try perform(&tasks) {
            try await database.read { connection -> StoredRun? in
                guard let run = try connection.run(id) else { return nil }
                return StoredRun(
                    run: run,
                    tasks: try connection.tasks(of: id),
                    attempts: try connection.attempts(of: id),
                    artifacts: try connection.artifacts(of: id),
                    edges: try connection.edges(of: id)
                )
            }
        }
        guard let rows else { throw violation("run \(id) is lost") }
        return rows
    }

    /// What must hold of all together, once everything has come to rest.
    func checkEnd(_ tasks: inout Tasks) throws {
        let database = server.database
        let (found, rows) = try perform(&tasks) {
            try await database.read { (try contradictions(in: $0), try RowCounts($0)) }
        }
        // What a task made that runs again stays listed.
        if let sentence = found.first(where: { again == 0 || $0 != "an artifact nobody read or wrote" }) {
            throw violation("the database has \(sentence)")
        }
        if rows["run_leases"] > 0 { throw violation("\(rows["run_leases"]) runs that are over are claimed") }
        for (name, pod) in server.world.pods {
            if runs[name.runID]?.isDeleted ?? true { throw violation("\(name) is left of a deleted run") }
            if pod.starts > 1 { throw violation("\(name) was started \(pod.starts) times") }
            if !pod.isForgotten, mischief.crashCount + mischief.faultCount + mischief.takeoverCount == 0 {
                throw violation("the files of \(name) are left")
            }
        }
    }

    /// What must hold of one run at its end.
    func checkEnd(of id: RunID, _ tasks: inout Tasks) throws {
        guard let run = runs[id], !run.isDeleted else { return }
        let rows = try rows(of: id, &tasks)
        for task in rows.tasks where !task.state.isFinal {
            throw violation("run \(id) is over, yet \(task.path) is \(task.state)")
        }
        for attempt in rows.attempts where !attempt.state.isFinal {
            throw violation("run \(id) is over, yet attempt \(attempt.number) of \(attempt.path) is not")
        }
        let attempts = Set(rows.attempts.map { PodName(runID: id, path: $0.path, attempt: $0.number) })
        let pods = Set(server.world.pods.keys.filter { $0.runID == id })
        // What was stopped between its row and its pod has none.
        if !pods.isSubset(of: attempts) || (!run.isStopped && pods != attempts) {
            throw violation(
                "pods without attempts \(pods.subtracting(attempts)), attempts without pods "
                    + "\(attempts.subtracting(pods))"
            )
        }
        try checkLineage(rows)
        if rows.run.error?.code == .runInvalid { return try checkInvalid(rows) }
        if !hasCache { try checkExpectations(rows, run) }
    }

    /// A run cannot go on if what it repeats was deleted before it could begin. It says so, and has done nothing.
    private func checkInvalid(_ rows: StoredRun) throws {
        guard let source = rows.run.rerun?.source, runs[source]?.isDeleted == true else {
            throw violation("run \(rows.run.id) cannot go on: \(rows.run.error?.message ?? "")")
        }
        guard rows.tasks.map(\.path) == [.root], rows.attempts.isEmpty else {
            throw violation("run \(rows.run.id) repeats a run that was deleted, and has done something")
        }
        guard rows.tasks[0].state == .failed, rows.tasks[0].reason == rows.run.error else {
            throw violation("the root of run \(rows.run.id) does not say why it failed")
        }
    }

    private func checkLineage(_ rows: StoredRun) throws {
        let known = Set(rows.artifacts.map(\.id))
        let edges = Set(rows.edges)
        for task in rows.tasks where task.state.isSuccess && task.kind == .container {
            for (direction, values) in [
                (ArtifactEdge.Direction.output, task.outputs.artifacts), (.input, task.inputs.artifacts),
            ] {
                for (key, ids) in values {
                    for (position, artifact) in ids.enumerated() {
                        let edge = ArtifactEdge(
                            artifactID: artifact,
                            runID: rows.run.id,
                            path: task.path,
                            direction: direction,
                            key: key,
                            position: position
                        )
                        if !known.contains(artifact) || !edges.contains(edge) {
                            throw violation(
                                "lineage of \(task.path) is lost: \(direction) '\(key)' \(artifact)"
                            )
                        }
                    }
                }
            }
        }
    }

    private func checkExpectations(_ rows: StoredRun, _ run: SimulatedRun) throws {
        let names = Dictionary(uniqueKeysWithValues: rows.artifacts.map { ($0.id, Self.name($0)) })
        let ends = Dictionary(uniqueKeysWithValues: rows.tasks.map { ($0.path, $0) })
        for (path, expected) in run.oracle.expectations.sorted(by: { $0.key < $1.key }) {
            let task = ends[path]
            if let task, task.state.isSuccess {
                let found = Self.named(task.outputs, names)
                let wanted = Self.named(expected.outputs, names)
                if found != wanted {
                    throw violation("\(path) gave \(found.json.jsonText), expected \(wanted.json.jsonText)")
                }
            }
            if !run.isStopped, task?.state != expected.state {
                throw violation(
                    "\(path) ended as \(task?.state.rawValue ?? "nothing"), expected \(expected.state): "
                        + "\(task?.reason?.message ?? "")"
                )
            }
        }
        for path in ends.keys.sorted() where run.oracle.expectations[path] == nil {
            // A group that was there before a retry may have no part in the run any more.
            if run.oracle.past.ends[path] != nil, ends[path]?.state == .skipped || run.isStopped { continue }
            throw violation("task \(path) should not exist")
        }
        guard !run.isStopped, let root = run.oracle.expectations[.root] else { return }
        if (rows.run.state == .succeeded) != (root.state == .succeeded) {
            throw violation("the run ended as \(rows.run.state), expected \(root.state)")
        }
        if Self.named(rows.run.outputs, names) != Self.named(root.outputs, names) {
            throw violation("the run gave \(rows.run.outputs.json.jsonText)")
        }
    }

    /// The oracle's name of an artifact: who made it; what is imported is the same whoever does it.
    private static func name(_ artifact: Artifact) -> ArtifactID {
        let parts = artifact.uri.split(separator: "/")
        guard artifact.uri.hasPrefix("/artifacts/"), parts.count > 2 else { return ArtifactID("import") }
        return ArtifactID(parts.dropLast().suffix(2).joined(separator: "/"))
    }

    private static func named(_ values: TaskValues, _ names: [ArtifactID: ArtifactID]) -> TaskValues {
        var values = values
        values.artifacts = values.artifacts.mapValues { ids in
            ids.map { id in
                if let name = names[id] { return name }
                return id.text.hasPrefix("import/") ? ArtifactID("import") : id
            }
        }
        return values
    }
}
