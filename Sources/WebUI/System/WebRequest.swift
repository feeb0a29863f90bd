import HTTPTypes
import Hummingbird
import Model
import NIOCore

/// A request for a page.
struct WebRequest: Sendable {
    let request: Request
    let query: WebForm

    /// The path and query as they were asked for.
    var address: String { request.uri.string }

    /// The fields of a form that was sent.
    /// - Throws: `permissionDenied` when it was not sent by one of our own pages, `tooLarge` over a limit.
    func form() async throws -> WebForm {
        try WebForm(String(decoding: try await body(bytesMax: Self.formBytesMax), as: UTF8.self))
    }

    /// What a form sends, as it is.
    /// - Throws: `permissionDenied` when it was not sent by one of our own pages, `tooLarge` over a limit.
    func body(bytesMax: Int) async throws -> [UInt8] {
        try checkSender()
        var bytes: [UInt8] = []
        for try await buffer in request.body {
            bytes.append(contentsOf: buffer.readableBytesView)
            if bytes.count > bytesMax {
                throw PlatformError(
                    .tooLarge,
                    "The form has more than the \(bytesMax >> 20) MiB that are allowed."
                )
            }
        }
        return bytes
    }

    /// A form changes things, so it must come from a page of ours. Browsers say where a form comes from in a header
    /// that pages cannot set. Whether an `Origin` is ours was checked in front of everything.
    private func checkSender() throws {
        if request.headers[.origin] != nil { return }
        if let name = HTTPField.Name("Sec-Fetch-Site"), request.headers[name] == "same-origin" { return }
        throw PlatformError(
            .permissionDenied,
            "This form does not say which page it was sent from; programs should use the API under /apis/v2beta1."
        )
    }

    /// A form holds parameters, not data.
    private static let formBytesMax = 8 << 20
}

extension Response {
    /// A page. It is asked for anew each time: what it shows changes.
    static func html(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html.text))
        )
    }

    /// Another page, which is fetched even after a form was sent. Source: RFC 9110, 303 See Other.
    static func moved(to place: String) -> Response {
        Response(status: .seeOther, headers: [.location: place, .cacheControl: "no-cache"])
    }
}
