import HTTPTypes
package import Hummingbird
package import Logging
package import Model
import NIOCore
package import Services
import Wire

/// The pages: finds what an address asks for, asks one use case, shows the answer.
package struct WebSite<Context: RequestContext>: HTTPResponder {
    let useCases: UseCases
    let now: @Sendable () -> Instant
    let templates: Templates
    let assets: Assets
    let version: String
    private let logger: Logger

    /// Makes the pages.
    /// - Throws: when a template is malformed, which is a mistake in this program.
    package init(
        useCases: UseCases,
        now: @escaping @Sendable () -> Instant,
        version: String,
        logger: Logger
    ) throws {
        self.useCases = useCases
        self.now = now
        self.version = version
        self.logger = logger
        templates = try Templates()
        assets = Assets()
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch {
            response = try failure(platformError(error, request.uri.path), at: request.uri.path)
        }
        if request.method == .head { response = response.createHeadResponse() }
        // What a step wrote comes with a policy of its own, which is stricter.
        for field in Self.protection where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        return response
    }

    private func answer(_ request: Request) async throws -> Response {
        guard let route = WebRoute(path: request.uri.path) else {
            throw PlatformError(.notFound, "There is no page at \(request.uri.path.prefix(200)).")
        }
        let web = WebRequest(request: request, query: try WebForm(request.uri.query ?? ""))
        switch (request.method, route) {
        case (.get, _), (.head, _): return try await page(route, web)
        case (.post, .actions(let thing)): return try await act(on: thing, web)
        case (.post, .newRun): return try await startRun(web)
        case (.post, .newPipeline): return try await uploadPipeline(web)
        case (.post, .newExperiment): return try await createExperiment(web)
        case (.post, .newRecurringRun): return try await createRecurringRun(web)
        case (.post, .editRecurringRun(let id)): return try await changeRecurringRun(id, web)
        default:
            throw PlatformError(.unimplemented, "\(request.method.rawValue) is not possible here.")
        }
    }

    private func page(_ route: WebRoute, _ request: WebRequest) async throws -> Response {
        switch route {
        case .home: try await home(request)
        case .runs: try await runs(request, experiment: nil)
        case .newRun: try await newRun(request)
        case .run(let id): try await run(id, request)
        case .runLog(let id): try await log(of: id, request)
        case .runLogLines(let id): try await logLines(of: id, request)
        case .pipelines: try await pipelines(request)
        case .newPipeline: try await newPipeline(request)
        case .pipeline(let id): try await pipeline(id, request)
        case .experiment(let id): try await runs(request, experiment: id)
        case .compare: try await compare(request)
        case .artifacts: try await artifacts(request)
        case .artifact(let id): try await artifact(id, request)
        case .artifactFrame(let id): try await frame(id, request)
        case .executions: try await executions(request)
        case .events: try await events(request)
        case .asset(let digest, let name): try asset(name, digest)
        case .moved(let place): .moved(to: place)
        case .actions(let thing): .moved(to: thing.section.path)
        case .experiments: try await experiments(request)
        case .newExperiment: try newExperiment()
        case .recurringRuns: try await recurringRuns(request)
        case .newRecurringRun: try await newRecurringRun(request)
        case .recurringRun(let id): try await recurringRun(id, request)
        case .editRecurringRun(let id): try await editRecurringRun(id, request)
        }
    }

    /// A page with its frame.
    func show(
        _ view: some PageView,
        title: String,
        section: Section?,
        live: String? = nil,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let page = Frame.Page(title: title, section: section, live: live, body: try templates.render(view))
        let frame = Frame(
            page,
            assets: assets.path,
            version: version,
            now: String(now().milliseconds)
        )
        return .html(try templates.render(frame), status: status)
    }

    private func asset(_ name: String, _ digest: String) throws -> Response {
        guard let file = assets.files[name] else {
            throw PlatformError(.notFound, "There is no file \(name.prefix(100)).")
        }
        // A page of an earlier version of the program may ask for its own; it gets today's and must not keep it.
        let isCurrent = digest == assets.digest
        return Response(
            status: .ok,
            headers: [
                .contentType: file.contentType,
                .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
        )
    }

    private func failure(_ error: PlatformError, at path: String) throws -> Response {
        let envelope = ErrorEnvelope(error)
        let title = error.code == .notFound ? "Not found" : "That did not work"
        let section = path.split(separator: "/").first.flatMap { Section(rawValue: String($0)) } ?? .runs
        let view = MessageView(
            title: title,
            text: error.message,
            href: section.path,
            link: "Go to the \(section.title.lowercased())"
        )
        return try show(
            view,
            title: title,
            section: nil,
            status: HTTPResponse.Status(code: envelope.status)
        )
    }

    /// Everything people did not cause is logged with its cause and shown without it.
    private func platformError(_ error: any Error, _ path: String) -> PlatformError {
        let known = error as? PlatformError
        if let known, known.code != .internalError { return known }
        logger.error(
            "page failed",
            metadata: [
                "request.path": "\(path)", "error": "\(known?.message ?? "unexpected")",
                "error.cause": "\(known?.cause ?? "\(error)")",
            ]
        )
        return known
            ?? PlatformError(
                .internalError,
                "The server made a mistake while making this page; its log says more."
            )
    }

    /// Sent with everything. Scripts and styles come from our own files only, so markup that slipped through would
    /// still do nothing.
    private static var protection: HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy:
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                + "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
            .xContentTypeOptions: "nosniff",
        ]
        // With `no-referrer` browsers would send forms with an `Origin` of `null`, which is refused.
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "same-origin" }
        return fields
    }
}

/// One sentence and a way on.
struct MessageView: PageView {
    static let template = "message"

    let title: String
    let text: String
    let href: String
    let link: String
}
