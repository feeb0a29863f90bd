import Model
import Wire

/// Writes the logs of a run's tasks, once or until the run is over.
struct LogReader: Sendable {
    /// The server.
    let client: PlatformClient
    /// Where the logs go.
    let console: Console
    /// The task wanted; `nil` for all.
    var path: TaskPath?
    /// The attempt wanted, from 0; `nil` for the newest.
    var attempt: Int?
    /// How often to look for more.
    var pause: Duration = .milliseconds(300)

    private struct Stream: Hashable {
        var path: TaskPath
        var attempt: Int?
    }

    /// Writes what there is.
    /// - Parameter follow: shows every attempt and goes on until the run, or the task wanted, is over.
    /// - Throws: ``PlatformError`` with `invalidArgument` if there is no such task or attempt.
    func read(_ id: RunID, follow: Bool) async throws {
        var cursors: [Stream: Cursor] = [:]
        while true {
            let snapshot = try await client.snapshot(id)
            let wanted = try select(snapshot, mustExist: !follow || snapshot.run.state.isFinal)
            let isOver =
                !follow || snapshot.run.state.isFinal
                || path != nil && !wanted.isEmpty && wanted.allSatisfy { $0.task.state.isFinal }
            for message in wanted {
                for number in attempts(of: message, follow: follow) {
                    let stream = Stream(path: message.task.path, attempt: number)
                    var cursor = cursors[stream] ?? Cursor(prefixer: prefixer(message))
                    // What was over before its log is read writes nothing after it.
                    let isLast =
                        isOver || message.task.state == .cached
                        || message.attempts.contains { $0.number == number && $0.state.isFinal }
                    try await copy(message.id, number, &cursor, isLast: isLast)
                    cursors[stream] = cursor
                }
            }
            if isOver { return }
            try await Task.sleep(for: pause)
        }
    }

    private struct Cursor {
        var prefixer: LinePrefixer
        var offset = 0
        var isDone = false
    }

    private func copy(_ task: TaskID, _ attempt: Int?, _ cursor: inout Cursor, isLast: Bool) async throws {
        guard !cursor.isDone else { return }
        while true {
            let bytes = try await client.log(task, attempt: attempt, offset: cursor.offset)
            cursor.offset += bytes.count
            try console.write(cursor.prefixer.take(bytes))
            if bytes.isEmpty || !isLast { break }
        }
        guard isLast else { return }
        try console.write(cursor.prefixer.finish())
        cursor.isDone = true
    }

    private func attempts(of message: TaskMessage, follow: Bool) -> [Int?] {
        if let attempt { return [attempt] }
        // The server knows where the log of a task is that took over the outputs of another.
        if message.attempts.isEmpty, message.task.state == .cached { return [nil] }
        let numbers = message.attempts.map(\.number)
        return follow ? numbers : numbers.suffix(1)
    }

    private func prefixer(_ message: TaskMessage) -> LinePrefixer {
        LinePrefixer(prefix: path == nil ? "[\(printable(message.task.path.text))] " : "")
    }

    /// The tasks whose logs are wanted, in the order in which they are shown.
    private func select(_ snapshot: RunSnapshot, mustExist: Bool) throws -> [TaskMessage] {
        let all = RunTables.ordered(snapshot.tasks).map(\.message)
        guard let path else { return all.filter { !$0.attempts.isEmpty } }
        let matching = all.filter { $0.task.path == path }
        guard !matching.isEmpty else {
            guard mustExist else { return [] }
            let names = all.map(\.task.path.text).joined(separator: ", ")
            throw PlatformError.invalid(
                "the run has no task \(path); it has \(names.isEmpty ? "none" : names)"
            )
        }
        if let attempt, mustExist,
            !matching.contains(where: { $0.attempts.contains { $0.number == attempt } })
        {
            throw PlatformError.invalid(
                "\(path) has no attempt \(attempt + 1); it has \(matching.first?.attempts.count ?? 0)"
            )
        }
        return matching
    }
}
