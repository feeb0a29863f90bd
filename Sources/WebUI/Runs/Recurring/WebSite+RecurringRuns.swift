import HTTPTypes
import Hummingbird
import Model
import Services
import Wire

extension WebSite {
    /// Recurring runs: all, or those of an experiment.
    func recurringRuns(_ request: WebRequest) async throws -> Response {
        let columns = [
            ListAddress.Column("Recurring run", "col-name", order: "name", field: "display_name"),
            ListAddress.Column("State", "col-state"),
            ListAddress.Column("When", "col-text"),
            ListAddress.Column("Next", "col-time"),
            ListAddress.Column("Created", "col-time col-more", order: "created", field: "created_at"),
        ]
        let address = try ListAddress(path: "/recurringruns", columns: columns, query: request.query)
        let query = try address.query(pageSize: 50)
        let experiment = address.experiment.map { ExperimentID($0) }
        let overview = try await useCases.recurringRuns.overview(query, experimentID: experiment)
        var setting = ListView.Setting(
            title: "Recurring runs",
            thing: .recurringRun,
            create: RunRowView.Link(
                name: "New recurring run",
                href: WebUI.address("/recurringruns/new", ["experiment": address.experiment])
            ),
            actions: [.enable, .disable, .delete],
            empty: "Nothing is started at set times yet.",
            notice: Notice(request.query)?.text
        )
        if let experiment {
            setting.title += " of " + (try await useCases.experiments.get(experiment).displayName)
        }
        let now = now()
        let view = ListView(setting, overview.page, address, query) { recurring in
            row(recurring, overview.experimentNames[recurring.experimentID], now)
        }
        return try show(view, title: view.title, section: .recurringRuns, live: "recurringruns")
    }

    private func row(_ recurring: RecurringRun, _ experiment: String?, _ now: Instant) -> ListView.Row {
        let page = "/recurringruns/" + percentEncoded(recurring.id.text)
        let state = ListView.LinkedState(state: StateView(isEnabled: recurring.isEnabled), href: nil)
        return ListView.Row(
            id: recurring.id.text,
            name: recurring.displayName,
            cells: [
                ListView.Cell(
                    style: "col-name",
                    link: RunRowView.Link(name: recurring.displayName, href: page),
                    note: recurring.reason?.headline ?? experiment
                ),
                ListView.Cell(style: "col-state", states: ListView.LinkedState.drawn([state])),
                ListView.Cell(style: "col-text", text: recurring.trigger.rule.text),
                ListView.Cell(
                    style: "col-time",
                    time: recurring.isEnabled ? recurring.progress.next.map { TimeView($0, now: now) } : nil
                ),
                ListView.Cell(style: "col-time col-more", time: TimeView(recurring.createdAt, now: now)),
            ]
        )
    }

    /// The page of a recurring run.
    func recurringRun(_ id: RecurringRunID, _ request: WebRequest) async throws -> Response {
        let details = try await useCases.recurringRuns.details(id, runs: 20)
        let now = now()
        let firings: FiringsView
        do {
            firings = FiringsView(
                try await useCases.recurringRuns.preview(id, count: Self.firingsShown),
                now: now
            )
        } catch let error as PlatformError where error.code == .invalidArgument {
            firings = FiringsView(error: formMessage(error))
        }
        let view = RecurringRunView(details, firings, notice: Notice(request.query)?.text, now: now)
        return try show(view, title: view.name, section: .recurringRuns, live: "recurringrun/\(id)")
    }

    /// The form for a new recurring run.
    func newRecurringRun(_ request: WebRequest) async throws -> Response {
        if let (draft, recurring) = try await draft(likeRecurring: request.query) {
            return try form(draft, ScheduleForm(recurring), sent: nil, error: nil)
        }
        guard let draft = try await draft(request.query) else {
            return try await choosePipeline(request, title: "New recurring run", path: "/recurringruns/new")
        }
        return try form(draft, ScheduleForm(), sent: nil, error: nil)
    }

    /// Makes what the form says, or shows when it would fire. What is refused is shown again, with the reason.
    func createRecurringRun(_ request: WebRequest) async throws -> Response {
        let sent = try await request.form()
        let like = try await draft(likeRecurring: sent)?.0
        let other = like == nil ? try await draft(sent) : nil
        guard let draft = like ?? other else { return .moved(to: "/recurringruns/new") }
        return try await answer(draft, sent) { schedule in
            let submission = RecurringRunSubmission(
                run: try draft.submission(sent),
                trigger: try schedule.trigger(),
                maxConcurrency: try schedule.maxConcurrency(),
                noCatchup: !schedule.catchesUp
            )
            let made = try await useCases.recurringRuns.create(submission).recurring
            return Notice(.create, .recurringRun).address(
                on: "/recurringruns/" + percentEncoded(made.id.text)
            )
        }
    }

    /// The form that edits a recurring run.
    func editRecurringRun(_ id: RecurringRunID, _ request: WebRequest) async throws -> Response {
        let (draft, recurring) = try await draft(editing: id, request.query)
        return try form(draft, ScheduleForm(recurring), sent: nil, error: nil)
    }

    /// Changes what the form says; the rest of the recurring run stays.
    func changeRecurringRun(_ id: RecurringRunID, _ request: WebRequest) async throws -> Response {
        let sent = try await request.form()
        let (draft, recurring) = try await draft(editing: id, sent)
        return try await answer(draft, sent) { schedule in
            var update = RecurringRunUpdate()
            let submission = try draft.submission(sent)
            update.displayName = submission.displayName
            update.description = submission.description
            if draft.version != recurring.pipelineVersionID { update.source = draft.source }
            update.config = RecurringRunUpdate.RuntimeConfig(
                parameters: submission.parameters,
                pipelineRoot: submission.pipelineRoot
            )
            update.serviceAccount = submission.serviceAccount
            update.trigger = try schedule.trigger()
            update.maxConcurrency = try schedule.maxConcurrency()
            update.noCatchup = !schedule.catchesUp
            _ = try await useCases.recurringRuns.update(id, update)
            return Notice(.edit, .recurringRun).address(on: "/recurringruns/" + percentEncoded(id.text))
        }
    }

    private func answer(
        _ draft: RunDraft,
        _ sent: WebForm,
        _ act: (ScheduleForm) async throws -> String
    ) async throws -> Response {
        let schedule = ScheduleForm(sent)
        if sent.has("preview") { return try form(draft, schedule, sent: sent, error: nil) }
        if sent.has(RunFormView.choosing) {
            return try form(draft, schedule, sent: sent, error: nil, isRewritten: true)
        }
        do {
            return .moved(to: try await act(schedule))
        } catch let error as PlatformError where error.code != .internalError {
            return try form(draft, schedule, sent: sent, error: formMessage(error))
        }
    }

    private func form(
        _ draft: RunDraft,
        _ schedule: ScheduleForm,
        sent: WebForm?,
        error: String?,
        isRewritten: Bool = false
    ) throws -> Response {
        let firings: FiringsView
        do {
            let preview = try useCases.recurringRuns.preview(schedule.trigger(), count: Self.firingsShown)
            firings = FiringsView(preview, now: now())
        } catch let error as PlatformError where error.code != .internalError {
            firings = FiringsView(error: formMessage(error))
        }
        let view = RunFormView(
            draft,
            sent: sent,
            schedule: ScheduleView(schedule, firings, error: error),
            error: error,
            isRewritten: isRewritten
        )
        return try show(
            view,
            title: view.title,
            section: .recurringRuns,
            status: error == nil ? .ok : .unprocessableContent
        )
    }

    /// What a form that edits starts from.
    private func draft(
        editing id: RecurringRunID,
        _ fields: WebForm
    ) async throws -> (RunDraft, RecurringRun) {
        var (draft, recurring) = try await draft(of: id, fields)
        draft.origin = .recurring(recurring)
        // It stays in its experiment, whatever became of that.
        draft.experiments = []
        draft.isExperimentGone = false
        draft.name = recurring.displayName
        return (draft, recurring)
    }

    /// What a form for a recurring run like another one starts from; `nil` when none is named.
    /// Source: KFP UI, whose addresses call it `cloneFromRecurringRun`.
    private func draft(likeRecurring fields: WebForm) async throws -> (RunDraft, RecurringRun)? {
        guard let id = fields["recurring"] ?? fields["cloneFromRecurringRun"] else { return nil }
        var (draft, recurring) = try await draft(of: RecurringRunID(id), fields)
        draft.origin = .likeRecurring(recurring)
        let wanted = recurring.experimentID
        draft.choose(wanted, among: try await experimentsToChoose(with: wanted))
        draft.name = "Clone of " + recurring.displayName
        return (draft, recurring)
    }

    /// A recurring run as a form has it.
    /// - Parameter fields: may name another version, also none for the newest one at each firing.
    private func draft(of id: RecurringRunID, _ fields: WebForm) async throws -> (RunDraft, RecurringRun) {
        let details = try await useCases.recurringRuns.details(id, runs: 1)
        let recurring = details.described.recurring
        let version =
            fields.has("version")
            ? fields["version"].map { PipelineVersionID($0) } : recurring.pipelineVersionID
        var draft: RunDraft
        if let pipeline = details.pipeline, version != recurring.pipelineVersionID || details.graph == nil {
            let chosen = WebForm(["pipeline": pipeline.id.text, "version": version?.text])
            guard let found = try await self.draft(chosen) else {
                throw PlatformError.notFound("Pipeline", pipeline.id.text)
            }
            draft = found
        } else if let graph = details.graph, let document = details.document {
            draft = RunDraft(origin: .recurring(recurring), source: .spec(document), graph: graph, name: "")
            if let pipeline = details.pipeline {
                let query = ListQuery(descending: true, pageSize: Limits.pageSizeMax)
                draft.version = version
                let stored = try await useCases.pipelines.versions(of: pipeline.id, query).page.items
                draft.offer(stored, and: details.version)
                // A version that was deleted lives on in the spec.
                if version == nil || details.version != nil {
                    draft.source = .version(pipelineID: pipeline.id, versionID: version)
                }
            }
        } else {
            throw PlatformError(
                .failedPrecondition,
                "The pipeline of this recurring run was deleted, so there is nothing to run; create another one."
            )
        }
        draft.pipeline = details.pipeline
        draft.version = version
        draft.description = recurring.description
        draft.parameters = recurring.parameters
        draft.pipelineRoot = recurring.pipelineRoot
        draft.serviceAccount = recurring.serviceAccount
        return (draft, recurring)
    }

    /// Firings of a preview.
    private static var firingsShown: Int { 5 }
}
