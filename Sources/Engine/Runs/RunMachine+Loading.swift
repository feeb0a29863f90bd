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

    /// Computes what follows from the rows.
    mutating func derive() {
        for index in instances.indices {
            let children = instances[index].children
            instances[index].openChildren = children.count { !instances[$0].record.state.isFinal }
            instances[index].firstFailure = children.filter { instances[$0].record.state == .failed }
                .min { (instances[$0].record.endedAt ?? .epoch, $0) < (instances[$1].record.endedAt ?? .epoch, $1) }
            if let parent = instances[index].parent, let task = definition(of: index) {
                instances[index].waitingFor = task.upstream.count {
                    !instances[instances[parent].children[$0]].record.state.isFinal
                }
            }
        }
    }
}
