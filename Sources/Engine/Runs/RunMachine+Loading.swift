import Model
import PipelineIR

extension RunMachine {
    /// What a task runs, an iteration what its loop runs; `nil` for the root, which no pipeline holds.
    func definition(of index: Int) -> TaskGraph.Task? {
        instances[index].definition.map { graph.pipelines[$0.pipeline].tasks[$0.position] }
    }

    /// Appends a task of a pipeline to the group it stands in.
    mutating func add(task record: TaskRecord, _ definition: (pipeline: Int, position: Int), parent: Int) {
        let task = graph.pipelines[definition.pipeline].tasks[definition.position]
        add(record, definition, isLoop: task.spec.iterator != nil, parent: parent)
    }

    /// Appends an iteration to its loop.
    mutating func add(iteration record: TaskRecord, _ definition: (pipeline: Int, position: Int), parent: Int)
    {
        add(record, definition, isLoop: false, parent: parent)
    }

    private mutating func add(
        _ record: TaskRecord,
        _ definition: (pipeline: Int, position: Int),
        isLoop: Bool,
        parent: Int
    ) {
        let task = graph.pipelines[definition.pipeline].tasks[definition.position]
        var pipeline: Int?
        if !isLoop, case .pipeline(let index) = task.body { pipeline = index }
        indexOfPath[record.path] = instances.count
        instances[parent].children.append(instances.count)
        instances.append(
            TaskInstance(
                record: record,
                parent: parent,
                definition: definition,
                pipeline: pipeline,
                isLoop: isLoop,
                retryPolicy: task.spec.retryPolicy ?? instances[parent].retryPolicy,
                isCachingOff: task.spec.cachingDisabled || instances[parent].isCachingOff
            )
        )
    }

    /// Turns rows into instances, parents before children, siblings in the pipeline's order, iterations in theirs.
    mutating func load(_ tasks: [TaskRecord]) throws(CorruptRun) {
        var recordsOfParent: [TaskPath: [TaskRecord]] = [:]
        var root: TaskRecord?
        for record in tasks {
            if let parent = record.parent {
                recordsOfParent[parent, default: []].append(record)
            } else {
                root = record
            }
        }
        guard let root else { throw CorruptRun(message: "the run has no root task") }
        instances = [
            TaskInstance(
                record: root,
                parent: nil,
                definition: nil,
                pipeline: 0,
                isLoop: false,
                retryPolicy: nil,
                isCachingOff: false
            )
        ]
        indexOfPath = [root.path: 0]
        var next = 0
        while next < instances.count {
            defer { next += 1 }
            guard let records = recordsOfParent[instances[next].record.path] else { continue }
            if instances[next].isLoop {
                try load(iterations: records, of: next)
            } else if let pipeline = instances[next].pipeline {
                try load(records, of: next, pipeline)
            }
        }
        if instances.count != tasks.count {
            let strangers = tasks.filter { indexOfPath[$0.path] == nil }.map(\.path.text).prefix(3)
            throw CorruptRun(
                message: "the pipeline has no tasks for the rows \(strangers.joined(separator: ", "))"
            )
        }
    }

    private mutating func load(_ records: [TaskRecord], of group: Int, _ pipeline: Int) throws(CorruptRun) {
        let byName = Dictionary(records.map { ($0.name, $0) }) { first, _ in first }
        for (position, task) in graph.pipelines[pipeline].tasks.enumerated() {
            guard let record = byName[task.name] else {
                throw CorruptRun(
                    message:
                        "task '\(instances[group].record.path)' has started, but its task '\(task.name)' has no row"
                )
            }
            add(task: record, (pipeline, position), parent: group)
        }
    }

    private mutating func load(iterations records: [TaskRecord], of loop: Int) throws(CorruptRun) {
        guard let definition = instances[loop].definition else { return }
        let sorted = records.sorted { ($0.iteration ?? -1) < ($1.iteration ?? -1) }
        for (number, record) in sorted.enumerated() {
            guard record.iteration == number else {
                throw CorruptRun(
                    message: "loop '\(instances[loop].record.path)' has no row for iteration \(number)"
                )
            }
            add(iteration: record, definition, parent: loop)
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
        for (index, instance) in instances.enumerated() {
            let contradiction =
                instance.isGroup
                ? contradiction(inGroup: instance) ?? contradiction(inLoop: index)
                : contradiction(inTask: instance)
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
        // A loop may have nothing to go through.
        if group.isLoop, group.record.state != .pending, group.children.isEmpty { return nil }
        switch group.record.state {
        case .pending:
            // Only a retry leaves such rows, and none of them goes on before its group does.
            return runningTask(in: group)
        case .skipped: return openTask(in: group)
        case .running: return group.children.isEmpty ? "the tasks inside have no rows" : nil
        case .succeeded: return group.children.isEmpty ? "the tasks inside have no rows" : openTask(in: group)
        case .cached, .failed, .canceled: return openTask(in: group)
        }
    }

    /// A loop of which iterations are missing would be taken for complete.
    private func contradiction(inLoop index: Int) -> String? {
        let loop = instances[index]
        guard loop.isLoop, loop.record.state == .running || loop.record.state == .succeeded else {
            return nil
        }
        switch loopItems(of: index) {
        case .failure(let failure): return failure.message
        case .success(let items):
            // A loop that was retried may have had more items before.
            let beyond = loop.children.dropFirst(items.count)
            let isComplete =
                loop.children.count >= items.count
                && beyond.allSatisfy { instances[$0].record.state == .skipped }
            if isComplete || loop.record.state == .running && loop.children.count < items.count { return nil }
            return "has \(loop.children.count) iterations for \(items.count) items"
        }
    }

    private func openTask(in group: TaskInstance) -> String? {
        group.children.map { instances[$0].record }.first { !$0.state.isFinal }.map {
            "'\($0.path)' is \($0.state.rawValue)"
        }
    }

    private func runningTask(in group: TaskInstance) -> String? {
        group.children.map { instances[$0].record }.first { $0.state == .running }.map {
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
                || task.currentAttempts.allSatisfy { $0.state == .failed || $0.state == .lost }
            return mayGoOn ? nil : last
        case .running: return task.openAttempt == nil && !isImporter(task) ? last : nil
        case .succeeded, .cached, .skipped, .failed, .canceled: return task.openAttempt == nil ? nil : last
        }
    }

    private func isImporter(_ task: TaskInstance) -> Bool {
        guard let home = task.definition else { return false }
        if case .importer = graph.pipelines[home.pipeline].tasks[home.position].body { return true }
        return false
    }

    /// Computes what follows from the rows.
    mutating func derive() {
        for index in instances.indices {
            noteWorkspaceArtifacts(of: index)
            let children = instances[index].children
            instances[index].openChildren = children.count { !instances[$0].record.state.isFinal }
            if instances[index].isLoop, instances[index].record.state == .running,
                case .success(let items) = loopItems(of: index)
            {
                instances[index].items = items
            }
            if instances[index].isLoop {
                instances[index].waitingIterations = children.reversed().filter {
                    instances[$0].record.state == .pending && instances[$0].currentAttempts.isEmpty
                }
            }
            if let parent = instances[index].parent, !instances[parent].isLoop,
                let task = definition(of: index)
            {
                instances[index].waitingFor = task.upstream.count {
                    !instances[instances[parent].children[$0]].record.state.isFinal
                }
            }
        }
    }
}
