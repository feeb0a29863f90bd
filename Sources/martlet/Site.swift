import API
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import WebUI

/// The whole server as HTTP sees it: the API, the pages, the metrics, and the guard in front of them.
struct Site: HTTPResponder {
    typealias Context = SiteContext

    let api: APIResponder<SiteContext>
    let web: WebSite<SiteContext>
    let requests: RequestGuard
    let metrics: PrometheusRegistry

    func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await answer(request, context).paced(by: context.eventLoop)
        // Labels stay few: the path is not one, its first parts say which half of the server answered.
        let area = request.uri.path.hasPrefix("/apis") ? "api" : "site"
        let dimensions = [
            ("method", Self.methods.contains(request.method.rawValue) ? request.method.rawValue : "other"),
            ("code", String(response.status.code)), ("area", area),
        ]
        Timer(label: "martlet_http_request_seconds", dimensions: dimensions)
            .recordNanoseconds((ContinuousClock.now - start).nanoseconds)
        return response
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        let origin = request.headers[.origin]
        if let refusal = requests.refusal(host: request.head.authority, origin: origin) {
            return .text(refusal + "\n", status: .forbidden)
        }
        switch request.uri.path {
        case let path
        where path.hasPrefix("/apis") || path.hasPrefix("/pipeline/apis")
            || path == "/openapi.json":
            return try await api.respond(to: request, context: context)
        case "/metrics":
            return .text(metrics.text(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        default:
            return try await web.respond(to: request, context: context)
        }
    }

    private static let methods: Set<String> = ["GET", "POST", "PATCH", "DELETE", "HEAD", "PUT", "OPTIONS"]
}

extension Response {
    /// A plain text answer, never taken for anything else by a browser.
    static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: contentType, .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}

extension Duration {
    /// Whole nanoseconds; a request is far from the limits of `Int64`.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
