import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Services
import Wire

extension WebSite {
    /// What an artifact shows of itself: what its metadata measure, then its content.
    func look(
        at artifact: Artifact,
        _ address: ArtifactAddress,
        _ room: ContentDrawing.Room
    ) async throws -> HTML {
        var html = HTML()
        if address.path == nil { EvaluationDrawing.draw(Evaluation(artifact), &html) }
        // Numbers alone need no remark that there is no file.
        if artifact.isMetadataOnly, !html.text.isEmpty { return html }
        do {
            if try await firstGeneration(artifact, address, room, &html) {
                return html
            }
            try await content(address, room, &html)
        } catch let error as PlatformError where error.code != .internalError {
            html.element("p", ["class": "quiet"]) { $0.add(error.message) }
        }
        return html
    }

    private func content(_ address: ArtifactAddress, _ room: ContentDrawing.Room, _ html: inout HTML)
        async throws
    {
        let opened = try await useCases.artifacts.open(address.id, path: address.path)
        let drawing = ContentDrawing(address: address, room: room, name: opened.fileName)
        switch opened.content {
        case .folder(let entries): drawing.draw(entries, now: now(), &html)
        case .file(let file):
            let type = try await contentType(of: opened, file)
            let kind = ContentKind(type, fileName: opened.fileName)
            let wanted = min(room.bytesMax(kind), file.size)
            let bytes = wanted > 0 ? try await file.read(from: 0, bytesMax: wanted) : []
            drawing.draw(kind, type, bytes, size: file.size, &html)
        }
    }

    private func contentType(of opened: ArtifactService.Opened, _ file: StoredFile) async throws
        -> ContentType
    {
        ContentType(
            schemaTitle: opened.path.isEmpty ? opened.artifact.schemaTitle : nil,
            fileName: opened.fileName,
            beginning: try await file.read(from: 0, bytesMax: 4096)
        )
    }

    /// HTML that a step wrote, for a frame in a page of ours.
    ///
    /// It has an origin of its own and can load nothing, so that its scripts, if somebody asked for them, can reach
    /// neither this server nor another. Source: HTML `sandbox`, CSP 3.
    func frame(_ id: ArtifactID, _ request: WebRequest) async throws -> Response {
        let address = try ArtifactAddress(id, query: request.query)
        if let part = address.part {
            let bytes = try await webApp(part, of: id)
            return Self.frame(address, ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let opened = try await useCases.artifacts.open(id, path: address.path)
        guard case .file(let file) = opened.content else {
            throw PlatformError.invalid("\(opened.fileName) is a folder, expected a page of HTML.")
        }
        let type = try await contentType(of: opened, file)
        guard ContentKind(type, fileName: opened.fileName) == .html else {
            throw PlatformError.invalid("\(opened.fileName) is \(type.name), expected a page of HTML.")
        }
        let body = ResponseBody(contentLength: file.size) { writer in
            var pieces = file.pieces
            while let bytes = try await pieces.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
            try await writer.finish(nil)
        }
        return Self.frame(address, body)
    }

    private static func frame(_ address: ArtifactAddress, _ body: ResponseBody) -> Response {
        let scripts = address.runsScripts ? " script-src 'unsafe-inline' 'unsafe-eval';" : ""
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "private, no-cache",
                .contentSecurityPolicy:
                    "sandbox\(address.runsScripts ? " allow-scripts" : ""); default-src 'none';"
                    + scripts
                    + " style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:;"
                    + " frame-ancestors 'self'",
            ],
            body: body
        )
    }
}
