import HTTPTypes
import Hummingbird
import Model
import NIOCore
import ServiceLifecycle
import Services

extension WebSite {
    /// Tells a page that what it shows has changed; the page then asks for itself again.
    ///
    /// Nothing is said of what changed, so a page can miss or repeat a message without harm.
    /// Source: WHATWG HTML, server-sent events.
    func events(_ request: WebRequest) async throws -> Response {
        let interest = try ChangeService.Interest(topic: request.query["topic"] ?? "")
        let changes = useCases.changes
        let body = ResponseBody { writer in
            let (wakeUps, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            var position = try await changes.position()
            try await writer.write(ByteBuffer(string: "retry: 1000\nevent: open\ndata: {}\n\n"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in changes.signal.listen() { bell.yield() }
                }
                group.addTask {
                    // Finds out that nobody is there any more, also behind proxies.
                    while true {
                        try await Task.sleep(for: .seconds(15))
                        bell.yield()
                    }
                }
                for await _ in wakeUps.cancelOnGracefulShutdown() {
                    let news = try await changes.news(since: position, of: interest)
                    position = news.position
                    try await writer.write(
                        ByteBuffer(string: news.isNews ? "event: change\ndata: {}\n\n" : ":\n\n")
                    )
                    // Many writes in a row are one message.
                    try await Task.sleep(for: .milliseconds(50))
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: body
        )
    }
}

extension ChangeService.Interest {
    /// Reads what a page wants to hear about: a list such as `runs`, or one of them as `run/<id>`.
    /// - Throws: `invalidArgument` for anything else.
    init(topic: String) throws {
        let parts = topic.split(separator: "/", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("runs", 1): self.init(kinds: ["run", "experiment"])
        case ("run", 2): self.init(kinds: ["run"], ids: [parts[1]])
        case ("compare", 2):
            let ids = parts[1].split(separator: ",").prefix(CompareAddress.runsMax).map(String.init)
            self.init(kinds: ["run"], ids: Set(ids))
        // Whatever becomes of a task, or comes of it, is a change of its run; any run may come to read an artifact.
        case ("executions", 1), ("artifacts", 1), ("artifact", 2): self.init(kinds: ["run"])
        case ("pipelines", 1): self.init(kinds: ["pipeline"])
        case ("pipeline", 2): self.init(kinds: ["pipeline"], ids: [parts[1]])
        // These show runs, too.
        case ("experiments", 1), ("experiment", 2): self.init(kinds: ["experiment", "run"])
        case ("recurringruns", 1), ("recurringrun", 2): self.init(kinds: ["recurring_run", "run"])
        default:
            throw PlatformError.invalid(
                "topic: expected runs, pipelines, experiments, recurringruns, executions, artifacts or one of them such as run/<id>, or "
                    + "compare/<id>,<id>, "
                    + "found '\(topic.prefix(80))'."
            )
        }
    }
}
