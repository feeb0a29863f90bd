import FoundationEssentials
import Model
import Wire

/// Follows a run to its end, showing each change.
struct RunFollower: Sendable {
    /// The server.
    let client: PlatformClient
    /// Where progress is shown; `nil` shows none.
    let console: Console?
    /// How long to wait at most.
    var timeout: Duration?
    /// How often to look while things change.
    var pauseMin: Duration = .milliseconds(200)
    /// How often to look while nothing does.
    var pauseMax: Duration = .seconds(1)

    /// How long a server may be away, being restarted perhaps, before following ends.
    private static let absenceMax = Duration.seconds(15)

    /// Follows until the run is over.
    /// - Throws: ``CommandEnd`` with `stoppedWaiting` on Ctrl-C or when the time is up; the run goes on.
    func follow(_ id: RunID) async throws -> RunSnapshot {
        Interruption.watch()
        let start = ContinuousClock.now
        var absentSince: ContinuousClock.Instant?
        var previous: RunSnapshot?
        var drawn = 0
        var pause = pauseMin
        while true {
            do {
                let current = try await client.snapshot(id)
                absentSince = nil
                try show(previous, current, &drawn)
                if current.run.state.isFinal { return current }
                pause = current == previous ? min(pause * 1.5, pauseMax) : pauseMin
                previous = current
            } catch let error as PlatformError where error.code == .unavailable && previous != nil {
                // Counted from the first refusal: a machine that let us sleep long is no absent server.
                let since = absentSince ?? .now
                absentSince = since
                if ContinuousClock.now - since > Self.absenceMax { throw error }
            }
            if Interruption.happened { throw stopped("interrupted", id) }
            if let timeout, ContinuousClock.now - start >= timeout { throw stopped("the time is up", id) }
            try await Task.sleep(for: pause)
        }
    }

    /// Says how the run ended; fetches the logs of what failed.
    func summary(_ snapshot: RunSnapshot, color: Bool) async throws -> String {
        var tails: [TaskPath: [String]] = [:]
        for message in RunSummary.culprits(snapshot) where !message.attempts.isEmpty {
            tails[message.task.path] = RunSummary.tail(try await endOfLog(message.id))
        }
        let url = RunSummary.url(client.endpoint, snapshot.run.id)
        return RunSummary.lines(snapshot, logTails: tails, url: url, color: color).map { $0 + "\n" }.joined()
    }

    /// The last piece of a task's log, and what came before it if that is short.
    private func endOfLog(_ task: TaskID) async throws -> [UInt8] {
        var (end, offset): ([UInt8], Int) = ([], 0)
        while true {
            let bytes = try await client.log(task, attempt: nil, offset: offset)
            if bytes.isEmpty { return end }
            end = end.suffix(Limits.logTailBytesMax * 4) + bytes
            offset += bytes.count
        }
    }

    private func show(_ previous: RunSnapshot?, _ current: RunSnapshot, _ drawn: inout Int) throws {
        guard let console else { return }
        guard let size = console.size else {
            for line in FollowView.changes(from: previous, to: current) { try console.line(line) }
            return
        }
        let lines = FollowView.lines(
            current,
            now: Instant(Date()),
            columns: size.columns,
            rows: size.rows,
            color: console.usesColor
        )
        try console.write(FollowView.redraw(over: drawn, lines))
        drawn = lines.count
    }

    private func stopped(_ why: String, _ id: RunID) -> CommandEnd {
        CommandEnd(
            status: .stoppedWaiting,
            message: "\(why): stopped following, the run goes on; "
                + "`martlet runs get \(id) --follow` follows it, `martlet runs terminate \(id)` stops it"
        )
    }
}

extension RunSnapshot {
    /// The end of a command that followed the run: nothing for a success.
    /// - Throws: ``CommandEnd`` with `runFailed` for a run that did not succeed.
    func checkSuccess() throws {
        guard run.state == .succeeded else { throw CommandEnd(status: .runFailed) }
    }
}
