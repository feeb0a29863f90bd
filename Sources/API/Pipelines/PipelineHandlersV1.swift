import Hummingbird
import Model
import Services
import Wire

/// Pipelines and versions for kfp 1.x.
extension APIResponder {
    func uploadPipelineV1(_ request: APIRequest) async throws -> Response {
        let (naming, package, _) = try await uploaded(request)
        return try await answer(useCases.pipelines.create(naming, package: package))
    }

    func uploadPipelineVersionV1(_ request: APIRequest) async throws -> Response {
        let (naming, package, pipeline) = try await uploaded(request)
        let version = try await useCases.pipelines.createVersion(
            of: try pipeline.required,
            naming,
            package: package
        )
        return .json(PipelineVersionMessage(version: version, spec: package.document).jsonV1)
    }

    func createPipelineV1(_ request: APIRequest) async throws -> Response {
        let submission = try PackageSubmissionV1(pipeline: try await request.json())
        let package = try await useCases.pipelines.package(at: submission.packageURL)
        return try await answer(
            useCases.pipelines.create(PipelineService.Naming(submission), package: package)
        )
    }

    func getPipelineV1(_ request: APIRequest) async throws -> Response {
        try await answer(useCases.pipelines.get(request.id("pipeline_id")))
    }

    func getPipelineByNameV1(_ request: APIRequest) async throws -> Response {
        try await answer(useCases.pipelines.get(named: request.parameters["name"] ?? ""))
    }

    func listPipelinesV1(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery(isV1: true)
        let page = try await useCases.pipelines.list(query)
        let newest = try await useCases.pipelines.newestVersions(of: page.items.map(\.id))
        return .json(
            page.json("pipelines", of: query) { pipeline in
                pipeline.jsonV1(newest: newest[pipeline.id].map(PipelineVersionMessage.init(version:spec:)))
            }
        )
    }

    func getPipelineTemplateV1(_ request: APIRequest) async throws -> Response {
        let id: PipelineID = request.id("pipeline_id")
        guard let newest = try await useCases.pipelines.newestVersions(of: [id])[id] else {
            throw PlatformError.notFound("A version of pipeline", id.text)
        }
        return .json(PipelineVersionMessage(version: newest.version, spec: newest.spec).templateV1)
    }

    func createVersionV1(_ request: APIRequest) async throws -> Response {
        let submission = try PackageSubmissionV1(version: try await request.json())
        let package = try await useCases.pipelines.package(at: submission.packageURL)
        let version = try await useCases.pipelines.createVersion(
            of: try submission.pipelineID.required,
            PipelineService.Naming(submission),
            package: package
        )
        return .json(PipelineVersionMessage(version: version, spec: package.document).jsonV1)
    }

    func listVersionsV1(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery(isV1: true)
        let found = try await useCases.pipelines.versions(
            of: try ListScope.pipeline(of: try request.query()),
            query
        )
        return .json(
            found.page.json("versions", of: query) { version in
                PipelineVersionMessage(version: version, spec: found.specs[version.id]).jsonV1
            }
        )
    }

    func getVersionV1(_ request: APIRequest) async throws -> Response {
        .json(try await version(request).jsonV1)
    }

    func getVersionTemplateV1(_ request: APIRequest) async throws -> Response {
        .json(try await version(request).templateV1)
    }

    func deleteVersionV1(_ request: APIRequest) async throws -> Response {
        let found = try await version(request).version
        try await useCases.pipelines.deleteVersion(found.id, of: found.pipelineID)
        return .empty
    }

    private func version(_ request: APIRequest) async throws -> PipelineVersionMessage {
        let (version, spec) = try await useCases.pipelines.version(request.id("pipeline_version_id"), of: nil)
        return PipelineVersionMessage(version: version, spec: spec)
    }

    private func answer(_ pipeline: Pipeline) async throws -> Response {
        let newest = try await useCases.pipelines.newestVersions(of: [pipeline.id])[pipeline.id]
        return .json(pipeline.jsonV1(newest: newest.map(PipelineVersionMessage.init(version:spec:))))
    }
}

extension PipelineService.Naming {
    fileprivate init(_ submission: PackageSubmissionV1) {
        self.init(
            name: submission.name,
            description: submission.description,
            packageURL: submission.packageURL,
            codeSourceURL: submission.codeSourceURL
        )
    }
}
