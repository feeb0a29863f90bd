package import Model
package import PipelineIR

/// How one attempt ended, outputs already read and checked.
package enum AttemptResult: Hashable, Sendable {
    /// The program did what it should; its artifacts are new, with ids of their own.
    case succeeded(parameters: [String: JSONValue], artifacts: [String: [Artifact]])
    /// The program, or what it needs, failed.
    case failed(Reason, exitCode: Int?)
    /// The pod disappeared; nobody knows how far the program came.
    case lost(Reason)
}

/// Something that happened to a run.
package enum RunEvent: Hashable, Sendable {
    /// A pod does not run yet; the reason says what for.
    case podWaiting(TaskPath, attempt: Int, Reason)
    /// A pod's program runs.
    case podStarted(TaskPath, attempt: Int, at: Instant)
    /// A pod is over.
    case podEnded(TaskPath, attempt: Int, AttemptResult, at: Instant)
    /// An importer's artifact is registered, or cannot be.
    case imported(TaskPath, ImportResult)
    /// What the cache says of a task.
    case cacheAnswered(TaskPath, CacheAnswer)
    /// A deadline the machine asked for may have come.
    case clockAdvanced
    /// Somebody wants the run to stop.
    case terminationRequested
}

/// How an importer ended.
package enum ImportResult: Hashable, Sendable {
    /// The artifact, new or found.
    case registered(Artifact)
    /// It cannot be registered.
    case failed(Reason)
}

/// An artifact to be registered.
package struct Import: Hashable, Sendable {
    /// The importer.
    package let path: TaskPath
    /// Where the bytes are.
    package let uri: String
    /// Its type.
    package let schemaTitle: String
    /// Version of the type's schema.
    package let schemaVersion: String
    /// What is said of it.
    package let metadata: [String: JSONValue]
    /// Whether a copy goes to the run's workspace.
    package let downloadsToWorkspace: Bool
    /// Whether one that is known already will not do.
    package let reimport: Bool
    /// The output it becomes.
    package let output: String
}

/// A pod to be made sure of.
package struct Launch: Hashable, Sendable {
    /// The task.
    package let path: TaskPath
    /// The attempt, from 0.
    package let attempt: Int
    /// When it was first wanted: the same after a restart.
    package let wantedAt: Instant
    /// What it runs, and what it declares.
    package let task: TaskGraph.Task
    /// Input parameters, defaults filled in.
    package let parameters: [String: JSONValue]
    /// Input artifacts.
    package let artifacts: [String: [Artifact]]
}

/// What a run machine wants done, in this order: rows first, so that intent is stored before anything is touched.
package enum RunCommand: Hashable, Sendable {
    /// Store the run.
    case saveRun(Run)
    /// Store a task.
    case saveTask(TaskRecord)
    /// Store an attempt.
    case saveAttempt(Attempt)
    /// Forget what a task that is to run again read and wrote.
    case forgetLineage(TaskPath)
    /// Store artifacts and who read or wrote them.
    case saveLineage([Artifact], [ArtifactEdge])
    /// Remember that a task's outputs can stand for those of others with the same key.
    case saveCacheEntry(TaskPath, CacheKey)
    /// Ask the cache, and send ``RunEvent/cacheAnswered(_:_:)``.
    case lookUpCache(TaskPath, CacheKey)
    /// Register an artifact, and send ``RunEvent/imported(_:_:)``.
    case register(Import)
    /// Make sure a pod exists.
    case launch(Launch)
    /// Ask a pod to end.
    case stop(TaskPath, attempt: Int)
    /// Send ``RunEvent/clockAdvanced`` at or after this time.
    case wake(at: Instant)

    /// Whether this changes rows rather than the world.
    package var isWrite: Bool {
        switch self {
        case .saveRun, .saveTask, .saveAttempt, .forgetLineage, .saveLineage, .saveCacheEntry: true
        case .launch, .stop, .wake, .lookUpCache, .register: false
        }
    }
}

/// Rows of a run that contradict its spec or each other; nothing can be decided from them.
package struct CorruptRun: Error, Hashable, Sendable, CustomStringConvertible {
    /// What contradicts what.
    package let message: String

    /// Makes the error.
    package init(message: String) {
        self.message = message
    }

    package var description: String { message }
}
