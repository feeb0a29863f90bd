/// The state of one attempt at a task.
package enum AttemptState: String, Hashable, Sendable, CaseIterable {
    /// Intended; the pod may or may not exist yet.
    case pending = "PENDING"
    /// The program runs.
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    /// The pod disappeared without an exit status.
    case lost = "LOST"
    case canceled = "CANCELED"

    /// Whether the attempt is over.
    package var isFinal: Bool {
        switch self {
        case .pending, .running: false
        case .succeeded, .failed, .lost, .canceled: true
        }
    }
}

/// One try at a task, with its own pod, log, times and error. It is stored before its pod is launched.
package struct Attempt: Hashable, Sendable {
    /// The task's path within the run.
    package var path: TaskPath
    /// 0 for the first. Source: KFP `KFP_RETRY_INDEX`.
    package var number: Int
    /// Where it stands.
    package var state: AttemptState
    /// Why it stands there.
    package var reason: Reason?
    /// When it was intended.
    package var createdAt: Instant
    /// When the program started.
    package var startedAt: Instant?
    /// When it ended.
    package var endedAt: Instant?
    /// The program's exit status, if it ended by itself.
    package var exitCode: Int?

    /// Makes an intended attempt.
    package init(path: TaskPath, number: Int, createdAt: Instant) {
        self.path = path
        self.number = number
        self.state = .pending
        self.reason = nil
        self.createdAt = createdAt
        self.startedAt = nil
        self.endedAt = nil
        self.exitCode = nil
    }
}
