import HTTPTypes
import Hummingbird
import Model
import PipelineIR
import Services
import Wire

extension WebSite {
    /// The form for a run of a pipeline, or for a run like another one.
    func newRun(_ request: WebRequest) async throws -> Response {
        if let recurring = request.query["cloneFromRecurringRun"] {
            return .moved(to: address("/recurringruns/new", ["recurring": recurring]))
        }
        if request.query["isRecurring"] == "1" {
            return .moved(to: "/recurringruns/new?" + (request.request.uri.query ?? ""))
        }
        guard let draft = try await draft(request.query) else {
            return try await choosePipeline(request, title: "New run", path: "/runs/new")
        }
        let view = RunFormView(draft, sent: nil, schedule: nil, error: nil)
        return try show(view, title: view.title, section: .runs)
    }

    /// Starts what the form says, or shows it for another version. What is refused is shown again, with the reason.
    func startRun(_ request: WebRequest) async throws -> Response {
        let form = try await request.form()
        guard let draft = try await draft(form) else { return .moved(to: "/runs/new") }
        if form.has(RunFormView.choosing) {
            let view = RunFormView(draft, sent: form, schedule: nil, error: nil, isRewritten: true)
            return try show(view, title: view.title, section: .runs)
        }
        do {
            let created = try await useCases.runs.create(draft.submission(form))
            return .moved(to: RunAddress(created.run.id).href)
        } catch let error as PlatformError where error.code != .internalError {
            let view = RunFormView(draft, sent: form, schedule: nil, error: error.message)
            return try show(view, title: view.title, section: .runs, status: .unprocessableContent)
        }
    }

    /// What an address or a form says a run is to be made from; `nil` when it says nothing of that.
    ///
    /// Source: KFP UI, whose addresses call the same things `pipelineId`, `cloneFromRun` and so on.
    func draft(_ fields: WebForm) async throws -> RunDraft? {
        if let run = fields["clone"] ?? fields["cloneFromRun"] {
            return try await draft(cloning: RunID(run))
        }
        guard let pipeline = fields["pipeline"] ?? fields["pipelineId"] else { return nil }
        let version = (fields["version"] ?? fields["pipelineVersionId"]).map { PipelineVersionID($0) }
        let found = try await useCases.pipelines.details(
            PipelineID(pipeline),
            version: version,
            ListQuery(descending: true, pageSize: Limits.pageSizeMax)
        )
        guard let graph = found.chosen?.graph else {
            throw PlatformError.invalid(
                "The pipeline '\(found.pipeline.displayName)' has no versions; upload one first."
            )
        }
        let wanted = fields.experiment.map { ExperimentID($0) }
        var draft = RunDraft(
            origin: .pipeline(found.pipeline),
            pipeline: found.pipeline,
            version: version,
            source: .version(pipelineID: found.pipeline.id, versionID: version),
            graph: graph,
            name: "Run of " + found.pipeline.displayName
        )
        draft.offer(found.versions.items, and: found.chosen?.version)
        draft.choose(wanted, among: try await experimentsToChoose(with: wanted))
        return draft
    }

    private func draft(cloning id: RunID) async throws -> RunDraft {
        let details = try await useCases.runs.details(id)
        let run = details.run
        var draft = RunDraft(
            origin: .clone(run),
            source: try await source(of: details),
            graph: details.graph,
            name: "Clone of " + run.displayName,
            description: run.description,
            parameters: run.parameters,
            pipelineRoot: run.pipelineRoot,
            serviceAccount: run.serviceAccount
        )
        draft.choose(run.experimentID, among: try await experimentsToChoose(with: run.experimentID))
        return draft
    }

    /// The version that a run came from, or its spec, if that version is gone.
    private func source(of details: RunService.Details) async throws -> RunSubmission.Source {
        guard let version = details.run.pipelineVersionID else { return .spec(details.document) }
        do {
            let (found, _) = try await useCases.pipelines.version(version, of: nil)
            return .version(pipelineID: found.pipelineID, versionID: version)
        } catch let error as PlatformError where error.code == .notFound {
            return .spec(details.document)
        }
    }

    /// The experiments that had runs last, and the one that is wanted, unless that was put away or deleted.
    func experimentsToChoose(with wanted: ExperimentID?) async throws -> [Experiment] {
        let available = Predicate(
            key: "storage_state",
            operation: .equals,
            operand: .string(StorageState.available.rawValue)
        )
        let query = ListQuery(
            predicates: [available],
            sortField: "last_run_created_at",
            descending: true,
            pageSize: Limits.pageSizeMax
        )
        let found = try await useCases.experiments.list(query).items
        guard let wanted, !found.contains(where: { $0.id == wanted }) else { return found }
        do {
            let experiment = try await useCases.experiments.get(wanted)
            return experiment.storageState == .available ? [experiment] + found : found
        } catch let error as PlatformError where error.code == .notFound {
            return found
        }
    }
}
