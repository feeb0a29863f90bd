import Model
import PipelineIR

extension RunMachine {
    /// What a task runs; `nil` for the root, which no pipeline holds.
    func definition(of index: Int) -> TaskGraph.Task? {
        guard let parent = instances[index].parent, let pipeline = instances[parent].pipeline else { return nil }
        return graph.pipelines[pipeline].tasks[instances[index].position]
    }

    /// An instance without anything derived.
    func instance(_ record: TaskRecord, _ task: TaskGraph.Task, position: Int, parent: Int) -> TaskInstance {
        var pipeline: Int?
        if case .pipeline(let index) = task.body { pipeline = index }
        return TaskInstance(
            record: record, parent: parent, position: position, pipeline: pipeline,
            retryPolicy: task.spec.retryPolicy ?? instances[parent].retryPolicy)
    }

    /// Turns rows into instances, parents before children, siblings in the pipeline's order.
    mutating func load(_ tasks: [TaskRecord]) throws(CorruptRun) {
        var recordsOfParent: [TaskPath: [String: TaskRecord]] = [:]
        var root: TaskRecord?
        for record in tasks {
            if let parent = record.parent {
                recordsOfParent[parent, default: [:]][record.name] = record
            } else {
                root = record
            }
        }
        guard let root else { throw CorruptRun(message: "the run has no root task") }
        instances = [TaskInstance(record: root, parent: nil, position: 0, pipeline: 0, retryPolicy: nil)]
        indexOfPath = [root.path: 0]
        var loaded = 1
        var next = 0
        while next < instances.count {
            defer { next += 1 }
            guard let pipeline = instances[next].pipeline,
                let records = recordsOfParent[instances[next].record.path]
            else { continue }
            for (position, task) in graph.pipelines[pipeline].tasks.enumerated() {
                guard let record = records[task.name] else {
                    throw CorruptRun(
                        message: "task '\(instances[next].record.path)' has started, but its task '\(task.name)' has no row")
                }
                instances[next].children.append(instances.count)
                indexOfPath[record.path] = instances.count
                instances.append(instance(record, task, position: position, parent: next))
                loaded += 1
            }
        }
        if loaded != tasks.count {
            let known = Set(instances.map(\.record.path))
            let strangers = tasks.filter { !known.contains($0.path) }.map(\.path.text).prefix(3)
            throw CorruptRun(message: "the pipeline has no tasks for the rows \(strangers.joined(separator: ", "))")
        }
    }

    /// Refuses rows that no machine writes together: from them a run would end wrongly, or never.
    func checkConsistency() throws(CorruptRun) {
        if instances[0].record.state.isFinal, !run.state.isFinal {
            throw CorruptRun(
                message:
                    "the root task is \(instances[0].record.state.rawValue), but the run is \(run.state.rawValue)"
            )
        }
        for instance in instances {
            let contradiction =
                instance.pipeline == nil ? contradiction(inTask: instance) : contradiction(inGroup: instance)
            if let contradiction {
                throw CorruptRun(
                    message:
                        "task '\(instance.record.path)' is \(instance.record.state.rawValue), but \(contradiction)"
                )
            }
        }
    }

    private func contradiction(inGroup group: TaskInstance) -> String? {
        if let attempt = group.attempts.first {
            return "has an attempt \(attempt.number), although it runs a pipeline"
        }
        switch group.record.state {
        case .pending, .skipped: return group.children.isEmpty ? nil : "the tasks inside have rows"
        case .running: return group.children.isEmpty ? "the tasks inside have no rows" : nil
        case .succeeded: return group.children.isEmpty ? "the tasks inside have no rows" : openTask(in: group)
        case .cached, .failed, .canceled: return openTask(in: group)
        }
    }

    private func openTask(in group: TaskInstance) -> String? {
        group.children.map { instances[$0].record }.first { !$0.state.isFinal }.map {
            "'\($0.path)' is \($0.state.rawValue)"
        }
    }

    private func contradiction(inTask task: TaskInstance) -> String? {
        for (number, attempt) in task.attempts.enumerated() {
            if attempt.number != number {
                return "has an attempt \(attempt.number) where attempt \(number) belongs"
            }
            if number + 1 < task.attempts.count, !attempt.state.isFinal {
                return "attempt \(number) is \(attempt.state.rawValue), although a later one exists"
            }
        }
        let last =
            task.attempts.last.map { "attempt \($0.number) is \($0.state.rawValue)" } ?? "it has no attempt"
        switch task.record.state {
        case .pending:
            // Between two attempts; the only ends that another attempt may follow.
            let mayGoOn =
                task.openAttempt != nil
                || task.attempts.allSatisfy { $0.state == .failed || $0.state == .lost }
            return mayGoOn ? nil : last
        case .running: return task.openAttempt == nil ? last : nil
        case .succeeded, .cached, .skipped, .failed, .canceled: return task.openAttempt == nil ? nil : last
        }
    }

    /// Computes what follows from the rows.
    mutating func derive() {
        for index in instances.indices {
            let children = instances[index].children
            instances[index].openChildren = children.count { !instances[$0].record.state.isFinal }
            if let parent = instances[index].parent, let task = definition(of: index) {
                instances[index].waitingFor = task.upstream.count {
                    !instances[instances[parent].children[$0]].record.state.isFinal
                }
            }
        }
    }
}
