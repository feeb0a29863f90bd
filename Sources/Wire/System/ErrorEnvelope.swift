package import Model

/// An error on its way through HTTP, in both of KFP's shapes.
///
/// Source: grpc-gateway v2 error body; KFP pipeline upload server for ``uploadBody``.
package struct ErrorEnvelope: Hashable, Sendable {
    /// HTTP status, 400 to 599.
    package let status: Int
    /// gRPC status code, 1 to 16. Source: google.rpc.Code.
    package let code: Int
    /// The sentence for the person.
    package let message: String

    /// Wraps an error; its cause stays behind.
    package init(_ error: PlatformError) {
        let row = Self.row(of: error.code)
        self.status = row.status
        self.code = row.grpc
        self.message = error.message
    }

    /// The answer to a method that the path does not take; send `Allow` with it.
    package init(method: String, path: String, allowed: [HTTPMethod]) {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        self.status = 405
        self.code = 12
        self.message = "\(method) is not possible for \(path); possible: \(names)"
    }

    /// The body of every answer that is an error, uploads excepted.
    package var body: JSONValue {
        let status: JSONValue = [
            "@type": "type.googleapis.com/google.rpc.Status", "code": .number(Double(code)),
            "message": .string(message),
        ]
        return [
            "code": .number(Double(code)), "message": .string(message), "error": .string(message),
            "details": [status],
        ]
    }

    /// The body of an upload that failed.
    package var uploadBody: JSONValue {
        ["error_message": .string(message), "error_details": .string("\(uploadStatus): \(message)")]
    }

    /// The HTTP status of an upload that failed: the upload server knows no 401 and no 403.
    package var uploadStatus: Int { status == 401 || status == 403 ? 400 : status }

    /// What a client makes of an answer that is an error: the most useful sentence in it, never nothing.
    /// - Parameters:
    ///   - status: HTTP status.
    ///   - body: the answer's bytes, in one of the two shapes or any other.
    package static func error(status: Int, body: some Collection<UInt8>) -> PlatformError {
        let document = try? JSONValue(json: body)
        let sentence = [
            document?["details"]?.array?.first?["message"], document?["message"], document?["error_message"],
            document?["error"],
        ].lazy.compactMap { $0?.string }.first { !$0.isEmpty }
        let grpc = document?["code"]?.exactInteger
        let row = table.first { $0.grpc == grpc } ?? table.first { $0.status == status }
        let fallback = status >= 500 ? PlatformError.Code.unavailable : .invalidArgument
        return PlatformError(
            row?.code ?? fallback,
            sentence ?? "the server answered with HTTP status \(status) and no message"
                + (body.isEmpty ? "" : ": " + String(decoding: body.prefix(200), as: UTF8.self))
        )
    }

    private struct Row {
        let code: PlatformError.Code
        let grpc: Int
        let status: Int
    }

    /// Where several rows share an HTTP status, the first one is meant when there is nothing but the status.
    private static let table = PlatformError.Code.allCases.map(row(of:))

    private static func row(of code: PlatformError.Code) -> Row {
        let (grpc, status) =
            switch code {
            case .invalidArgument: (3, 400)
            case .notFound: (5, 404)
            case .alreadyExists: (6, 409)
            case .permissionDenied: (7, 403)
            case .unauthenticated: (16, 401)
            case .failedPrecondition: (9, 400)
            case .aborted: (10, 409)
            case .resourceExhausted: (8, 429)
            case .tooLarge: (8, 413)
            case .unimplemented: (12, 501)
            case .unavailable: (14, 503)
            case .internalError: (13, 500)
            }
        return Row(code: code, grpc: grpc, status: status)
    }
}
