import Model
import Pods
import Synchronization

/// Messages for the thread that owns the pods, in the order they were sent.
final class LocalPodsInbox: Sendable {
    /// What can be asked of it.
    enum Message: Sendable {
        case ensure(PodSpec)
        case stop(PodName, grace: Duration)
        /// Answers whether the pod is over and may be cleaned up.
        case forget(PodName, CheckedContinuation<Bool, Never>)
        /// Answers whether no pod of the run is alive.
        case remove(RunID, CheckedContinuation<Bool, Never>)
        /// Answers how much there is to do.
        case load(CheckedContinuation<PodLoad, Never>)
        /// End the thread.
        case close
    }

    private let messages = Mutex<(queued: [Message], isClosed: Bool)>(([], false))
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Leaves a message and wakes the thread.
    func post(_ message: Message) {
        messages.withLock { box in
            box.queued.append(message)
            // Under the lock, so that the thread cannot close the descriptor that wakes it meanwhile.
            if !box.isClosed { wake() }
        }
    }

    /// Takes all messages.
    func take() -> [Message] {
        messages.withLock { box in
            defer { box.queued = [] }
            return box.queued
        }
    }

    /// Nobody reads any more: later messages wake nobody.
    func close() {
        messages.withLock { $0.isClosed = true }
    }
}
