import HTTPTypes
import Hummingbird
import Model
import NIOCore
import ServiceLifecycle
import Services
import Wire

extension WebSite {
    /// A log as a page of its own: a part of it, with links to what is before and after.
    func log(of run: RunID, _ request: WebRequest) async throws -> Response {
        let place = try LogPlace(run, request.query)
        let first = try await useCases.tasks.log(
            of: run,
            place.task,
            attempt: place.attempt,
            from: 0,
            bytesMax: 0
        )
        let size = first.chunk.size ?? 0
        let from = place.offset ?? max(0, size - Self.logPageBytes)
        let part = try await useCases.tasks.log(
            of: run,
            place.task,
            attempt: first.attempt,
            from: from,
            bytesMax: Self.logPageBytes
        )
        var text = LogText()
        var html = text.html(of: part.chunk.bytes)
        html.add(text.rest())
        let names = (
            run: try await useCases.runs.get(run).run.displayName,
            task: try await useCases.tasks.get(run, place.task).tasks.first?.displayName ?? place.task.text
        )
        let view = LogView(place, names, html, from: from, to: part.chunk.nextOffset, size: size)
        return try show(view, title: "Log of \(names.task)", section: .runs)
    }

    /// The lines of a log as they are written, as markup for a page that is open. Ends when the program has.
    func logLines(of run: RunID, _ request: WebRequest) async throws -> Response {
        let place = try LogPlace(run, request.query)
        let service = useCases.tasks
        // Read once before the answer begins, so that what does not exist is a 404.
        let first = try await service.log(of: run, place.task, attempt: place.attempt, from: 0, bytesMax: 0)
        let start = place.offset ?? max(0, (first.chunk.size ?? 0) - Self.logPageBytes)
        let body = ResponseBody { writer in
            var (offset, attempt, text) = (start, first.attempt, LogText())
            if start > 0 {
                try await writer.write(
                    ByteBuffer(
                        string:
                            "<i class=\"quiet\">… \(bytesText(start)) before this are on the log's own page</i>\n"
                    )
                )
            }
            while true {
                let part = try await service.log(
                    of: run,
                    place.task,
                    attempt: attempt,
                    from: offset,
                    bytesMax: 1 << 16
                )
                attempt = part.attempt
                offset = part.chunk.nextOffset
                let html = text.html(of: part.chunk.bytes)
                if !html.text.isEmpty { try await writer.write(ByteBuffer(string: html.text)) }
                if part.chunk.bytes.isEmpty {
                    if part.chunk.isComplete { break }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await writer.write(ByteBuffer(string: text.rest().text))
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: body
        )
    }

    /// Bytes of a log that are shown at once.
    private static var logPageBytes: Int { 1 << 20 }
}

/// Which log, and where in it.
struct LogPlace: Sendable {
    let run: RunID
    let task: TaskPath
    let attempt: Int?
    let offset: Int?

    init(_ run: RunID, _ query: WebForm) throws {
        guard let task = query["task"] else { throw PlatformError.invalid("task is missing; name the task.") }
        self.run = run
        self.task = TaskPath(task)
        attempt = try query.count("attempt")
        offset = try query.count("offset")
    }

    /// The page of the log from an offset on.
    func href(from offset: Int) -> String {
        address(
            "/runs/\(percentEncoded(run.text))/log",
            ["task": task.text, "attempt": attempt.map(String.init), "offset": String(offset)]
        )
    }
}

/// A part of a log as a page.
struct LogView: PageView {
    static let template = "log"

    let run: String
    let task: String
    let attempt: String?
    let runHref: String
    let taskHref: String
    let raw: String
    let lines: HTML
    let range: String
    let earlier: String?
    let later: String?
    let isEmpty: Bool

    init(
        _ place: LogPlace,
        _ names: (run: String, task: String),
        _ lines: HTML,
        from: Int,
        to: Int,
        size: Int
    ) {
        (run, task) = names
        attempt = place.attempt.map { String($0 + 1) }
        runHref = RunAddress(place.run).href
        taskHref = RunAddress(place.run).showing(place.task).href
        raw =
            "/apis/v2beta1/runs/\(percentEncoded(place.run.text))/tasks/"
            + percentEncoded("\(place.run.text).\(place.task.text)") + "/log"
            + (place.attempt.map { "?attempt=\($0)" } ?? "")
        self.lines = lines
        let whole = bytesText(max(size, to))
        range = from == 0 && to >= size ? whole : "\(bytesText(from)) to \(bytesText(to)) of \(whole)"
        earlier = from > 0 ? place.href(from: max(0, from - (1 << 20))) : nil
        later = to < size ? place.href(from: to) : nil
        isEmpty = to <= from
    }
}
