package import Model

/// The attempts of a run as bars over time.
package struct Timeline: Hashable, Sendable {
    /// One attempt.
    struct Row: Hashable, Sendable {
        let name: String
        /// The groups it is in.
        let group: String?
        let path: String
        let href: String
        let state: StateView
        let duration: DurationView?
        let bar: HTML
    }

    /// A time on the axis.
    struct Tick: Hashable, Sendable {
        let text: String
    }

    let rows: [Row]
    let hasBars: Bool
    let ticks: [Tick]
    /// How many attempts are not shown.
    let rest: String?
    /// How many steps have ended without an attempt, and so without a bar.
    let silent: String?
    /// What is said when there is nothing to draw or to tell.
    let empty: String?

    private static let rowsMax = 500

    /// Makes the timeline of a run.
    package init(_ run: Run, _ tasks: RunTasks, _ address: RunAddress, now: Instant) {
        let end = max(run.finishedAt ?? now, run.createdAt + .milliseconds(1))
        // As they began: those of a long loop are made together and wait for room, in no order that can be seen.
        let attempts = tasks.attempts.values.joined().sorted { left, right in
            let (first, second) = (left.began ?? end, right.began ?? end)
            if first != second { return first < second }
            return (left.path.countedText, left.number) < (right.path.countedText, right.number)
        }
        let whole = (end - run.createdAt).milliseconds
        func share(_ instant: Instant) -> Double {
            let part = Double(min(max((instant - run.createdAt).milliseconds, 0), whole)) / Double(whole)
            return (part * 10_000).rounded() / 100
        }
        rows = attempts.prefix(Self.rowsMax).map { attempt in
            let state = StateView(attempt.state)
            let last = attempt.endedAt ?? end
            let start = attempt.startedAt ?? last
            var bar = HTML()
            bar.element("svg", ["class": "bar", "width": "100%", "height": "16", "aria-hidden": "true"]) {
                html in
                let parts = [
                    ("wait", share(attempt.createdAt), share(start)),
                    (state.style, share(start), share(last)),
                ]
                for (style, from, to) in parts where to > from || style != "wait" {
                    html.element(
                        "rect",
                        [
                            "class": style, "x": "\(from)%", "y": style == "wait" ? "7" : "2",
                            "width": "\(max(to - from, 0.3))%", "height": style == "wait" ? "2" : "12",
                            "rx": "2",
                        ]
                    )
                }
            }
            let place = tasks.place(of: attempt.path)
            return Row(
                name: place.name + (attempt.number > 0 ? " (attempt \(attempt.words))" : ""),
                group: place.group,
                path: attempt.path.text,
                href: address.showing(attempt.path).with { $0.attempt = attempt.number }.href,
                state: state,
                duration: DurationView(from: attempt.startedAt, to: attempt.endedAt, now: now),
                bar: bar
            )
        }
        hasBars = !rows.isEmpty
        ticks = (0...4).map { Tick(text: durationText(.milliseconds(whole * $0 / 4))) }
        rest =
            attempts.count > Self.rowsMax
            ? "\(attempts.count - Self.rowsMax) later attempts are not drawn." : nil
        let silent = tasks.byPath.values.count { task in
            task.kind.isStep && task.state.isFinal && tasks.attempts[task.path] == nil
        }
        self.silent =
            silent == 0
            ? nil
            : "\(counted(silent, "step")) without a bar: cached, imported, skipped or stopped before a program ran."
        empty = rows.isEmpty && silent == 0 ? "Nothing has been tried yet." : nil
    }
}

extension Attempt {
    /// Its number for people, who count from 1, as reasons do. Addresses and commands count from 0.
    var words: String { String(number + 1) }

    /// When it began, or ended without having done so.
    fileprivate var began: Instant? { startedAt ?? endedAt }
}
