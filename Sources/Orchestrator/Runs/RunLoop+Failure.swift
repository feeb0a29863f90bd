import Engine
import Logging
import Metrics
import Model
import PipelineIR
import Pods
import Store

extension RunLoop {
    /// Decides what becomes of a run whose rows could not be read or written. What may pass is tried again
    /// at the next
    /// poll; what will fail again ends the run with a sentence, or it would be tried for ever.
    mutating func giveUp(_ id: RunID, after error: any Error, _ what: String, _ now: Instant) async {
        driver.metrics.errors.increment()
        let metadata: Logger.Metadata = ["run.id": "\(id)", "error": "\(error)"]
        guard Self.isHopeless(error) else {
            driver.logger.error("\(what); trying again", metadata: metadata)
            retry(id)
            return
        }
        driver.logger.error("\(what); the run cannot go on", metadata: metadata)
        let open = runs[id].map { Array($0.assemblies.keys) } ?? []
        do {
            let hold = try await mark(id, "The run cannot go on: \(error.sentence)", now)
            runs[id] = nil
            guard hold == .held else { return }
            // Nobody would collect what they put out.
            for name in open { await driver.pods.stop(name, grace: .zero) }
            try await driver.pods.stopAll(of: id)
        } catch {
            driver.metrics.errors.increment()
            driver.logger.error(
                "a run that cannot go on could not be ended",
                metadata: ["run.id": "\(id)", "error": "\(error)"]
            )
            // A row that cannot be read is left alone until somebody has corrected it.
            if Self.isHopeless(error) { runs[id] = nil } else { retry(id) }
        }
    }

    /// Does nothing more for a run that is not ours any more. Pods of one that others drive are theirs.
    mutating func letGo(_ id: RunID, _ hold: LeaseHold, _ group: inout DiscardingTaskGroup) {
        switch hold {
        case .held: break
        case .deleted: forget(id, &group)
        case .lost:
            unloaded.remove(id)
            guard runs.removeValue(forKey: id) != nil else { return }
            driver.metrics.errors.increment()
            driver.logger.error(
                "the claim on a run was lost; whoever has claimed it goes on",
                metadata: ["run.id": "\(id)"]
            )
        }
    }

    /// Whether trying again would lead to the same error.
    static func isHopeless(_ error: any Error) -> Bool {
        if error is CorruptRun || error is InvalidSpec { return true }
        guard let error = error as? PlatformError else { return false }
        return switch error.code {
        case .unavailable, .resourceExhausted, .aborted: false
        case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .unauthenticated,
            .failedPrecondition,
            .tooLarge, .unimplemented, .internalError:
            true
        }
    }

    private mutating func retry(_ id: RunID) {
        driver.metrics.retries.increment()
        runs[id] = nil
        unloaded.insert(id)
    }

    /// What has to be ended in a run that is given up; `nil` if its tasks are what cannot be read. Whoever mends those
    /// finds them as they are.
    private static func abandoned(
        _ id: RunID,
        _ reason: Reason,
        _ now: Instant,
        _ connection: any SQLConnection
    ) throws -> AbandonedRun? {
        do {
            return AbandonedRun(
                tasks: try connection.tasks(of: id),
                attempts: try connection.attempts(of: id),
                reason: reason,
                at: now
            )
        } catch  where isHopeless(error) {
            return nil
        }
    }

    /// Ends a run, if it is still ours and not over.
    /// - Returns: whether it was ours.
    private func mark(_ id: RunID, _ message: String, _ now: Instant) async throws -> LeaseHold {
        try await driver.database.write { [owner = driver.owner] connection in
            let hold = try connection.hold(on: id, owner: owner)
            guard hold == .held, var run = try connection.run(id), !run.state.isFinal else { return hold }
            let reason = Reason(.runInvalid, message)
            run.enter(.failed, at: now, reason: reason)
            try connection.updateRunProgress(run)
            if let left = try Self.abandoned(id, reason, now, connection) {
                try connection.upsertTasks(left.tasks)
                try connection.upsertAttempts(left.attempts, of: id)
            }
            try connection.releaseLease(id, owner: owner)
            try connection.appendChange(kind: "run", id: id.text, at: now)
            return hold
        }
    }
}
