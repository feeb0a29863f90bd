import Model
import Wire

/// The last words on a run: how it ended, what came out, what went wrong, where to look.
enum RunSummary {
    /// Tasks whose own fault it is, not that of one inside them.
    static func culprits(_ snapshot: RunSnapshot) -> [TaskMessage] {
        RunTables.ordered(snapshot.tasks).map(\.message).filter {
            $0.task.state == .failed && $0.task.reason?.code != .childFailed
        }
    }

    /// The lines.
    /// - Parameters:
    ///   - logTails: the end of each failed task's log.
    ///   - url: where a browser shows the run.
    static func lines(
        _ snapshot: RunSnapshot,
        logTails: [TaskPath: [String]],
        url: String,
        color: Bool
    ) -> [String] {
        let run = snapshot.run
        let look = run.state.look
        let duration = run.finishedAt.map { " in " + durationText($0 - run.createdAt) } ?? ""
        var lines = [
            look.style.apply(to: "\(look.symbol) \(printable(run.displayName)) \(look.word)", color: color)
                + duration
        ]
        if let error = run.error, run.state != .succeeded, culprits(snapshot).isEmpty {
            lines.append("  \(printable(error.headline))")
        }
        for message in culprits(snapshot) {
            let reason = message.task.reason?.headline ?? "no reason was given"
            lines.append(
                "  \(Style.bad.apply(to: message.task.path.text, color: color)): \(printable(reason))"
            )
            lines += (logTails[message.task.path] ?? []).map { "    | \($0)" }
        }
        lines += notes(run, color: color)
        if let root = snapshot.tasks.first(where: { $0.task.path == .root }) { lines += outputs(root) }
        lines.append(Style.faint.apply(to: url, color: color))
        return lines
    }

    /// What else is to be known of a run, one line each.
    static func notes(_ run: Run, color: Bool) -> [String] {
        run.notes.map { note in
            let tasks = (note.details["tasks"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            let heading = note.code == .settingIgnored ? "no effect here: " : ""
            let text = "  " + heading + note.headline + (tasks.isEmpty ? "" : " (\(tasks))")
            return Style.faint.apply(to: printable(text), color: color)
        }
    }

    /// Where a browser shows a run.
    static func url(_ endpoint: String, _ id: RunID) -> String { "\(endpoint)/#/runs/details/\(id)" }

    /// The last lines of a log.
    static func tail(_ log: [UInt8], lineCount: Int = 15) -> [String] {
        let text = String(decoding: log.suffix(Limits.logTailBytesMax * 4), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(lineCount).map { printable(String($0)) }
    }

    private static func outputs(_ root: TaskMessage) -> [String] {
        let parameters = root.task.outputs.parameters.sorted { $0.key < $1.key }.map { name, value in
            "  \(name) = \(printable(value.string ?? value.jsonText))"
        }
        let artifacts = root.task.outputs.artifacts.sorted { $0.key < $1.key }.flatMap { name, ids in
            ids.map { "  \(name) -> \(printable(root.artifacts[$0]?.uri ?? $0.text))" }
        }
        return parameters + artifacts
    }
}
