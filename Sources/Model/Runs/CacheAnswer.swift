/// What the cache says of a task that is about to run.
package enum CacheAnswer: Hashable, Sendable {
    /// An earlier execution stands for it.
    case hit(CachedTask)
    /// It has to run; the reason has the code ``Reason/Code/cacheMiss`` and says what differs.
    case miss(Reason)
}

/// An execution whose outputs can stand for those of another.
package struct CachedTask: Hashable, Sendable {
    /// The run in which it was executed.
    package var run: RunID
    /// The task within that run.
    package var path: TaskPath
    /// What came out of it.
    package var outputs: TaskValues
    /// The artifacts among ``outputs`` that are registered, by output name, then place in its list.
    package var artifacts: [Artifact]
    /// When it had succeeded.
    package var createdAt: Instant

    /// Makes a cached task.
    package init(
        run: RunID,
        path: TaskPath,
        outputs: TaskValues,
        artifacts: [Artifact],
        createdAt: Instant
    ) {
        self.run = run
        self.path = path
        self.outputs = outputs
        self.artifacts = artifacts
        self.createdAt = createdAt
    }
}
