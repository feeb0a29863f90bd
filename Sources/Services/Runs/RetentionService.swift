import Artifacts
import Engine
package import Model
import Store

/// Takes away what nobody wants to keep: runs beyond the rules, and what deleted runs have left in the artifact store.
package struct RetentionService: Sendable {
    let context: ServiceContext

    /// What came of one turn.
    package struct Turn: Sendable {
        /// How many runs were deleted.
        package var runs = 0
        /// Bytes of artifacts that were removed.
        package var bytes = 0
        /// Deleted runs whose artifacts could not be removed; they are tried again later.
        package var failures: [(run: RunID, error: any Error)] = []
        /// Whether there is more to do at once.
        package var isUnfinished = false
        /// When artifacts of a deleted run are due; `nil` for none.
        package var next: Instant?
    }

    /// Deletes runs that are over and beyond the rules, and the bytes of artifacts that no run refers to any more; a
    /// bounded number in each turn. What runs is never touched. Repeating is harmless.
    /// - Parameters:
    ///   - general: what holds where an experiment says nothing.
    ///   - grace: how long artifacts stay after the last run that refers to them was deleted.
    package func turn(_ general: RetentionRule, grace: Duration, at now: Instant) async throws -> Turn {
        do {
            let turn = try await sweep(general, grace: grace, at: now)
            context.sweeps.note(turn, at: now)
            return turn
        } catch {
            context.sweeps.note(error)
            throw error
        }
    }

    private func sweep(_ general: RetentionRule, grace: Duration, at now: Instant) async throws -> Turn {
        var turn = Turn()
        let cuts = try await context.database.read { connection in
            RetentionPlan.plan(general: general, experiments: try connection.retentionRules(), now: now)
        }
        for cut in cuts {
            let deleted = try await make(cut, at: now)
            for run in deleted { context.hints.runDeleted(run) }
            turn.runs += deleted.count
            if deleted.count >= Self.batch { turn.isUnfinished = true }
        }
        let removed = try await context.database.read {
            try $0.removedRuns(since: now - grace, limit: Self.batch)
        }
        for run in removed {
            do {
                turn.bytes += try await removeOutputs(of: run, at: now)
            } catch {
                turn.failures.append((run.id, error))
                try await context.database.write { try $0.postponeRemoval(of: run.id, to: now) }
            }
        }
        if removed.count >= Self.batch { turn.isUnfinished = true }
        turn.next = try await context.database.read { try $0.firstRemoval() }.map { $0 + grace }
        return turn
    }

    /// One transaction: what is over may be retried meanwhile, and is then left alone.
    private func make(_ cut: RetentionCut, at now: Instant) async throws -> [RunID] {
        // Looked for without holding up writers, as there is nothing to delete most of the time.
        guard try await !context.database.read({ try Self.runs(beyond: cut, $0) }).isEmpty else { return [] }
        return try await context.database.write { connection in
            let runs = try Self.runs(beyond: cut, connection)
            for run in runs {
                _ = try connection.deleteRun(run, at: now)
                try connection.appendChange(kind: "run", id: run.text, at: now)
            }
            return runs
        }
    }

    private static func runs(beyond cut: RetentionCut, _ connection: any SQLConnection) throws -> [RunID] {
        var runs: Set<RunID> = []
        if let time = cut.endedBy {
            runs.formUnion(try connection.runsEnded(by: time, in: cut.experimentID, limit: batch))
        }
        if let count = cut.keeping {
            runs.formUnion(try connection.runsBeyond(newest: count, in: cut.experimentID, limit: batch))
        }
        return runs.sorted { $0.text < $1.text }
    }

    /// Later again if others still refer to a part of it: the last of them to go does not know whose it was.
    private func removeOutputs(of run: RemovedRun, at now: Instant) async throws -> Int {
        let place = context.artifacts.folder(pipelineName: run.pipelineName, runID: run.id)
        let kept = try await context.database.read { try $0.artifactURIs(around: place) }
        let bytes = try await context.artifacts.remove(place, keeping: kept)
        try await context.database.write { connection in
            if kept.isEmpty {
                try connection.forgetRemoval(of: run.id)
            } else {
                try connection.postponeRemoval(of: run.id, to: now)
            }
        }
        return bytes
    }

    /// Small, so that requests need not wait for long.
    private static let batch = 20
}
