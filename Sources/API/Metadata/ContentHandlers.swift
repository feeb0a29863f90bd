import FoundationEssentials
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Services
import Wire

extension APIResponder {
    /// An artifact's bytes; also answers `HEAD`.
    func getArtifactContent(_ request: APIRequest) async throws -> Response {
        let query = try request.query()
        let disposition = try query["disposition"].map { text in
            guard let disposition = Disposition(rawValue: text) else {
                throw PlatformError.invalid(
                    "disposition: expected inline or attachment, found \"\(text.prefix(80))\""
                )
            }
            return disposition
        }
        let opened = try await useCases.artifacts.open(request.id("artifact_id"), path: query["path"])
        switch opened.content {
        case .file(let file):
            let type = try await opened.contentType(of: file)
            var headers = contentHeaders(type, named: opened.fileName, disposition)
            headers[.acceptRanges] = "bytes"
            headers[.eTag] = opened.entityTag(of: file)
            headers[.lastModified] = HTTPDate.text(file.modifiedAt)
            return send(file, request.request.headers, headers)
        case .folder:
            let headers = contentHeaders(.tar, named: opened.fileName + ".tar", disposition)
            let stream = ContentStream(opened, useCases.artifacts)
            return Response(
                status: .ok,
                headers: headers,
                body: ResponseBody { writer in
                    var stream = stream
                    while let bytes = try await stream.next() {
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                    try await writer.finish(nil)
                }
            )
        }
    }

    func getArtifactPreview(_ request: APIRequest) async throws -> Response {
        let query = try request.query()
        let limit = try query.count("bytes") ?? Limits.previewBytesDefault
        let opened = try await useCases.artifacts.open(request.id("artifact_id"), path: query["path"])
        switch opened.content {
        case .file(let file):
            // Some bytes are needed to know what it is, however few are wanted.
            let start = try await file.read(from: 0, bytesMax: max(512, min(limit, Limits.previewBytesMax)))
            let type = opened.contentType(beginning: start)
            return .json(
                ArtifactPreview.file(
                    opened.artifact.id,
                    path: opened.path,
                    size: file.size,
                    type: type,
                    beginning: start.prefix(limit)
                )
            )
        case .folder(let entries):
            return .json(ArtifactPreview.folder(opened.artifact.id, path: opened.path, entries))
        }
    }

    /// A folder is sent as tar, which 2.x has no word for.
    func readRunArtifact(_ request: APIRequest) async throws -> Response {
        let node = TaskID.node(request.parameters["node_id"] ?? "", in: request.id("run_id"))
        let service = useCases.artifacts
        let opened = try await service.open(
            named: request.parameters["artifact_name"] ?? "",
            of: node.task.runID,
            node.task.path
        )
        let stream = ContentStream(opened, service)
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                var stream = stream
                try await writer.write(ByteBuffer(string: #"{"data":""#))
                // Three bytes are four characters; what is over waits for the next piece.
                var rest: [UInt8] = []
                while let bytes = try await stream.next() {
                    rest += bytes
                    let whole = rest.count - rest.count % 3
                    try await writer.write(ByteBuffer(string: Data(rest[..<whole]).base64EncodedString()))
                    rest.removeFirst(whole)
                }
                try await writer.write(ByteBuffer(string: Data(rest).base64EncodedString() + #""}"#))
                try await writer.finish(nil)
            }
        )
    }

    /// Sends a file, or what is asked for of it. Source: RFC 9110, sections 13 and 14.
    private func send(_ file: StoredFile, _ asked: HTTPFields, _ headers: HTTPFields) -> Response {
        var headers = headers
        let tag = headers[.eTag] ?? ""
        if let known = asked[.ifNoneMatch],
            known == "*"
                || known.split(separator: ",").contains(where: {
                    $0.filter { $0 != " " } == tag
                })
        {
            return Response(status: .notModified, headers: headers)
        }
        // A range of something else than what the client has the beginning of would be useless.
        let isSame = asked[.ifRange].map { $0 == tag || $0 == headers[.lastModified] } ?? true
        let range: Range<Int>
        var status = HTTPResponse.Status.ok
        switch ByteRange(isSame ? asked[.range] : nil, size: file.size) {
        case .whole: range = 0..<file.size
        case .part(let part):
            range = part
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        case .unsatisfiable:
            var response = Response.error(
                ErrorEnvelope(
                    PlatformError.invalid(
                        "Range: the artifact has \(file.size) bytes; none of those asked for exist."
                    )
                )
            )
            response.status = .rangeNotSatisfiable
            response.headers[.contentRange] = "bytes */\(file.size)"
            return response
        }
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(contentLength: range.count) { writer in
                var pieces = file.pieces(range)
                while let bytes = try await pieces.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
                try await writer.finish(nil)
            }
        )
    }

    /// What keeps content from acting in our name, whatever is in it: it has no type but the one we say, an origin of
    /// its own, and may load and run nothing. Content in which something could run is saved rather than shown, unless
    /// it is asked for.
    private func contentHeaders(
        _ type: ContentType,
        named name: String,
        _ asked: Disposition?
    ) -> HTTPFields {
        let disposition = asked ?? (type.isInert ? .inline : .attachment)
        var headers: HTTPFields = [
            .contentType: type.header, .xContentTypeOptions: "nosniff", .cacheControl: "private, no-cache",
            .contentSecurityPolicy: "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
            .contentDisposition: disposition.header(fileName: name),
        ]
        if let policy = HTTPField.Name("Cross-Origin-Resource-Policy") { headers[policy] = "same-origin" }
        return headers
    }
}
