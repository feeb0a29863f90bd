import Hummingbird
import Model
import Services
import Wire

/// Experiments and runs for kfp 1.x.
extension APIResponder {
    func createExperimentV1(_ request: APIRequest) async throws -> Response {
        let submission = try ExperimentSubmission(v1: try await request.json())
        return .json(
            try await useCases.experiments.create(
                displayName: submission.displayName,
                description: submission.description
            ).jsonV1
        )
    }

    func getExperimentV1(_ request: APIRequest) async throws -> Response {
        .json(try await useCases.experiments.get(request.id("experiment_id")).jsonV1)
    }

    func listExperimentsV1(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery(isV1: true)
        return .json(
            try await useCases.experiments.list(query).json("experiments", of: query) { $0.jsonV1 }
        )
    }

    func createRunV1(_ request: APIRequest) async throws -> Response {
        let created = try await useCases.runs.create(RunSubmission(v1: try await request.json()))
        return .json(RunMessage(run: created.run, spec: created.spec).detailJSONV1)
    }

    func getRunV1(_ request: APIRequest) async throws -> Response {
        let found = try await useCases.runs.get(request.id("run_id"))
        return .json(RunMessage(run: found.run, spec: found.spec).detailJSONV1)
    }

    func listRunsV1(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery(isV1: true)
        let experiment = try ListScope.experiment(of: try request.query())
        let page = try await useCases.runs.list(query, experimentID: experiment)
        return .json(page.json("runs", of: query) { RunMessage(run: $0).jsonV1 })
    }
}
