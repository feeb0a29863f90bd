import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Services
import Wire

extension APIResponder {
    func listTasks(_ request: APIRequest) async throws -> Response {
        let messages = try await tasks(of: request.id("run_id"))
        return .json(["tasks": .array(messages.map(\.json)), "total_size": .number(Double(messages.count))])
    }

    func getTask(_ request: APIRequest) async throws -> Response {
        let run: RunID = request.id("run_id")
        let id = TaskID(request.parameters["task_id"] ?? "", in: run)
        guard let message = try await tasks(of: run).first(where: { $0.id == id }) else {
            throw PlatformError.notFound("Task", "'\(id.path)' of run \(run)")
        }
        return .json(message.json)
    }

    private func tasks(of run: RunID) async throws -> [TaskMessage] {
        let listing = try await useCases.tasks.list(run)
        return TaskMessage.all(listing.tasks, attempts: listing.attempts, artifacts: listing.artifacts)
    }

    func getTaskLog(_ request: APIRequest) async throws -> Response {
        let query = try request.query()
        return try await log(
            TaskID(request.parameters["task_id"] ?? "", in: request.id("run_id")),
            attempt: try query.count("attempt"),
            from: try query.count("offset") ?? 0,
            follows: try query.flag("follow")
        )
    }

    func getNodeLog(_ request: APIRequest) async throws -> Response {
        let node = TaskID.node(request.parameters["node_id"] ?? "", in: request.id("run_id"))
        let query = try request.query()
        return try await log(node.task, attempt: node.attempt, from: 0, follows: try query.flag("follow"))
    }

    /// Sends a log as it is read, never whole in memory. A log that is followed is sent as it is written,
    /// until the program ends.
    private func log(_ task: TaskID, attempt: Int?, from offset: Int, follows: Bool) async throws -> Response
    {
        let service = useCases.tasks
        // Read once before the answer begins, so that what does not exist is a 404.
        let first = try await service.log(of: task.runID, task.path, attempt: attempt, from: offset)
        let body = ResponseBody { writer in
            var (chunk, attempt) = first
            var sent = 0
            while true {
                if !chunk.bytes.isEmpty {
                    try await writer.write(ByteBuffer(bytes: chunk.bytes))
                    sent += chunk.bytes.count
                } else if chunk.isComplete || !follows {
                    break
                } else {
                    try await Task.sleep(for: .milliseconds(100))
                }
                if !follows, sent >= Limits.logBytesMax { break }
                // Once there is an attempt it stays the one that is followed, or a retry's log would lose
                // its beginning.
                (chunk, attempt) = try await service.log(
                    of: task.runID,
                    task.path,
                    attempt: attempt,
                    from: chunk.nextOffset
                )
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                // A log is whatever a program wrote; a browser must not take it for a page.
                .xContentTypeOptions: "nosniff",
            ],
            body: body
        )
    }
}
