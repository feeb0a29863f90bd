import Model
import Wire

/// The tables in which runs and tasks are shown.
enum RunTables {
    /// A list of runs.
    static func runs(_ runs: [Run], now: Instant) -> Table {
        Table(
            headings: ["ID", "NAME", "STATE", "DURATION", "STARTED"],
            rows: runs.map { run in
                [
                    Cell(run.id.text), Cell(run.displayName, .strong), run.state.look.cell,
                    Cell(durationText((run.finishedAt ?? now) - run.createdAt)),
                    Cell(run.createdAt.rfc3339, .faint),
                ]
            }
        )
    }

    /// The tasks of a run, each after the group it stands in, by the names that `martlet runs logs` takes.
    static func tasks(_ tasks: [TaskMessage], now: Instant) -> Table {
        Table(
            headings: ["TASK", "STATE", "DURATION", "ATTEMPTS", "REASON"],
            rows: ordered(tasks).map { message, _ in
                [
                    Cell(message.task.path.text), message.task.state.look.cell,
                    Cell(duration(message.task, now)),
                    Cell(message.attempts.count > 1 ? "\(message.attempts.count)" : ""),
                    Cell(explanation(message.task), .faint),
                ]
            }
        )
    }

    /// Everything but the root, each task after the group it stands in, in the order of creation, with
    /// its depth.
    static func ordered(_ tasks: [TaskMessage]) -> [(message: TaskMessage, depth: Int)] {
        let groups = Dictionary(grouping: tasks.filter { $0.task.path != .root }) { $0.task.parent ?? .root }
        var result: [(TaskMessage, Int)] = []
        var waiting = [(path: TaskPath.root, depth: -1)]
        var byPath: [TaskPath: TaskMessage] = [:]
        for message in tasks { byPath[message.task.path] = message }
        var seen: Set<TaskPath> = []
        while let (path, depth) = waiting.popLast() {
            // The server's word on who stands where is not trusted to be a tree.
            guard seen.insert(path).inserted else { continue }
            if path != .root, let message = byPath[path] { result.append((message, depth)) }
            let children = (groups[path] ?? []).sorted(by: precedes).reversed()
            waiting += children.map { ($0.task.path, depth + 1) }
        }
        return result
    }

    /// A task's name, two spaces further right for each group around it.
    static func indented(_ message: TaskMessage, _ depth: Int) -> String {
        let task = message.task
        let name = task.displayName.isEmpty ? task.name : task.displayName
        return String(repeating: "  ", count: depth) + name + (task.iteration.map { " #\($0)" } ?? "")
    }

    /// How long a task took or has been running; empty before it starts.
    static func duration(_ task: TaskRecord, _ now: Instant) -> String {
        guard let startedAt = task.startedAt else { return "" }
        return durationText((task.endedAt ?? now) - startedAt)
    }

    /// Why a task stands where it stands; where nothing is to say of that, why no earlier results would do.
    private static func explanation(_ task: TaskRecord) -> String {
        (task.reason ?? task.cache)?.headline ?? ""
    }

    private static func precedes(_ left: TaskMessage, _ right: TaskMessage) -> Bool {
        let (left, right) = (left.task, right.task)
        if let first = left.iteration, let second = right.iteration { return first < second }
        return (left.createdAt, left.path) < (right.createdAt, right.path)
    }
}
