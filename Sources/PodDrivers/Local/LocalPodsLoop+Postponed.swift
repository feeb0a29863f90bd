import Logging
import Model
import Pods

/// What is tried again because the system has too little of something just now: descriptors, processes, or room on
/// the disk. It comes back, and a step that waits for it is not one that failed.
extension LocalPodsLoop {
    /// Something to be done once more.
    struct Postponed {
        let subject: Subject
        let due: Duration
        let action: (LocalPodsLoop) -> Void
    }

    private static let postponement: Duration = .seconds(1)

    /// Has something done again in a moment if that may help.
    /// - Returns: whether it will be done again.
    func postpone(
        _ subject: Subject,
        after error: any Error,
        _ action: @escaping (LocalPodsLoop) -> Void
    ) -> Bool {
        guard (error as? PlatformError)?.code == .resourceExhausted else { return false }
        // Once for all that waits; there may be hundreds, every second.
        if shortage == nil {
            shortage = (error as? PlatformError)?.message
            logger.warning(
                "Something has run out; trying again until it is back",
                metadata: ["folder": "\(folder(of: subject).path)", "error": "\(error)"]
            )
        }
        doLater(subject, action)
        return true
    }

    /// Whether something about a subject has to wait.
    func isPostponed(_ subject: Subject) -> Bool { postponed.contains { $0.subject == subject } }

    /// Has something done after all that waits already.
    func doLater(_ subject: Subject, _ action: @escaping (LocalPodsLoop) -> Void) {
        postponed.append(Postponed(subject: subject, due: now + Self.postponement, action: action))
    }

    /// Does what is due. What has to wait once more joins the end of the queue.
    func actOnPostponed() {
        let due = postponed.prefix { $0.due <= now }
        guard !due.isEmpty else { return }
        postponed.removeFirst(due.count)
        for item in due { item.action(self) }
        if postponed.isEmpty { shortage = nil }
    }

    /// Tells why a pod that was launched does not run yet, as far as we can see.
    func reportLateStart(of name: PodName) {
        let cause =
            Disk.hasRoom(folder(of: .pod(name)).path)
            ? "The machine may be very busy, or out of processes, descriptors or memory."
            : "The disk with \(configuration.root) is full."
        let reason = Reason(.waitingForCapacity, "The program was launched and has not begun yet. \(cause)")
        act([.report(PodReport(name: name, event: .waiting(reason)))])
    }

    /// Tells why a pod is not launched yet.
    func reportWaiting(of subject: Subject, _ error: any Error) {
        guard case .pod(let name) = subject else { return }
        let reason = Reason(.waitingForCapacity, "Waits and tries again every second. \(error.sentence)")
        act([.report(PodReport(name: name, event: .waiting(reason)))])
    }
}
