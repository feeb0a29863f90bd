import Model
import Wire

/// What a person sees of a run that is followed. Pure: what is shown is a function of what was and what is.
enum FollowView {
    /// One line per task, as many as fit, for a terminal.
    ///
    /// Tasks that are done give way first when there are too many, then the last ones.
    static func lines(
        _ snapshot: RunSnapshot,
        now: Instant,
        columns: Int,
        rows: Int,
        color: Bool
    ) -> [String] {
        var tasks = RunTables.ordered(snapshot.tasks)
        let room = max(rows - 2, 1)
        var surplus = tasks.count - room
        if surplus > 0 {
            tasks.removeAll { message, _ in
                guard surplus >= 0, message.task.state.isSuccess || message.task.state == .skipped else {
                    return false
                }
                surplus -= 1
                return true
            }
        }
        let hidden = RunTables.ordered(snapshot.tasks).count - min(tasks.count, room)
        let cells = tasks.prefix(room).map { message, depth in
            let look = message.task.state.look
            return [
                Cell(look.symbol, look.style), Cell(RunTables.indented(message, depth)),
                Cell(look.word, look.style),
                Cell(RunTables.duration(message.task, now)), Cell(waitingReason(message.task) ?? "", .faint),
            ]
        }
        var lines = Table(headings: [], rows: cells).lines(width: columns, color: color)
        if hidden > 0 { lines.append(Style.faint.apply(to: "… and \(hidden) more", color: color)) }
        return lines
    }

    /// Puts lines in the place of those drawn before.
    /// Source: ECMA-48, "Cursor Up" and "Erase in Page".
    static func redraw(over drawn: Int, _ lines: [String]) -> String {
        (drawn > 0 ? "\u{1B}[\(drawn)A\r" : "") + "\u{1B}[J" + lines.map { $0 + "\n" }.joined()
    }

    /// What happened since `previous`, one line per task that changed, for everything that is no terminal.
    static func changes(from previous: RunSnapshot?, to current: RunSnapshot) -> [String] {
        var before: [TaskPath: TaskRecord] = [:]
        for message in previous?.tasks ?? [] { before[message.task.path] = message.task }
        var lines: [String] = []
        if previous?.run.state != current.run.state {
            lines.append("run: \(current.run.state.look.word)")
        }
        for (message, _) in RunTables.ordered(current.tasks) {
            let task = message.task
            let old = before[task.path]
            guard old?.state != task.state || old?.reason != task.reason else { continue }
            var line = "\(task.path): \(task.state.look.word)"
            if task.state.isFinal, let start = task.startedAt, let end = task.endedAt {
                line += " in \(durationText(end - start))"
            }
            if let reason = waitingReason(task) { line += ": \(reason)" }
            lines.append(printable(line))
        }
        return lines
    }

    /// Why a task stands where it stands, where that is news: that it waits for others goes without saying.
    private static func waitingReason(_ task: TaskRecord) -> String? {
        guard let reason = task.reason, reason.code != .waitingForUpstream else { return nil }
        return reason.headline
    }
}
