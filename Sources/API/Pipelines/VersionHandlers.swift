import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func createPipelineVersion(_ request: APIRequest) async throws -> Response {
        let submission = try PipelineVersionSubmission(json: try await request.json())
        let package = try await package(submission)
        let version = try await useCases.pipelines.createVersion(
            of: request.id("pipeline_id"),
            PipelineService.Naming(submission),
            package: package
        )
        return .json(PipelineVersionMessage(version: version, spec: package.document).json)
    }

    func getPipelineVersion(_ request: APIRequest) async throws -> Response {
        let (version, spec) = try await useCases.pipelines.version(
            request.id("pipeline_version_id"),
            of: request.id("pipeline_id")
        )
        return .json(PipelineVersionMessage(version: version, spec: spec).json)
    }

    func listPipelineVersions(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        let found = try await useCases.pipelines.versions(of: request.id("pipeline_id"), query)
        return .json(
            found.page.json("pipeline_versions", of: query) { version in
                PipelineVersionMessage(version: version, spec: found.specs[version.id]).json
            }
        )
    }

    func updatePipelineVersion(_ request: APIRequest) async throws -> Response {
        var update = try PipelineUpdate(version: try await request.json())
        if request.clearsTags { update.tags = update.tags ?? [:] }
        let version = try await useCases.pipelines.updateVersion(
            request.id("pipeline_version_id"),
            of: request.id("pipeline_id"),
            displayName: update.displayName,
            tags: update.tags
        )
        return .json(PipelineVersionMessage(version: version, spec: nil).json)
    }

    func deletePipelineVersion(_ request: APIRequest) async throws -> Response {
        try await useCases.pipelines.deleteVersion(
            request.id("pipeline_version_id"),
            of: request.id("pipeline_id")
        )
        return .empty
    }
}
