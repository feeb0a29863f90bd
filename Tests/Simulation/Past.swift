import Model

/// How the tasks of a run had ended when it was retried, or when another run began to repeat it.
struct Past {
    /// Every task there was.
    var ends: [TaskPath: TaskRecord] = [:]
    /// How often each was tried.
    var attempts: [TaskPath: Int] = [:]
    /// Whether another run repeats it.
    var isRerun = false
    /// The task from which it repeats.
    var chosen: TaskPath?

    /// Whether a task runs again whatever becomes of those before it.
    func isAgain(_ path: TaskPath) -> Bool {
        guard let end = ends[path] else { return !ends.isEmpty }
        if let chosen, chosen == path || path == .root || chosen.text.hasPrefix(path.text + ".") {
            return true
        }
        return ![.succeeded, .cached, .skipped].contains(end.state)
    }
}

extension Past {
    /// What stands as it was; `nil` if there was no such task.
    func kept(_ path: TaskPath) -> Oracle.Expectation? {
        guard let end = ends[path] else { return nil }
        // A pass of a loop may be a container by itself.
        let isLeaf =
            switch end.kind {
            case .container, .importer: true
            case .iteration: !ends.values.contains { $0.parent == path }
            case .root, .dag, .loop, .condition, .conditionBranch, .exitHandler: false
            }
        return Oracle.Expectation(
            state: isRerun && isLeaf && end.state.isSuccess ? .cached : end.state,
            inputs: end.inputs,
            outputs: end.outputs,
            isLeaf: isLeaf
        )
    }
}
