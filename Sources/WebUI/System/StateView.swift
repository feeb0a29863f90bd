package import Model

/// How a state looks: a word, a shape and a colour, so that none has to be told from another by colour alone.
package struct StateView: Hashable, Sendable {
    /// The word.
    package let word: String
    /// The CSS class that gives the colour: `s-failed`.
    package let style: String
    /// The outline of the sign in a square of 16, as an SVG path.
    package let sign: String

    /// As `state.mustache` shows it.
    func draw(_ html: inout HTML) {
        html.element("span", ["class": "state \(style)"]) { html in
            html.element(
                "svg",
                ["viewBox": "0 0 16 16", "width": "16", "height": "16", "aria-hidden": "true"]
            ) {
                $0.element("path", ["d": sign])
            }
            html.add(word)
        }
    }

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

    /// Of a run, as people see it: one that was stopped on purpose has not failed, though clients of the API are told so.
    package init(of run: Run) {
        self = run.wasStopped ? Self.canceled : Self(run.state)
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

    /// Of a task in a plan: what it is, as it has no state.
    init(_ kind: TaskKind) {
        let sign =
            switch kind {
            case .root, .dag, .iteration: Signs.layers
            case .container: Signs.box
            case .importer: Signs.tray
            case .loop: Signs.circle
            case .condition, .conditionBranch: Signs.diamond
            case .exitHandler: Signs.flag
            }
        self.init(kind.title, "plan", sign)
    }

    /// Whether a recurring run starts runs.
    init(isEnabled: Bool) {
        self = isEnabled ? Self("Enabled", "succeeded", Signs.circle) : Self("Disabled", "none", Signs.pause)
    }

    /// Of the server.
    init(isWell: Bool) {
        self = isWell ? Self("Well", "succeeded", Signs.check) : Self("Needs a look", "failed", Signs.cross)
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
    static let box = "M8 2.5l5 2.7v5.6l-5 2.7-5-2.7V5.2zM3.2 5.3L8 8l4.8-2.7M8 8v5.3"
    static let tray = "M8 2.5v7M5 6.7l3 2.8 3-2.8M3 12.8h10"
    static let circle = "M12.8 6.3A5.2 5.2 0 1 0 13.2 8M13 2.8v3.5H9.5"
    static let diamond = "M8 2.5L13.5 8 8 13.5 2.5 8z"
    static let flag = "M4 13.5v-11h8.5L10.3 5.5l2.2 3H4"
    static let dots = "M4 8h.01M8 8h.01M12 8h.01"
}

extension Run {
    /// Whether somebody stopped it before its end.
    var wasStopped: Bool {
        state == .canceled || state == .failed && error?.code == .terminated
    }
}
