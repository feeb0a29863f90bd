import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func createExperiment(_ request: APIRequest) async throws -> Response {
        let submission = try ExperimentSubmission(json: try await request.json())
        return .json(
            try await useCases.experiments.create(
                displayName: submission.displayName,
                description: submission.description,
                retention: submission.retention
            ).json
        )
    }

    func getExperiment(_ request: APIRequest) async throws -> Response {
        .json(try await useCases.experiments.get(request.id("experiment_id")).json)
    }

    func listExperiments(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        return .json(try await useCases.experiments.list(query).json("experiments", of: query) { $0.json })
    }

    func updateExperiment(_ request: APIRequest) async throws -> Response {
        let update = try ExperimentUpdate(json: try await request.json())
        let id: ExperimentID = request.id("experiment_id")
        return .json(try await useCases.experiments.setRetention(update.retention, of: id).json)
    }

    func deleteExperiment(_ request: APIRequest) async throws -> Response {
        try await useCases.experiments.delete(request.id("experiment_id"))
        return .empty
    }

    func setExperimentState(_ state: StorageState, _ request: APIRequest) async throws -> Response {
        try await useCases.experiments.setStorageState(state, of: request.id("experiment_id"))
        return .empty
    }
}
