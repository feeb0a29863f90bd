package import Model

/// How the tasks of a run end that cannot go on, because something of it cannot be read or stored. There is no machine to
/// decide it; a retry, once the cause is gone, runs again what did not succeed.
package struct AbandonedRun {
    /// The tasks that end, as they are to be stored.
    package let tasks: [TaskRecord]
    /// The attempts that end, likewise.
    package let attempts: [Attempt]

    /// Ends what is open: the root fails with the reason, and all else counts as stopped.
    /// - Parameters:
    ///   - tasks: all tasks of the run.
    ///   - attempts: all attempts of the run.
    ///   - reason: why it cannot go on.
    package init(tasks: [TaskRecord], attempts: [Attempt], reason: Reason, at now: Instant) {
        let stopped = Reason(reason.code, "Stopped because the run cannot go on.")
        self.tasks = tasks.filter { !$0.state.isFinal }.map { task in
            var task = task
            let isRoot = task.kind == .root
            task.enter(isRoot ? .failed : .canceled, at: now, reason: isRoot ? reason : stopped)
            task.endedAt = now
            return task
        }
        self.attempts = attempts.filter { !$0.state.isFinal }.map { attempt in
            var attempt = attempt
            attempt.state = .canceled
            attempt.reason = stopped
            attempt.endedAt = now
            return attempt
        }
    }
}
