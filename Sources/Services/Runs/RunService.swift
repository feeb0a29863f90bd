import Engine
package import Model
import PipelineIR
import Store

/// What can be done with runs. Requests write intent; the orchestrator makes it true.
package struct RunService: Sendable {
    let context: ServiceContext

    /// Stores a run and its root task in one transaction. No pod is touched.
    /// - Returns: the run, and its spec if it brought one of its own.
    /// - Throws: `invalidArgument` with the place of what is wrong in the spec or the parameters, `notFound`
    ///   for a pipeline,
    ///   version or experiment; then nothing is stored.
    package func create(_ submission: RunSubmission) async throws -> (run: Run, spec: PipelineSpecDocument?) {
        if submission.displayName.isEmpty {
            throw PlatformError.invalid("run.display_name is missing; name the run.")
        }
        let source = try await context.database.read { try $0.resolve(submission.source) }
        let package = try PipelinePackage(source.document)
        try package.checkSupported()
        let texts = package.graph.parameters(fromTexts: submission.parameterTexts)
        let parameters = submission.parameters.merging(texts) { value, _ in value }
        try package.check(parameters: parameters)

        let id = RunID(context.newID())
        let now = context.now()
        let run = try await context.database.write { connection in
            let experiment = try connection.experiment(of: submission)
            let run = Run(
                id: id,
                experimentID: experiment.id,
                displayName: submission.displayName,
                description: submission.description,
                pipelineID: source.pipelineID,
                pipelineVersionID: source.versionID,
                pipelineName: package.spec.name,
                parameters: RunMacros(runID: id, now: now).expand(parameters),
                pipelineRoot: submission.pipelineRoot,
                serviceAccount: submission.serviceAccount,
                createdAt: now,
                notes: package.notes(pipelineRoot: submission.pipelineRoot)
            )
            try connection.insertRun(run, of: package)
            return run
        }
        context.hints.runCreated()
        return (run, source.versionID == nil ? package.document : nil)
    }

    /// A run with the spec it brought, if it names no stored version.
    /// - Throws: `notFound`.
    package func get(_ id: RunID) async throws -> (run: Run, spec: PipelineSpecDocument?) {
        try await context.database.read { connection in
            let run = try connection.requiredRun(id)
            guard run.pipelineVersionID == nil else { return (run, nil) }
            return (run, try connection.specID(of: id).flatMap { try connection.spec($0) })
        }
    }

    /// One page of runs, without their specs.
    package func list(_ query: ListQuery, experimentID: ExperimentID?) async throws -> Page<Run> {
        try await context.database.read { try $0.listRuns(query, experimentID: experimentID) }
    }

    /// Asks for a run to be stopped.
    /// - Throws: `notFound`; `invalidArgument` for a run that is over. Source: KFP.
    package func terminate(_ id: RunID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            var run = try connection.requiredRun(id)
            guard try connection.requestTermination(id, at: now) else {
                throw PlatformError.invalid(
                    "Run \(id) is over (\(run.state.rawValue)); there is nothing to terminate."
                )
            }
            run.enter(.canceling, at: now, reason: Reason(.terminated, "The run was asked to stop."))
            try connection.updateRunProgress(run)
            try connection.appendChange(kind: "run", id: id.text, at: now)
        }
        context.hints.terminationRequested(id)
    }

    /// Lets a run that failed go on: what failed, was stopped or never came to run runs again, and what comes after it. Earlier
    /// attempts are kept.
    /// - Throws: `notFound`; `failedPrecondition` for a run that is not over or has succeeded. Source: KFP.
    package func retry(_ id: RunID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            var run = try connection.requiredRun(id)
            switch run.state {
            case .failed, .canceled, .skipped: break
            case .succeeded:
                throw PlatformError(
                    .failedPrecondition,
                    "Run \(id) has succeeded; there is nothing to retry. To run a part of it again, rerun it from a task."
                )
            case .pending, .running, .canceling, .paused:
                throw PlatformError(
                    .failedPrecondition,
                    "Run \(id) is \(run.state.rawValue); it can be retried when it is over."
                )
            }
            run.reopen(at: now, reason: Reason(.retried, "The run was retried."))
            try connection.requestRetry(run, at: now)
            try connection.appendChange(kind: "run", id: id.text, at: now)
        }
        context.hints.runCreated()
    }

    /// Starts a new run of the same pipeline and parameters that takes over what an earlier one has done.
    /// - Parameters:
    ///   - id: the earlier run, which must be over.
    ///   - task: where the new run starts, as a path or, where only one task has it, a name; this task and what depends on it
    ///     run again, and so does what did not succeed.
    ///   - displayName: of the new run; `nil` for that of the earlier one.
    /// - Throws: `notFound` for the run; `invalidArgument` for the task; `failedPrecondition` for a run that is not over.
    package func rerun(_ id: RunID, from task: String, displayName: String?) async throws -> Run {
        let newID = RunID(context.newID())
        let now = context.now()
        let run = try await context.database.write { connection in
            let source = try connection.requiredRun(id)
            guard source.state.isFinal else {
                throw PlatformError(
                    .failedPrecondition,
                    "Run \(id) is \(source.state.rawValue); it can be rerun when it is over."
                )
            }
            let tasks = try connection.tasks(of: id)
            guard let specID = try connection.specID(of: id),
                let root = tasks.first(where: { $0.path == .root })
            else {
                throw PlatformError(.internalError, "The spec or the root task of run \(id) is missing.")
            }
            let run = Run(
                repeating: source,
                from: try tasks.path(meant: task, of: id),
                id: newID,
                displayName: displayName,
                createdAt: now
            )
            try connection.insertRun(run, specID: specID)
            try connection.upsertTasks([root.begun(in: run)])
            try connection.appendChange(kind: "run", id: newID.text, at: now)
            return run
        }
        context.hints.runCreated()
        return run
    }

    /// Deletes a run with its tasks and logs; what still runs is stopped. The bytes of artifacts that no other run refers
    /// to go later, see ``RetentionService``; on KFP they stay.
    /// - Throws: `notFound`.
    package func delete(_ id: RunID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            guard try connection.deleteRun(id, at: now) else { throw PlatformError.notFound("Run", id.text) }
            try connection.appendChange(kind: "run", id: id.text, at: now)
        }
        context.hints.runDeleted(id)
    }

    /// Puts a run away or brings it back.
    /// - Throws: `failedPrecondition` for a run whose experiment is put away. Source: KFP.
    package func setStorageState(_ state: StorageState, of id: RunID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            var run = try connection.requiredRun(id)
            if state == .available, try connection.experiment(run.experimentID)?.storageState == .archived {
                throw PlatformError(
                    .failedPrecondition,
                    "The run's experiment is archived; unarchive the experiment first."
                )
            }
            run.storageState = state
            try connection.updateRun(run)
            try connection.appendChange(kind: "run", id: id.text, at: now)
        }
    }
}

extension SQLConnection {
    func requiredRun(_ id: RunID) throws -> Run {
        guard let run = try run(id) else { throw PlatformError.notFound("Run", id.text) }
        return run
    }
}
