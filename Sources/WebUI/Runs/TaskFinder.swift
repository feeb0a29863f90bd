import Model

/// Finds tasks of a run by a part of their name, for runs whose graph is larger than a window.
struct TaskFinder: Hashable, Sendable {
    /// A task that fits.
    struct Found: Hashable, Sendable {
        let name: String
        /// The groups it is in; `nil` for none.
        let group: String?
        let href: String
        let state: StateView
    }

    let path: String
    let text: String
    let found: [Found]
    let hasFound: Bool
    /// How many fit, where something was looked for.
    let note: String?

    /// Runs with fewer tasks are seen at a glance.
    private static let tasksMin = 15
    private static let foundMax = 30

    init?(_ tasks: RunTasks, _ address: RunAddress) {
        guard address.tab == .graph, tasks.byPath.count > Self.tasksMin else { return nil }
        path = address.path
        text = address.find ?? ""
        guard let wanted = address.find?.lowercased() else {
            (found, hasFound, note) = ([], false, nil)
            return
        }
        let fitting = tasks.byPath.values.filter { task in
            task.kind != .root
                && (task.displayName.lowercased().contains(wanted)
                    || task.path.text.lowercased().contains(wanted))
        }
        .map { (order: $0.path.countedText, task: $0) }
        .sorted { $0.order < $1.order }
        .map(\.task)
        found = fitting.prefix(Self.foundMax).map { task in
            // The name of an iteration has its loop in it.
            let place = task.iteration == nil ? task.path : task.parent ?? task.path
            return Found(
                name: tasks.title(of: task),
                group: tasks.place(of: place).group,
                href: address.showing(task.path).href,
                state: StateView(task.state)
            )
        }
        hasFound = !found.isEmpty
        let rest = fitting.count > Self.foundMax ? "; the first \(Self.foundMax) are listed" : ""
        note =
            fitting.isEmpty ? "No task that the run has got to fits." : counted(fitting.count, "task") + rest
    }
}
