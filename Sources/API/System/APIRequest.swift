import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Wire

/// A request that has found its route.
struct APIRequest: Sendable {
    let request: Request
    let route: Route
    let parameters: [String: String]

    /// A parameter of the path; the route table guarantees that it is there.
    func id<Subject>(_ name: String) -> Identifier<Subject> { Identifier(parameters[name] ?? "") }

    /// The query string.
    /// - Parameter repeated: the parameters that may be given several times.
    func query(repeated: Set<String> = []) throws -> QueryString {
        try QueryString(request.uri.query ?? "", repeated: repeated)
    }

    /// Whether a header asks for all tags to be taken away, for clients that cannot send an empty map.
    /// Source: KFP `x-clear-tags`.
    var clearsTags: Bool { HTTPField.Name("x-clear-tags").map { request.headers[$0] } == "true" }

    /// The page that is asked for.
    /// - Parameters:
    ///   - isV1: whether it is asked for in KFP's first API generation.
    ///   - repeated: the parameters that may be given several times.
    func listQuery(isV1: Bool = false, repeated: Set<String> = []) throws -> ListQuery {
        try ListRequest.query(from: try query(repeated: repeated), isV1: isV1)
    }

    /// The whole body.
    /// - Throws: `tooLarge` over the limit; what the client still sends is read and dropped first, since a
    ///   client that is cut
    ///   off while sending never sees the answer.
    func body(bytesMax: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var dropped = 0
        let announced = request.headers[.contentLength].flatMap(Int.init) ?? 0
        if announced > 0, announced <= bytesMax { bytes.reserveCapacity(announced) }
        for try await buffer in request.body {
            if bytes.count + buffer.readableBytes > bytesMax || dropped > 0 {
                dropped += buffer.readableBytes
                if dropped > Self.droppedBytesMax { break }
            } else {
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        }
        if dropped > 0 {
            throw PlatformError(
                .tooLarge,
                "The request has more than the \(bytesMax) bytes (\(bytesMax >> 20) MiB) that are allowed."
            )
        }
        return bytes
    }

    /// How much of an oversized body is read and dropped before the connection is closed on the client.
    private static let droppedBytesMax = 256 << 20

    /// The body as JSON; an empty one is an empty object.
    func json() async throws -> JSONValue {
        let bytes = try await body(bytesMax: Limits.bodyBytesMax)
        if bytes.isEmpty { return [:] }
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw PlatformError.invalid("The body is not valid JSON: \(error)")
        }
    }
}

extension Response {
    /// An answer in JSON.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.jsonBytes))
        )
    }

    /// The answer to a request that has nothing to say. Source: `google.protobuf.Empty` through grpc-gateway.
    static var empty: Response { .json([:]) }

    /// An error in the gateway's shape.
    static func error(_ envelope: ErrorEnvelope) -> Response {
        .json(envelope.body, status: HTTPResponse.Status(code: envelope.status))
    }

    /// An error in the upload server's shape.
    static func uploadError(_ envelope: ErrorEnvelope) -> Response {
        .json(envelope.uploadBody, status: HTTPResponse.Status(code: envelope.uploadStatus))
    }
}
