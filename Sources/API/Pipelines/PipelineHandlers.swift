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
                package: try package(submission.version)
            ).json
        )
    }

    func uploadPipeline(_ request: APIRequest) async throws -> Response {
        let parameters = try UploadParameters(query: try request.query())
        let file = try await uploadedFile(request)
        let package = try PipelinePackage(file: file.bytes, named: file.fileName)
        return .json(
            try await useCases.pipelines.create(PipelineService.Naming(parameters, file), package: package)
                .json
        )
    }

    func uploadPipelineVersion(_ request: APIRequest) async throws -> Response {
        let parameters = try UploadParameters(query: try request.query())
        let file = try await uploadedFile(request)
        guard let pipeline = parameters.pipelineID else {
            throw PlatformError.invalid(
                "pipelineid is missing in the query: say which pipeline the version belongs to."
            )
        }
        let package = try PipelinePackage(file: file.bytes, named: file.fileName)
        let version = try await useCases.pipelines.createVersion(
            of: pipeline,
            PipelineService.Naming(parameters, file),
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
        let update = try PipelineUpdate(pipeline: try await request.json())
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

    private func uploadedFile(_ request: APIRequest) async throws -> MultipartFile {
        // The form around the file needs room of its own.
        let body = try await request.body(bytesMax: Limits.uploadBytesMax + (64 << 10))
        return try MultipartFile.find(
            "uploadfile",
            in: body,
            contentType: request.request.headers[.contentType]
        )
    }

    func package(_ submission: PipelineVersionSubmission) throws -> PipelinePackage {
        guard let spec = submission.spec else {
            if submission.packageURL == nil {
                throw PlatformError.invalid(
                    "pipeline_version.pipeline_spec is missing: send the pipeline's spec."
                )
            }
            throw PlatformError(
                .unimplemented,
                "Fetching a pipeline from a URL is not supported yet; upload the file, or send its "
                    + "spec as pipeline_spec."
            )
        }
        return try PipelinePackage(spec)
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
