package import Model

/// How a state looks: a word, a shape and a colour, so that none has to be told from another by colour alone.
package struct StateView: Hashable, Sendable {
    /// The word.
    package let word: String
    /// The CSS class that gives the colour: `s-failed`.
    package let style: String
    /// The outline of the sign in a square of 16, as an SVG path.
    package let sign: String

    private init(_ word: String, _ style: String, _ sign: String) {
        self.word = word
        self.style = "s-" + style
        self.sign = sign
    }

    /// Of a run.
    package init(_ state: RuntimeState) {
        switch state {
        case .pending: self = Self.pending
        case .running: self = Self.running
        case .succeeded: self = Self.succeeded
        case .skipped: self = Self.skipped
        case .failed: self = Self.failed
        case .canceling: self.init("Stopping", "canceled", Signs.stop)
        case .canceled: self = Self.canceled
        case .paused: self.init("Paused", "pending", Signs.pause)
        }
    }

    /// Of a task. `nil` is one that the run has not got to.
    package init(_ state: TaskState?) {
        switch state {
        case nil: self.init("Not reached", "none", Signs.dots)
        case .pending: self = Self.pending
        case .running: self = Self.running
        case .succeeded: self = Self.succeeded
        case .cached: self.init("Cached", "cached", Signs.layers)
        case .skipped: self = Self.skipped
        case .failed: self = Self.failed
        case .canceled: self = Self.canceled
        }
    }

    /// Of an attempt.
    package init(_ state: AttemptState) {
        switch state {
        case .pending: self = Self.pending
        case .running: self = Self.running
        case .succeeded: self = Self.succeeded
        case .failed: self = Self.failed
        case .lost: self.init("Lost", "failed", Signs.cross)
        case .canceled: self = Self.canceled
        }
    }

    private static let pending = Self("Pending", "pending", Signs.clock)
    private static let running = Self("Running", "running", Signs.arc)
    private static let succeeded = Self("Succeeded", "succeeded", Signs.check)
    private static let skipped = Self("Skipped", "skipped", Signs.skip)
    private static let failed = Self("Failed", "failed", Signs.cross)
    private static let canceled = Self("Stopped", "canceled", Signs.stop)
}

/// Outlines in a square of 16.
private enum Signs {
    static let check = "M3.5 8.5l3 3 6-7"
    static let cross = "M4.5 4.5l7 7m0-7l-7 7"
    static let arc = "M8 2.5a5.5 5.5 0 1 0 5.5 5.5"
    static let clock = "M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2 1.3"
    static let skip = "M3.5 4.5l4 3.5-4 3.5m5-7l4 3.5-4 3.5"
    static let stop = "M4.5 4.5h7v7h-7z"
    static let pause = "M6 4v8m4-8v8"
    static let layers = "M8 3l5.5 2.7L8 8.4 2.5 5.7zM2.5 8.8L8 11.5l5.5-2.7"
    static let dots = "M4 8h.01M8 8h.01M12 8h.01"
}
