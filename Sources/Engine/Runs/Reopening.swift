import Model
import PipelineIR

/// Which tasks of a run that is over run again, and how much of them.
///
/// Again runs what failed, was stopped or never came to its end, what somebody chose, and whatever comes after any of these,
/// even if it had succeeded: an exit task has to hear of the new outcome. A group with such a task inside is opened again,
/// and the rest of it is kept.
struct Reopening {
    /// What becomes of one task.
    enum Extent {
        /// It stands as it is.
        case kept
        /// A group that goes on: some of what is inside runs again.
        case partly
        /// It runs again with all that is inside.
        case whole
    }

    /// By instance.
    let extents: [Extent]

    /// - Parameters:
    ///   - machine: the run as it ended.
    ///   - chosen: the instance to start from, beside what did not succeed.
    init(_ machine: RunMachine, from chosen: Int? = nil) {
        var around: Set<Int> = []
        var next = chosen.flatMap { machine.instances[$0].parent }
        while let group = next {
            around.insert(group)
            next = machine.instances[group].parent
        }
        var extents = [Extent](repeating: .kept, count: machine.instances.count)
        for (index, instance) in machine.instances.enumerated() {
            let isAgain = machine.isUnfinished(index) || around.contains(index)
            let own: Extent = instance.children.isEmpty ? .whole : .partly
            guard let parent = instance.parent else {
                extents[index] = chosen == index ? .whole : isAgain ? own : .kept
                continue
            }
            switch extents[parent] {
            case .kept: break
            case .whole: extents[index] = .whole
            case .partly:
                // Siblings before it have lower numbers, so they are decided.
                let isAfter = machine.upstream(of: index).contains { extents[$0] != .kept }
                extents[index] = chosen == index || isAfter ? .whole : isAgain ? own : .kept
            }
        }
        self.extents = extents
    }
}

extension RunMachine {
    /// Whether a task failed, was stopped, or was left open by a run that could not go on.
    fileprivate func isUnfinished(_ index: Int) -> Bool {
        switch instances[index].record.state {
        case .failed, .canceled, .pending, .running: true
        case .succeeded, .cached, .skipped: false
        }
    }

    /// The instances a task waits for.
    fileprivate func upstream(of index: Int) -> [Int] {
        guard let parent = instances[index].parent, !instances[parent].isLoop,
            let task = definition(of: index)
        else { return [] }
        return task.upstream.map { instances[parent].children[$0] }
    }

    /// Opens again what ``Reopening`` names; what follows from the rows has to be derived afterwards.
    mutating func reopen(at now: Instant) {
        let extents = Reopening(self).extents
        let reason = Reason(.retried, "The run was retried.")
        for index in instances.indices where extents[index] != .kept {
            for number in instances[index].attempts.indices
            where !instances[index].attempts[number].state.isFinal {
                instances[index].attempts[number].state = .lost
                instances[index].attempts[number].endedAt = now
                changed(index, attempt: number)
            }
            instances[index].record.reopen(attempts: instances[index].attempts.count, at: now, reason: reason)
            changed(index)
            step.reopened.append(instances[index].record.path)
            guard let home = instances[index].definition, instances[index].record.kind != .iteration else {
                continue
            }
            instances[index].record.inputs = TaskValues()
            if upstream(of: index).contains(where: { extents[$0] != .kept }) {
                let task = graph.pipelines[home.pipeline].tasks[home.position]
                instances[index].record.reason = waitingReason(task, home.pipeline)
            }
        }
    }
}
