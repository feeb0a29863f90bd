package import Model
package import Services

/// The tasks of a run, found by path, by group, and counted.
package struct RunTasks: Sendable {
    /// The tasks by path.
    package let byPath: [TaskPath: TaskRecord]
    /// What stands in each group; iterations in their order, the rest by creation.
    package let children: [TaskPath: [TaskRecord]]
    /// The attempts at each task, the first one first.
    package let attempts: [TaskPath: [Attempt]]
    /// How many steps each group holds, nested ones included, by state.
    package let steps: [TaskPath: [TaskState: Int]]

    /// No tasks.
    init() {
        (byPath, children, attempts, steps) = ([:], [:], [:], [:])
    }

    /// Sorts what was read.
    package init(_ listing: TaskService.Listing) {
        var byPath: [TaskPath: TaskRecord] = [:]
        var children: [TaskPath: [TaskRecord]] = [:]
        byPath.reserveCapacity(listing.tasks.count)
        for task in listing.tasks {
            byPath[task.path] = task
            if let parent = task.parent { children[parent, default: []].append(task) }
        }
        for (parent, tasks) in children where tasks.contains(where: { $0.iteration != nil }) {
            children[parent] = tasks.sorted { ($0.iteration ?? 0) < ($1.iteration ?? 0) }
        }
        var steps: [TaskPath: [TaskState: Int]] = [:]
        for task in listing.tasks where children[task.path] == nil && task.kind.isStep {
            var group = task.parent
            while let path = group {
                steps[path, default: [:]][task.state, default: 0] += 1
                group = byPath[path]?.parent
            }
        }
        self.byPath = byPath
        self.children = children
        self.steps = steps
        attempts = Dictionary(grouping: listing.attempts, by: \.path)
    }

    /// Whether steps will be added that nobody has counted yet: groups that are not reached, passes that are not made.
    package var isGrowing: Bool {
        byPath.values.contains { task in
            task.kind.isGroup && !task.state.isFinal
                && (children[task.path] == nil || task.iterationsPlanned != nil)
        }
    }

    /// The step that failed first.
    package var firstFailure: TaskRecord? {
        byPath.values.filter { $0.state == .failed && $0.kind.isStep }.min {
            ($0.endedAt ?? $0.createdAt, $0.path) < ($1.endedAt ?? $1.createdAt, $1.path)
        }
    }

    /// A task's name with the numbers of its iterations, and the names of the groups it is in; `nil` for none.
    func place(of path: TaskPath) -> (name: String, group: String?) {
        var (groups, numbers): ([String], [String]) = ([], [])
        var record = byPath[path]
        let name = record?.displayName ?? path.text
        while let parent = record?.parent, let group = byPath[parent], group.parent != nil {
            if let number = group.iteration {
                numbers.append(String(number + 1))
            } else {
                groups.append(group.displayName)
            }
            record = group
        }
        return (
            numbers.isEmpty ? name : "\(name) · \(numbers.reversed().joined(separator: "."))",
            groups.isEmpty ? nil : groups.reversed().joined(separator: " / ")
        )
    }

    /// What a task is called where its groups are not named, with the numbers of the iterations it is in: `Train · 2`.
    func title(of record: TaskRecord) -> String {
        // The name of an iteration has its number from 0 in it; on pages they count from 1.
        guard let number = record.iteration, let loop = record.parent else {
            return byPath[record.path] == nil ? record.displayName : place(of: record.path).name
        }
        return "\(place(of: loop).name) · \(number + 1)"
    }

    /// The iterations of a loop, in order.
    package func iterations(of loop: TaskPath) -> [TaskRecord] {
        (children[loop] ?? []).filter { $0.iteration != nil }
    }
}

extension TaskKind {
    /// Whether it does something itself, rather than hold other tasks.
    var isStep: Bool { self == .container || self == .importer }

    /// The name for people.
    var title: String {
        switch self {
        case .root: "Run"
        case .dag: "Pipeline"
        case .container: "Step"
        case .importer: "Importer"
        case .loop: "Loop"
        case .iteration: "Iteration"
        case .condition: "Condition"
        case .conditionBranch: "Branches"
        case .exitHandler: "Exit handler"
        }
    }
}

/// How many of something are in each state, in a few words: `7 of 10 done, 1 failed, 2 running`.
/// - Parameter isGrowing: whether nobody knows yet how many there will be.
package func progressText(_ counts: [TaskState: Int], total: Int? = nil, isGrowing: Bool = false) -> String {
    let all = total ?? counts.values.reduce(0, +)
    let done = counts.filter(\.key.isSuccess).values.reduce(0, +)
    let rest: [(TaskState, String)] = [
        (.failed, "failed"), (.running, "running"), (.canceled, "stopped"), (.skipped, "skipped"),
    ]
    let words = rest.compactMap { state, word in counts[state].map { "\($0) \(word)" } }
    return ([isGrowing ? "\(done) done" : "\(done) of \(all) done"] + words).joined(separator: ", ")
}
