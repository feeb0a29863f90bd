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

    func getRun(_ request: APIRequest) async throws -> Response {
        let id: RunID = request.id("run_id")
        let found = try await useCases.runs.get(id)
        let tasks = try await useCases.tasks.list(id)
        return .json(
            RunMessage(
                run: found.run,
                spec: found.spec,
                tasks: TaskMessage.all(tasks.tasks, attempts: tasks.attempts, artifacts: tasks.artifacts)
            ).json
        )
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
