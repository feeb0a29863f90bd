import Model
import Services

/// How the server is, in a few lines.
struct HealthView: Hashable, Sendable {
    let state: StateView
    let problems: [String]
    let facts: [TaskView.Fact]
    let started: TimeView
    /// The last look for what nobody wants to keep.
    let swept: TimeView?
    let sweepText: String

    init(_ health: ServerHealth, version: String, now: Instant) {
        problems = health.problems
        state = StateView(isWell: problems.isEmpty)
        started = TimeView(health.startedAt, now: now)
        swept = health.sweep.map { TimeView($0.at, now: now) }
        sweepText = health.sweep.map(Self.text) ?? "not yet"
        let pods = health.pods
        let facts: [(String, String?)] = [
            ("Version", version),
            ("Steps", "\(pods.running) of \(pods.places) running, \(pods.waiting) waiting"),
            (
                "Disk",
                health.disk.map { "\(byteText($0.free)) free of \(byteText($0.total))" }
            ),
            (
                "Store",
                "\(counted(health.runs, "run")) in \(byteText(health.databaseBytes))"
            ),
            ("Drivers", health.drivers.joined(separator: ", ")),
        ]
        self.facts = facts.compactMap { name, value in value.map { TaskView.Fact(name: name, value: $0) } }
    }

    private static func text(_ sweep: ServerHealth.Sweep) -> String {
        if sweep.runs == 0, sweep.bytes == 0 { return "nothing to remove" }
        return "\(counted(sweep.runs, "run")) and \(byteText(sweep.bytes)) removed"
    }
}
