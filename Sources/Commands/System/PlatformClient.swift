import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1
import Wire

/// A server, asked over HTTP.
struct PlatformClient: Sendable {
    /// One answer: HTTP status and body.
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
    }

    /// Sends one request: method, path with query, body.
    typealias Exchange = @Sendable (Wire.HTTPMethod, String, JSONValue?) async throws -> Answer

    /// Sends one `GET` request for a path and hands on the body of a good answer piece by piece; the answer has the
    /// body only where it is an error.
    typealias Download = @Sendable (String, ([UInt8]) throws -> Void) async throws -> Answer

    /// Address without a slash at the end; also where the pages are.
    let endpoint: String
    /// How requests get there.
    let exchange: Exchange
    /// How large answers get here.
    let download: Download

    /// Asks for something large; `take` gets it piece by piece.
    /// - Throws: ``PlatformError``: what the server said, or `unavailable` if none answered; what `take` throws.
    func download(
        _ route: Route,
        _ parameters: [String: String],
        query: String,
        _ take: ([UInt8]) throws -> Void
    ) async throws {
        let path = RouteTable.request(route, parameters).path
        let answer = try await download(query.isEmpty ? path : path + "?" + query, take)
        guard (200..<300).contains(answer.status) else {
            throw ErrorEnvelope.error(status: answer.status, body: answer.body)
        }
    }

    /// Asks and returns the answer's bytes.
    /// - Parameters:
    ///   - route: what to ask for.
    ///   - parameters: the path's parameters.
    ///   - query: query string without `?`.
    ///   - body: the request's body.
    /// - Throws: ``PlatformError``: what the server said, or `unavailable` if none answered.
    func bytes(
        _ route: Route,
        _ parameters: [String: String] = [:],
        query: String = "",
        body: JSONValue? = nil
    ) async throws -> [UInt8] {
        let (method, path) = RouteTable.request(route, parameters)
        let answer = try await exchange(method, query.isEmpty ? path : path + "?" + query, body)
        guard (200..<300).contains(answer.status) else {
            throw ErrorEnvelope.error(status: answer.status, body: answer.body)
        }
        return answer.body
    }

    /// Asks and returns the answer's JSON; see ``bytes(_:_:query:body:)``.
    func json(
        _ route: Route,
        _ parameters: [String: String] = [:],
        query: String = "",
        body: JSONValue? = nil
    ) async throws -> JSONValue {
        let bytes = try await bytes(route, parameters, query: query, body: body)
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw PlatformError(
                .unavailable,
                "\(endpoint) answered with something that is not JSON; is it a Martlet server?",
                cause: "\(error)"
            )
        }
    }
}

/// One for the process: a command is over before anything need be closed.
private let httpClient: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(10)
    // A server that is not there is said to be so at once, not asked again for a minute.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
}()

extension PlatformClient {
    /// A server behind a URL.
    static func http(endpoint: String) -> PlatformClient {
        PlatformClient(
            endpoint: endpoint,
            exchange: { method, path, body in
                var request = HTTPClientRequest(url: endpoint + path)
                request.method = NIOHTTP1.HTTPMethod(rawValue: method.rawValue)
                if let body {
                    request.headers.add(name: "content-type", value: "application/json")
                    request.body = .bytes(ByteBuffer(bytes: body.jsonBytes))
                }
                return try await explained(endpoint) {
                    try await answer(try await httpClient.execute(request, timeout: .seconds(60)))
                }
            },
            download: { path, take in
                try await explained(endpoint) {
                    // However long it takes: what counts is that something comes.
                    let request = HTTPClientRequest(url: endpoint + path)
                    let response = try await httpClient.execute(request, timeout: .hours(24))
                    guard (200..<300).contains(response.status.code) else {
                        return try await answer(response)
                    }
                    for try await piece in response.body { try take(Array(piece.readableBytesView)) }
                    return Answer(status: Int(response.status.code), body: [])
                }
            }
        )
    }

    private static func answer(_ response: HTTPClientResponse) async throws -> Answer {
        let body = try await response.body.collect(upTo: Limits.logBytesMax + Limits.bodyBytesMax)
        return Answer(status: Int(response.status.code), body: Array(body.readableBytesView))
    }

    /// Turns the library's errors into sentences.
    private static func explained(
        _ address: String,
        _ exchange: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await exchange()
        } catch let error as HTTPClientError where error == .invalidURL || error == .emptyHost {
            throw PlatformError.invalid("--endpoint: \(address) is not an address such as http://host:8888")
        } catch let error where error is CancellationError || error is PlatformError || error is OutputClosed
        {
            throw error
        } catch {
            throw PlatformError(
                .unavailable,
                "no Martlet server answers at \(address): start one with `martlet serve`, "
                    + "or name another with --endpoint",
                cause: "\(error)",
                retry: .backoff
            )
        }
    }
}
