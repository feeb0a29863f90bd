package import Model

/// A new run that takes over what an earlier one of the same pipeline has done.
extension RunMachine {
    /// Builds the machine of a run that repeats another from some task on. Everything that does not run again stands as it
    /// ended there; ``resume(at:)`` then stores it and starts the rest.
    /// - Parameters:
    ///   - source: the run it repeats, which is over.
    ///   - path: where it starts.
    /// - Throws: ``CorruptRun`` if the source has no such task.
    package init(
        run: Run,
        rerunning source: RunMachine,
        from path: TaskPath,
        activeDeadline: Duration? = nil,
        underWayMax: Int = Limits.tasksUnderWayMax,
        at now: Instant
    ) throws(CorruptRun) {
        guard let start = source.indexOfPath[path] else {
            throw CorruptRun(message: "run \(source.run.id), which it repeats, has no task '\(path)'")
        }
        let extents = Reopening(source, from: start).extents
        var records: [TaskRecord] = []
        for (index, instance) in source.instances.enumerated() {
            if let parent = instance.parent, extents[parent] == .whole { continue }
            records.append(
                extents[index] == .kept
                    ? source.takenOver(index, by: run, now) : source.begunAnew(index, in: run, now)
            )
        }
        try self.init(
            run: run,
            graph: source.graph,
            tasks: records,
            artifacts: Array(source.artifacts.values),
            activeDeadline: activeDeadline,
            underWayMax: underWayMax
        )
        for index in instances.indices {
            changed(index)
            guard instances[index].record.state == .cached else { continue }
            let outputs = instances[index].record.outputs.artifacts
            step.artifacts += outputs.values.joined().compactMap { artifacts[$0] }
            addEdges(index, .input, instances[index].record.inputs.artifacts)
            addEdges(index, .output, outputs)
        }
    }

    private func begunAnew(_ index: Int, in run: Run, _ now: Instant) -> TaskRecord {
        let old = instances[index].record
        var record = TaskRecord(
            runID: run.id,
            path: old.path,
            parent: old.parent,
            name: old.name,
            displayName: index == 0 ? run.displayName : old.displayName,
            iteration: old.iteration,
            kind: old.kind,
            createdAt: now
        )
        if index == 0 || old.kind == .iteration { record.inputs = old.inputs }
        return record
    }

    private func takenOver(_ index: Int, by run: Run, _ now: Instant) -> TaskRecord {
        let old = instances[index].record
        var record = begunAnew(index, in: run, now)
        record.inputs = old.inputs
        record.outputs = old.outputs
        if old.state.isSuccess, !instances[index].isGroup {
            let reason = Reason(
                .reused,
                "Took the outputs of the same task of run \(self.run.id), which this run repeats.",
                details: ["run_id": .string(self.run.id.text), "task": .string(old.path.text)]
            )
            record.cache = reason
            record.enter(.cached, at: now, reason: reason)
        } else {
            record.enter(old.state, at: now, reason: old.reason)
        }
        record.endedAt = now
        return record
    }
}
