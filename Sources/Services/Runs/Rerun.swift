import Model

extension Run {
    /// A run that repeats another, not started.
    init(repeating source: Run, from path: TaskPath, id: RunID, displayName: String?, createdAt: Instant) {
        self.init(
            id: id,
            experimentID: source.experimentID,
            displayName: displayName ?? source.displayName,
            description: source.description,
            pipelineID: source.pipelineID,
            pipelineVersionID: source.pipelineVersionID,
            pipelineName: source.pipelineName,
            parameters: source.parameters,
            pipelineRoot: source.pipelineRoot,
            serviceAccount: source.serviceAccount,
            createdAt: createdAt,
            notes: source.notes
        )
        rerun = Rerun(source: source.id, from: path)
    }
}

extension TaskRecord {
    /// The row of a root task, for a run with the same inputs that has not started.
    func begun(in run: Run) -> TaskRecord {
        var record = TaskRecord(
            runID: run.id,
            path: path,
            parent: nil,
            name: name,
            displayName: run.displayName,
            kind: kind,
            createdAt: run.createdAt
        )
        record.inputs = inputs
        return record
    }
}

extension [TaskRecord] {
    /// The task a person means, by its path or by a name that only one has.
    func path(meant text: String, of run: RunID) throws -> TaskPath {
        if let task = first(where: { $0.path.text == text }) { return task.path }
        let named = filter { $0.kind != .iteration && ($0.name == text || $0.displayName == text) }
        if let task = named.first, named.count == 1 { return task.path }
        let paths = (named.isEmpty ? filter { $0.path != .root } : named).map(\.path.text)
        let shown = paths.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
        let more = paths.count > 10 ? ", …" : ""
        throw PlatformError.invalid(
            named.isEmpty
                ? "Run \(run) has no task '\(text)'; it has \(shown)\(more)."
                : "\(named.count) tasks of run \(run) are called '\(text)'; name one by its path: \(shown)\(more)."
        )
    }
}
