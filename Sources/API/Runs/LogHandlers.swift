import HTTPTypes
import Hummingbird
import Model
import NIOCore
import ServiceLifecycle
import Services
import Wire

extension APIResponder {
    func getTaskLog(_ request: APIRequest) async throws -> Response {
        try await log(
            TaskID(request.parameters["task_id"] ?? "", in: request.id("run_id")),
            attempt: try request.query().count("attempt"),
            request
        )
    }

    func getNodeLog(_ request: APIRequest) async throws -> Response {
        let node = TaskID.node(request.parameters["node_id"] ?? "", in: request.id("run_id"))
        return try await log(node.task, attempt: node.attempt, request)
    }

    /// Sends a log as it is read, never whole in memory. A log that is followed is sent as it is written, until the
    /// attempt ends or the client goes away.
    private func log(_ task: TaskID, attempt: Int?, _ request: APIRequest) async throws -> Response {
        let query = try request.query()
        let follows = try query.flag("follow")
        var reading = LogReading(
            service: useCases.tasks,
            task: task,
            follows: follows,
            attempt: attempt,
            offset: try query.count("offset") ?? 0,
            bytesLeft: try query.count("limit") ?? .max
        )
        // Read once before the answer begins, so that what does not exist is a 404.
        try await reading.readOnce()
        let prepared = reading
        let requestBody = request.request.body
        let body = ResponseBody { writer in
            if follows {
                // Nothing may be written for hours; this notices that nobody waits for it any more.
                try await requestBody.consumeWithCancellationOnInboundClose { _ in
                    var reading = prepared
                    while let bytes = try await reading.next() {
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                }
            } else {
                var reading = prepared
                while let bytes = try await reading.next() {
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
            }
            try await writer.finish(nil)
        }
        var headers: HTTPFields = [
            .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
            // A log is whatever a program wrote; a browser must not take it for a page.
            .xContentTypeOptions: "nosniff",
        ]
        // Watching for the client's end takes the connection; no other request can follow on it.
        if follows { headers[.connection] = "close" }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// Reads one log from beginning to end.
private struct LogReading: Sendable {
    let service: TaskService
    let task: TaskID
    let follows: Bool
    /// Once there is an attempt it stays the one that is read, or a retry's log would lose its beginning.
    var attempt: Int?
    var offset: Int
    var bytesLeft: Int
    var chunk = LogChunk(bytes: [], nextOffset: 0, isComplete: false)

    mutating func readOnce() async throws {
        (chunk, attempt) = try await service.log(
            of: task.runID,
            task.path,
            attempt: attempt,
            from: offset,
            bytesMax: min(Limits.streamChunkBytes, bytesLeft)
        )
        offset = chunk.nextOffset
        bytesLeft -= chunk.bytes.count
    }

    /// The next piece; `nil` at the end.
    mutating func next() async throws -> [UInt8]? {
        while chunk.bytes.isEmpty {
            guard follows, !chunk.isComplete, bytesLeft > 0 else { return nil }
            // The connection breaks off, so that nobody takes what was sent for the whole.
            if Task.isShuttingDownGracefully { throw CancellationError() }
            try await service.awaitLog(of: task.runID, task.path, attempt: attempt, beyond: offset)
            try await readOnce()
        }
        let bytes = chunk.bytes
        chunk.bytes = []
        if bytesLeft > 0 { try await readOnce() }
        return bytes
    }
}
