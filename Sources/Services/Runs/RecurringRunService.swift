import Engine
package import Model
import PipelineIR
import Store

/// What can be done with recurring runs. Who starts their runs is ``startDue(at:)``.
package struct RecurringRunService: Sendable {
    let context: ServiceContext

    /// A recurring run with what is told beside it.
    package struct Described: Sendable {
        /// The recurring run.
        package let recurring: RecurringRun
        /// Its spec, if it brought one of its own.
        package let spec: PipelineSpecDocument?
        /// What a person may not have meant, as sentences.
        package let warnings: [String]
    }

    /// The firings that come.
    package struct Preview: Sendable {
        /// Each firing, and how the clocks of the schedule's time zone show it.
        package let firings: [(at: Instant, local: String)]
        /// What a person may not have meant, as sentences.
        package let warnings: [String]
    }

    /// Stores a recurring run.
    ///
    /// A version or spec is pinned: it goes on even if it is deleted. A pipeline without a version is looked up at
    /// each firing; here its newest version is only checked. Source: KFP `CreateJob`.
    /// - Throws: `invalidArgument` with the place of what is wrong, `notFound` for a pipeline, version or
    ///   experiment, `failedPrecondition` for an archived experiment; then nothing is stored.
    package func create(_ submission: RecurringRunSubmission) async throws -> Described {
        let run = submission.run
        if run.displayName.isEmpty {
            throw PlatformError.invalid("recurring_run.display_name is missing; name the recurring run.")
        }
        let pinned = try await pin(run.source, parameters: run.parameters)
        let now = context.now()
        var recurring = RecurringRun(
            id: RecurringRunID(context.newID()),
            experimentID: ExperimentID(""),
            displayName: run.displayName,
            description: run.description,
            pipelineID: pinned.pipelineID,
            pipelineVersionID: pinned.versionID,
            parameters: run.parameters,
            pipelineRoot: run.pipelineRoot,
            serviceAccount: run.serviceAccount,
            trigger: submission.trigger,
            maxConcurrency: try checkedConcurrency(submission.maxConcurrency),
            noCatchup: submission.noCatchup,
            isEnabled: submission.isEnabled,
            createdAt: now
        )
        // A start that has passed is caught up with from then on. Source: KFP.
        recurring.progress.cursor = min(submission.trigger.start ?? now, now)
        recurring.progress.next = try schedule(recurring).next(after: recurring.progress.cursor)
        let (id, made) = (recurring.id, recurring)
        let stored = try await context.database.write { connection in
            var recurring = made
            recurring.experimentID = try connection.experiment(of: run).id
            try connection.insertRecurringRun(recurring, specID: try connection.keep(pinned))
            try connection.appendChange(kind: "recurring_run", id: id.text, at: now)
            return recurring
        }
        context.hints.recurringRunsChanged()
        return describe(stored, spec: stored.pipelineID == nil ? pinned.package?.document : nil)
    }

    /// A recurring run.
    /// - Throws: `notFound`.
    package func get(_ id: RecurringRunID) async throws -> Described {
        let (recurring, spec) = try await context.database.read { connection in
            let recurring = try connection.requiredRecurringRun(id)
            return (recurring, try connection.ownSpec(of: recurring))
        }
        return describe(recurring, spec: spec)
    }

    /// One page of recurring runs, with the specs they brought.
    package func list(_ query: ListQuery, experimentID: ExperimentID?) async throws -> Page<Described> {
        let (page, specs) = try await context.database.read { connection in
            let page = try connection.listRecurringRuns(query, experimentID: experimentID)
            return (page, try page.items.map { try connection.ownSpec(of: $0) })
        }
        return Page(
            items: zip(page.items, specs).map { describe($0, spec: $1) },
            next: page.next,
            totalSize: page.totalSize,
            isTotalBounded: page.isTotalBounded
        )
    }

    /// Edits a recurring run in place; runs that are under way go on as they are.
    ///
    /// With another trigger nothing that was due before now is made up for.
    /// - Throws: `notFound`, and what ``create(_:)`` throws; then nothing is changed.
    package func update(_ id: RecurringRunID, _ update: RecurringRunUpdate) async throws -> Described {
        if update.displayName == "" {
            throw PlatformError.invalid(
                "recurring_run.display_name is empty; give it a name or leave it out."
            )
        }
        let concurrency = try update.maxConcurrency.map(checkedConcurrency)
        let before = try await context.database.read { connection in
            let recurring = try connection.requiredRecurringRun(id)
            return (recurring, try connection.source(of: recurring))
        }
        // Other parameters must fit the pipeline as another pipeline must fit the parameters.
        let pinned =
            update.source == nil && update.config == nil
            ? nil
            : try await pin(
                update.source ?? before.1,
                parameters: update.config?.parameters ?? before.0.parameters
            )
        let now = context.now()
        try await context.database.write { connection in
            var recurring = try connection.requiredRecurringRun(id)
            recurring.apply(update, concurrency, at: now)
            var specID = try connection.specID(of: id)
            if update.source != nil, let pinned {
                recurring.pipelineID = pinned.pipelineID
                recurring.pipelineVersionID = pinned.versionID
                specID = try connection.keep(pinned)
            }
            recurring.progress.next = try schedule(recurring).next(after: recurring.progress.cursor)
            if update.isEnabled == true { try connection.checkMayFire(recurring) }
            try connection.updateRecurringRun(recurring, specID: specID)
            try connection.appendChange(kind: "recurring_run", id: id.text, at: now)
        }
        context.hints.recurringRunsChanged()
        return try await get(id)
    }

    /// Lets a recurring run start runs, or stops that; runs that are under way go on.
    /// - Throws: `notFound`; `failedPrecondition` for one whose experiment is archived or deleted.
    package func setEnabled(_ isEnabled: Bool, _ id: RecurringRunID) async throws {
        var change = RecurringRunUpdate()
        change.isEnabled = isEnabled
        _ = try await update(id, change)
    }

    /// Deletes a recurring run; its runs stay.
    /// - Throws: `notFound`.
    package func delete(_ id: RecurringRunID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            guard try connection.deleteRecurringRun(id) else {
                throw PlatformError.notFound("Recurring run", id.text)
            }
            try connection.appendChange(kind: "recurring_run", id: id.text, at: now)
        }
    }

    /// The next firings of a recurring run, as if it were enabled.
    /// - Throws: `notFound`; `invalidArgument` for a count below 1 or above ``Limits/previewFiringsMax``.
    package func preview(_ id: RecurringRunID, count: Int) async throws -> Preview {
        let recurring = try await context.database.read { try $0.requiredRecurringRun(id) }
        return try preview(schedule(recurring), recurring.trigger, count)
    }

    /// The next firings of a trigger that is not stored.
    /// - Throws: `invalidArgument` for a trigger or count that makes no sense.
    package func preview(_ trigger: Trigger, count: Int) throws -> Preview {
        let schedule = try Schedule(trigger, anchor: context.now(), zone: ZoneRules.named)
        return try preview(schedule, trigger, count)
    }

    private func preview(_ schedule: Schedule, _ trigger: Trigger, _ count: Int) throws -> Preview {
        guard (1...Limits.previewFiringsMax).contains(count) else {
            throw PlatformError.invalid("count: expected 1 to \(Limits.previewFiringsMax), found \(count)")
        }
        let now = context.now()
        return Preview(
            firings: schedule.upcoming(after: now, count: count).map { ($0, schedule.local($0)) },
            warnings: schedule.warnings(trigger, now: now)
        )
    }

    func schedule(_ recurring: RecurringRun) throws -> Schedule {
        try Schedule(
            recurring.trigger,
            anchor: recurring.progress.anchor,
            at: "recurring_run.trigger",
            zone: ZoneRules.named
        )
    }

    /// A trigger that can no longer be understood, say of a time zone that is gone, is told as a warning.
    private func describe(_ recurring: RecurringRun, spec: PipelineSpecDocument?) -> Described {
        do {
            let warnings = try schedule(recurring).warnings(recurring.trigger, now: context.now())
            return Described(recurring: recurring, spec: spec, warnings: warnings)
        } catch {
            return Described(recurring: recurring, spec: spec, warnings: ["No run will be started: \(error)"])
        }
    }

    /// Finds and checks a pipeline, and says what of it is kept.
    private func pin(
        _ source: RunSubmission.Source,
        parameters: [String: JSONValue]
    ) async throws -> PinnedSource {
        let found = try await context.database.read { try $0.resolve(source) }
        let package = try PipelinePackage(found.document)
        try package.checkSupported()
        try package.check(parameters: parameters)
        if case .version(_, versionID: nil) = source {
            return PinnedSource(pipelineID: found.pipelineID, versionID: nil, package: nil)
        }
        return PinnedSource(pipelineID: found.pipelineID, versionID: found.versionID, package: package)
    }

    private func checkedConcurrency(_ number: Int64) throws -> Int {
        guard (1...Int64(Limits.recurringConcurrencyMax)).contains(number) else {
            throw PlatformError.invalid(
                "recurring_run.max_concurrency: expected 1 to \(Limits.recurringConcurrencyMax), found \(number)"
            )
        }
        return Int(number)
    }
}

/// What a recurring run keeps of its pipeline.
private struct PinnedSource: Sendable {
    var pipelineID: PipelineID?
    var versionID: PipelineVersionID?
    /// The spec it is pinned to; `nil` to follow the pipeline's newest version.
    var package: PipelinePackage?
}

extension RecurringRun {
    fileprivate mutating func apply(_ update: RecurringRunUpdate, _ concurrency: Int?, at now: Instant) {
        displayName = update.displayName ?? displayName
        description = update.description ?? description
        if let config = update.config {
            (parameters, pipelineRoot) = (config.parameters, config.pipelineRoot)
        }
        serviceAccount = update.serviceAccount ?? serviceAccount
        maxConcurrency = concurrency ?? maxConcurrency
        noCatchup = update.noCatchup ?? noCatchup
        isEnabled = update.isEnabled ?? isEnabled
        if let trigger = update.trigger, trigger != self.trigger {
            self.trigger = trigger
            progress.anchor = now
            progress.cursor = now
        }
        updatedAt = now
        reason = nil
    }
}

extension SQLConnection {
    func requiredRecurringRun(_ id: RecurringRunID) throws -> RecurringRun {
        guard let recurring = try recurringRun(id) else {
            throw PlatformError.notFound("Recurring run", id.text)
        }
        return recurring
    }

    /// The spec of a recurring run that names no stored pipeline.
    fileprivate func ownSpec(of recurring: RecurringRun) throws -> PipelineSpecDocument? {
        guard recurring.pipelineID == nil else { return nil }
        return try specID(of: recurring.id).flatMap { try spec($0) }
    }

    /// The pipeline as it would be run now; a pinned one is its spec, whether or not the version still exists.
    func source(of recurring: RecurringRun) throws -> RunSubmission.Source {
        if let document = try specID(of: recurring.id).flatMap({ try spec($0) }) { return .spec(document) }
        return .version(pipelineID: recurring.pipelineID, versionID: nil)
    }

    /// Keeps the spec of what is pinned.
    fileprivate func keep(_ pinned: PinnedSource) throws -> String? {
        guard let package = pinned.package else { return nil }
        let id = package.specID
        try insertSpec(package.document, id: id)
        return id
    }

    fileprivate func checkMayFire(_ recurring: RecurringRun) throws {
        switch try experiment(recurring.experimentID)?.storageState {
        case .available: return
        case .archived:
            throw PlatformError(
                .failedPrecondition,
                "The recurring run's experiment is archived; unarchive the experiment first."
            )
        case nil:
            throw PlatformError(
                .failedPrecondition,
                "The recurring run's experiment was deleted; create the recurring run anew in another one."
            )
        }
    }

    /// Disables the recurring runs of an experiment that is put away or deleted. Source: KFP, for archiving.
    func disableRecurringRuns(of experiment: ExperimentID, because sentence: String, at now: Instant) throws {
        for var recurring in try enabledRecurringRuns(of: experiment) {
            recurring.isEnabled = false
            recurring.updatedAt = now
            recurring.reason = Reason(.experimentGone, sentence)
            try updateRecurringRun(recurring, specID: try specID(of: recurring.id))
            try appendChange(kind: "recurring_run", id: recurring.id.text, at: now)
        }
    }
}
