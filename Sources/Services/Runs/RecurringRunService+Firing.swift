import Crypto
import Engine
package import Model
import PipelineIR
import Store

extension RecurringRunService {
    /// What came of a look at all recurring runs.
    package struct Turn: Sendable {
        /// How many runs were started.
        package var started = 0
        /// Recurring runs that could not be looked at, and why; they come again in the next turn.
        package var failures: [(id: RecurringRunID, error: any Error)] = []
        /// When the next firing is due; in the past while one waits for its turn; `nil` if none ever is.
        package var next: Instant?
    }

    /// Starts the runs that are due.
    ///
    /// A run and the advance of its recurring run are one transaction, and its name follows from recurring run and
    /// firing. So each firing starts one run, whenever a server is killed, however many servers look, and
    /// whichever way the clock is set.
    /// - Throws: what the database throws when not even the due ones can be listed.
    package func startDue(at now: Instant) async throws -> Turn {
        var turn = Turn()
        for id in try await context.database.read({ try $0.dueRecurringRuns(at: now) }) {
            do {
                turn.started += try await startDue(id, at: now)
            } catch {
                turn.failures.append((id, error))
            }
        }
        if turn.started > 0 { context.hints.runCreated() }
        turn.next = try await context.database.read { try $0.nextFiring() }
        return turn
    }

    private func startDue(_ id: RecurringRunID, at now: Instant) async throws -> Int {
        guard let seen = try await context.database.read({ try $0.dueRecurringRun(id) }) else { return 0 }
        let schedule = try schedule(seen.recurring)
        // A pipeline is compiled before the transaction, since one writer at a time holds up all others.
        let pipeline = seen.pipeline.flatMap { Self.compiled($0, parameters: seen.recurring.parameters) }
        return try await context.database.write { connection in
            // Somebody edited it meanwhile; the next turn sees what it is now.
            guard try connection.revision(of: id) == seen.revision else { return 0 }
            var recurring = seen.recurring
            let plan = FiringPlan(
                schedule,
                cursor: recurring.progress.cursor,
                noCatchup: recurring.noCatchup,
                room: recurring.maxConcurrency - (try connection.unfinishedRunCount(of: id)),
                now: now
            )
            guard plan.changes(recurring.progress) else { return 0 }
            let before = recurring.progress.count
            for firing in plan.firings {
                switch pipeline {
                case .success(let pipeline):
                    let run = recurring.run(firing, of: pipeline, schedule.zone, now: now)
                    // There is one already when the clock was put back.
                    if try connection.run(run.id) == nil {
                        try connection.insertRun(run, of: pipeline.package)
                        recurring.progress.count += 1
                    }
                    recurring.progress.last = firing
                    if recurring.reason?.code == .firingFailed { recurring.reason = nil }
                case .failure(let error):
                    recurring.reason = Reason(
                        .firingFailed,
                        "No run was started at \(firing.rfc3339): \(error.message)"
                    )
                }
            }
            if let leftOut = plan.leftOut { recurring.reason = Self.reason(leftOut) }
            recurring.progress.cursor = plan.cursor
            recurring.progress.next = plan.next
            try connection.updateRecurringRun(recurring, specID: try connection.specID(of: id))
            try connection.appendChange(kind: "recurring_run", id: id.text, at: now)
            return recurring.progress.count - before
        }
    }

    private static func reason(_ leftOut: ClosedRange<Instant>) -> Reason {
        Reason(
            .firingsLeftOut,
            """
            The firings from \(leftOut.lowerBound.rfc3339) to \(leftOut.upperBound.rfc3339) were missed and are \
            left out: at most the last \(Limits.catchUpFiringsMax) are made up for.
            """
        )
    }

    private static func compiled(
        _ source: ResolvedSource,
        parameters: [String: JSONValue]
    ) -> Result<DuePipeline, PlatformError> {
        do {
            let package = try PipelinePackage(source.document)
            try package.checkSupported()
            try package.check(parameters: parameters)
            return .success(
                DuePipeline(package: package, pipelineID: source.pipelineID, versionID: source.versionID)
            )
        } catch {
            return .failure(
                error as? PlatformError ?? PlatformError(.internalError, "The pipeline cannot be read.")
            )
        }
    }
}

/// A pipeline that is ready to run.
private struct DuePipeline: Sendable {
    var package: PipelinePackage
    var pipelineID: PipelineID?
    var versionID: PipelineVersionID?
}

/// A recurring run as it was when it was looked at.
private struct DueRecurringRun: Sendable {
    var recurring: RecurringRun
    var revision: Int
    /// The pipeline; a failure when there is none any more.
    var pipeline: Result<ResolvedSource, PlatformError>
}

extension SQLConnection {
    fileprivate func dueRecurringRun(_ id: RecurringRunID) throws -> DueRecurringRun? {
        guard let recurring = try recurringRun(id), let revision = try revision(of: id) else { return nil }
        do {
            var source = try resolve(try source(of: recurring))
            source.pipelineID = recurring.pipelineID
            source.versionID = recurring.pipelineVersionID ?? source.versionID
            return DueRecurringRun(recurring: recurring, revision: revision, pipeline: .success(source))
        } catch let error as PlatformError where error.code != .internalError && error.code != .unavailable {
            return DueRecurringRun(recurring: recurring, revision: revision, pipeline: .failure(error))
        }
    }
}

extension FiringPlan {
    /// Whether there is anything to write down.
    fileprivate func changes(_ progress: RecurringRun.Progress) -> Bool {
        !firings.isEmpty || leftOut != nil || cursor != progress.cursor || next != progress.next
    }
}

extension RecurringRun {
    /// The run of a firing. Its id follows from both, its name from the number of runs before it.
    fileprivate func run(
        _ firing: Instant,
        of pipeline: DuePipeline,
        _ zone: ZoneRules,
        now: Instant
    ) -> Run {
        let runID = RunID(uuid(of: "\(id) \(firing.milliseconds)"))
        let index = progress.count + 1
        let macros = RunMacros(runID: runID, index: index, scheduledAt: firing, now: now, zone: zone)
        let name = macros.expand(displayName)
        var run = Run(
            id: runID,
            experimentID: experimentID,
            displayName: name == displayName ? "\(displayName)-\(index)" : name,
            description: description,
            pipelineID: pipeline.pipelineID,
            pipelineVersionID: pipeline.versionID,
            pipelineName: pipeline.package.spec.name,
            parameters: macros.expand(parameters),
            pipelineRoot: pipelineRoot,
            serviceAccount: serviceAccount,
            createdAt: now,
            notes: pipeline.package.notes(pipelineRoot: pipelineRoot)
        )
        run.scheduledAt = firing
        run.recurringRunID = id
        return run
    }
}

/// A UUID made from a text, always the same. Source: RFC 9562, version 8.
private func uuid(of text: String) -> String {
    var bytes = Array(SHA256.hash(data: Array(text.utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array(bytes.hexadecimal)
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return groups.map { String(digits[$0]) }.joined(separator: "-")
}
