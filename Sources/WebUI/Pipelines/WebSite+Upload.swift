import HTTPTypes
import Hummingbird
import Model
import Services
import Wire

extension WebSite {
    /// The form for a new pipeline, or for a new version of one.
    func newPipeline(_ request: WebRequest) async throws -> Response {
        let pipeline = try await pipeline(
            named: (request.query["pipeline"] ?? request.query["pipelineId"]).map { PipelineID($0) }
        )
        let view = UploadView(pipeline)
        return try show(view, title: view.title, section: .pipelines)
    }

    /// Takes what the form brings. What is refused is shown again, with the reason.
    func uploadPipeline(_ request: WebRequest) async throws -> Response {
        let body = try await request.body(bytesMax: Limits.uploadBytesMax + (64 << 10))
        let parts = try MultipartFile.all(
            in: body,
            contentType: request.request.headers[.contentType],
            for: "file"
        )
        let form = UploadForm(parts)
        let pipeline = try await pipeline(named: form.pipeline)
        var accepted: PipelinePackage?
        do {
            let found = try await self.package(of: form)
            accepted = found
            return .moved(to: try await store(found, form, of: pipeline))
        } catch let error as PlatformError where error.code != .internalError {
            // What the package is made of is fine once there is one.
            let isOfName = accepted != nil && error.isAboutName
            let view = UploadView(
                pipeline,
                sent: form,
                error: Self.formMessage(error),
                wrong: accepted == nil ? form.source : isOfName ? .name : nil
            )
            return try show(view, title: view.title, section: .pipelines, status: .unprocessableContent)
        }
    }

    private func package(of form: UploadForm) async throws -> PipelinePackage {
        switch (form.file, form.url) {
        case (let file?, nil): try PipelinePackage(file: file.bytes, named: file.fileName)
        case (nil, let url?): try await useCases.pipelines.package(at: url)
        case (nil, nil):
            throw PlatformError.invalid("Choose a file, or give an address to fetch one from.")
        case (.some, .some):
            throw PlatformError.invalid("Both a file and an address were given; give one of them.")
        }
    }

    /// - Returns: the page of what was made.
    private func store(
        _ package: PipelinePackage,
        _ form: UploadForm,
        of pipeline: Pipeline?
    ) async throws -> String {
        let naming = form.naming(package: package)
        guard let pipeline else {
            let made = try await useCases.pipelines.create(naming, package: package)
            return Notice(.create, .pipeline).address(on: PipelineAddress(made.id).href)
        }
        let made = try await useCases.pipelines.createVersion(of: pipeline.id, naming, package: package)
        let place = PipelineAddress(pipeline.id, version: made.id).href
        return Notice(.create, .version).address(on: place)
    }

    /// What is wrong with the address, which the API calls otherwise than the form.
    private static func formMessage(_ error: PlatformError) -> String {
        let field = "package_url: "
        guard error.message.hasPrefix(field) else { return error.message }
        return "Address: " + error.message.dropFirst(field.count)
    }

    private func pipeline(named id: PipelineID?) async throws -> Pipeline? {
        guard let id else { return nil }
        return try await useCases.pipelines.get(id)
    }
}
