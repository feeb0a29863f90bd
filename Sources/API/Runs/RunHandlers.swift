import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func createRun(_ request: APIRequest) async throws -> Response {
        var submission = try RunSubmission(json: try await request.json())
        // A deprecated way to name the experiment. Source: KFP `CreateRunRequest.experiment_id`.
        if submission.experimentID == nil {
            submission.experimentID = try request.query()["experiment_id"].map { ExperimentID($0) }
        }
        let created = try await useCases.runs.create(submission)
        return .json(RunMessage(run: created.run, spec: created.spec).json)
    }

    /// Without `view`, tasks come as 2.x clients read them; with it, as 3.0 says: `DEFAULT` leaves them out, `FULL`
    /// shows them as `tasks`. Source: KFP 3.0 `GetRunRequest.ViewMode`.
    func getRun(_ request: APIRequest) async throws -> Response {
        let id: RunID = request.id("run_id")
        let view = try request.query()["view"]
        let found = try await useCases.runs.get(id)
        var message = RunMessage(run: found.run, spec: found.spec)
        switch view {
        case "DEFAULT", "0": break
        case nil: message.tasks = .details(try await tasks(of: id, withArtifacts: false))
        case "FULL", "1": message.tasks = .full(try await tasks(of: id, withArtifacts: true))
        case let text?:
            throw PlatformError.invalid("view: expected DEFAULT or FULL, found \"\(text.prefix(80))\"")
        }
        message.taskCount = try await useCases.tasks.count(of: id)
        return .json(message.json)
    }

    func listRuns(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        let experiment = try request.query()["experiment_id"].flatMap { $0.isEmpty ? nil : ExperimentID($0) }
        let page = try await useCases.runs.list(query, experimentID: experiment)
        return .json(page.json("runs", of: query) { RunMessage(run: $0).json })
    }

    func deleteRun(_ request: APIRequest) async throws -> Response {
        try await useCases.runs.delete(request.id("run_id"))
        return .empty
    }

    func terminateRun(_ request: APIRequest) async throws -> Response {
        try await useCases.runs.terminate(request.id("run_id"))
        return .empty
    }

    func retryRun(_ request: APIRequest) async throws -> Response {
        try await useCases.runs.retry(request.id("run_id"))
        return .empty
    }

    func rerunRun(_ request: APIRequest) async throws -> Response {
        let wanted = try RerunRequest(json: try await request.json())
        let run = try await useCases.runs.rerun(
            request.id("run_id"),
            from: wanted.task,
            displayName: wanted.displayName
        )
        return .json(RunMessage(run: run).json)
    }

    func setRunState(_ state: StorageState, _ request: APIRequest) async throws -> Response {
        try await useCases.runs.setStorageState(state, of: request.id("run_id"))
        return .empty
    }
}
