import HTTPTypes
import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func createPipeline(_ request: APIRequest) async throws -> Response {
        let submission = try PipelineSubmission(json: try await request.json())
        return .json(
            try await useCases.pipelines.create(PipelineService.Naming(submission), package: nil).json
        )
    }

    func createPipelineAndVersion(_ request: APIRequest) async throws -> Response {
        var submission = try PipelineAndVersionSubmission(json: try await request.json())
        if submission.version.name.isEmpty {
            submission.version.name = submission.pipeline.name
            submission.version.displayName = submission.pipeline.displayName
        }
        return .json(
            try await useCases.pipelines.create(
                PipelineService.Naming(submission.pipeline),
                version: PipelineService.Naming(submission.version),
                package: try await package(submission.version)
            ).json
        )
    }

    func uploadPipeline(_ request: APIRequest) async throws -> Response {
        let (naming, package, _) = try await uploaded(request)
        return .json(try await useCases.pipelines.create(naming, package: package).json)
    }

    func uploadPipelineVersion(_ request: APIRequest) async throws -> Response {
        let (naming, package, pipeline) = try await uploaded(request)
        let version = try await useCases.pipelines.createVersion(
            of: try pipeline.required,
            naming,
            package: package
        )
        return .json(PipelineVersionMessage(version: version, spec: package.document).json)
    }

    func getPipeline(_ request: APIRequest) async throws -> Response {
        .json(try await useCases.pipelines.get(request.id("pipeline_id")).json)
    }

    func getPipelineByName(_ request: APIRequest) async throws -> Response {
        .json(try await useCases.pipelines.get(named: request.parameters["name"] ?? "").json)
    }

    func listPipelines(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        return .json(try await useCases.pipelines.list(query).json("pipelines", of: query) { $0.json })
    }

    func updatePipeline(_ request: APIRequest) async throws -> Response {
        var update = try PipelineUpdate(pipeline: try await request.json())
        if request.clearsTags { update.tags = update.tags ?? [:] }
        return .json(
            try await useCases.pipelines.update(
                request.id("pipeline_id"),
                displayName: update.displayName,
                tags: update.tags
            ).json
        )
    }

    func deletePipeline(_ request: APIRequest) async throws -> Response {
        try await useCases.pipelines.delete(
            request.id("pipeline_id"),
            cascade: try request.query().flag("cascade")
        )
        return .empty
    }

    /// What an upload brings: its names, the pipeline in it, and the pipeline it is a version of.
    func uploaded(
        _ request: APIRequest
    ) async throws -> (PipelineService.Naming, PipelinePackage, PipelineID?) {
        let parameters = try UploadParameters(query: try request.query())
        // The form around the file needs room of its own.
        let body = try await request.body(bytesMax: Limits.uploadBytesMax + (64 << 10))
        let file = try MultipartFile.find(
            "uploadfile",
            in: body,
            contentType: request.request.headers[.contentType]
        )
        let package = try PipelinePackage(file: file.bytes, named: file.fileName)
        return (PipelineService.Naming(parameters, file), package, parameters.pipelineID)
    }

    /// The spec that a submission carries or points to.
    func package(_ submission: PipelineVersionSubmission) async throws -> PipelinePackage {
        if let spec = submission.spec { return try PipelinePackage(spec) }
        guard let url = submission.packageURL else {
            throw PlatformError.invalid(
                "pipeline_version: no pipeline; set pipeline_spec, or package_url.pipeline_url."
            )
        }
        return try await useCases.pipelines.package(at: url)
    }
}

extension PipelineID? {
    /// The pipeline that an uploaded version belongs to.
    var required: PipelineID {
        get throws {
            guard let self else {
                throw PlatformError.invalid(
                    "pipelineid is missing in the query: say which pipeline the version belongs to."
                )
            }
            return self
        }
    }
}

extension PipelineService.Naming {
    init(_ submission: PipelineSubmission) {
        self.init(
            name: submission.name,
            displayName: submission.displayName,
            description: submission.description,
            tags: submission.tags
        )
    }

    init(_ submission: PipelineVersionSubmission) {
        self.init(
            name: submission.name,
            displayName: submission.displayName,
            description: submission.description,
            packageURL: submission.spec == nil ? submission.packageURL ?? "" : "",
            codeSourceURL: submission.codeSourceURL,
            tags: submission.tags
        )
    }

    /// Without a name, an upload is called like its file. Source: KFP pipeline upload server.
    fileprivate init(_ parameters: UploadParameters, _ file: MultipartFile) {
        self.init(
            name: parameters.name.isEmpty ? file.fileName : parameters.name,
            displayName: parameters.displayName,
            description: parameters.description,
            codeSourceURL: parameters.codeSourceURL,
            tags: parameters.tags
        )
    }
}
