import Model
import Testing
import Wire

@testable import Commands

@Suite("Following a run")
struct FollowTests {
    private let preparing = Reason(.preparingEnvironment, "preparing Python environment: installing pandas")

    @Test("A terminal shows a line per task: symbol, name, state, duration, reason")
    func lines() {
        let snapshot = RunSnapshot(
            run: sampleRun(),
            tasks: [
                sampleRoot(), sampleTask("load", .succeeded), sampleTask("prepare", .running, kind: .dag),
                sampleTask("prepare.split", .running, in: TaskPath("prepare"), reason: preparing),
                sampleTask("train", .pending, reason: Reason(.waitingForUpstream, "waits for prepare")),
            ]
        )
        let lines = FollowView.lines(
            snapshot,
            now: moment + .seconds(2),
            columns: 200,
            rows: 24,
            color: false
        )
        #expect(
            lines == [
                "✓  load             succeeded  1.2s",
                "▸  prepare          running    2.0s",
                "▸    prepare.split  running    2.0s  preparing Python environment: installing pandas",
                "·  train            pending",
            ]
        )
    }

    @Test("What does not fit the screen gives way: first what is done, then the last ones")
    func tooMany() {
        let done = (0..<10).map { sampleTask("done\($0)", .succeeded) }
        let waiting = (0..<10).map { sampleTask("wait\($0)", .pending) }
        let snapshot = RunSnapshot(run: sampleRun(), tasks: [sampleRoot()] + done + waiting)
        for rows in [4, 8, 12, 15, 21, 22, 30] {
            let lines = FollowView.lines(snapshot, now: moment, columns: 80, rows: rows, color: false)
            #expect(lines.count < rows)
            #expect(lines.contains { $0.contains("wait0") })
            let shown = lines.count { $0.contains("done") || $0.contains("wait") }
            #expect(shown == 20 || lines.last == "… and \(20 - shown) more")
        }
    }

    @Test("Redrawing goes back over what was drawn and erases it")
    func redraw() {
        #expect(FollowView.redraw(over: 0, ["a"]) == "\u{1B}[Ja\n")
        #expect(FollowView.redraw(over: 2, ["a", "b"]) == "\u{1B}[2A\r\u{1B}[Ja\nb\n")
    }

    @Test("Without a terminal each change is one line, and no change is none")
    func changes() {
        let first = RunSnapshot(
            run: sampleRun(),
            tasks: [sampleRoot(), sampleTask("load", .running, reason: preparing)]
        )
        let second = RunSnapshot(
            run: sampleRun(.succeeded),
            tasks: [sampleRoot(.succeeded), sampleTask("load", .succeeded)]
        )
        #expect(
            FollowView.changes(from: nil, to: first) == [
                "run: running", "load: running: preparing Python environment: installing pandas",
            ]
        )
        #expect(FollowView.changes(from: first, to: first).isEmpty)
        #expect(FollowView.changes(from: first, to: second) == ["run: succeeded", "load: succeeded in 1.2s"])
    }

    @Test("The end names outputs, or the task at fault with its log, and where to look")
    func summary() {
        var root = sampleRoot(.succeeded)
        root.task.outputs = TaskValues(
            parameters: ["accuracy": 0.5, "text": "hi"],
            artifacts: ["model": [ArtifactID("m")]]
        )
        root.artifacts[ArtifactID("m")] = Artifact(
            id: ArtifactID("m"),
            name: "model",
            schemaTitle: "system.Model",
            schemaVersion: "0.0.1",
            uri: "/m",
            createdAt: moment
        )
        let good = RunSnapshot(run: sampleRun(.succeeded), tasks: [root])
        #expect(
            RunSummary.lines(good, logTails: [:], url: "u", color: false)
                == ["✓ hello succeeded in 4.2s", "  accuracy = 0.5", "  text = hi", "  model -> /m", "u"]
        )
        let group = sampleTask("prepare", .failed, reason: Reason(.childFailed, "split failed"), kind: .dag)
        let split = sampleTask(
            "prepare.split",
            .failed,
            in: TaskPath("prepare"),
            reason: Reason(.exitedNonZero, "exited with 3")
        )
        let bad = RunSnapshot(run: sampleRun(.failed), tasks: [sampleRoot(.failed), group, split])
        #expect(
            RunSummary.lines(bad, logTails: [split.task.path: ["boom"]], url: "u", color: false).dropFirst()
                == ["  prepare.split: exited with 3", "    | boom", "u"]
        )
    }

    @Test("Following polls until the run is over, through a server that is away for a moment")
    func follow() async throws {
        let server = ScriptedServer()
        let client = server.client { route, _, _ in
            let count = server.requests.count { $0.hasSuffix(runID.text + "?view=DEFAULT") }
            switch route {
            case .getRun where count == 3: throw PlatformError(.unavailable, "restarting")
            case .getRun: return RunMessage(run: sampleRun(count > 4 ? .succeeded : .running)).json
            default: return tasksJSON([sampleRoot(), sampleTask("load", .running)])
            }
        }
        var follower = RunFollower(client: client, console: Console(descriptor: -1))
        follower.pauseMin = .milliseconds(1)
        await #expect(throws: OutputClosed.self) { _ = try await follower.follow(runID) }
        let quiet = RunFollower(
            client: client,
            console: .errors,
            pauseMin: .milliseconds(1),
            pauseMax: .milliseconds(2)
        )
        #expect(try await quiet.follow(runID).run.state == .succeeded)
    }

    @Test("When the time is up following ends with status 4 and the run goes on")
    func timeout() async {
        let client = ScriptedServer().client { route, _, _ in
            route == .getRun ? RunMessage(run: sampleRun()).json : tasksJSON([sampleRoot()])
        }
        let follower = RunFollower(client: client, console: .errors, timeout: .zero)
        let end = await #expect(throws: CommandEnd.self) { _ = try await follower.follow(runID) }
        #expect(end?.status == .stoppedWaiting)
        #expect(end?.message?.contains("the run goes on") == true)
    }

    @Test("A page of tasks is not all of them")
    func pages() async throws {
        let client = ScriptedServer().client { _, _, path in
            guard path.contains("page_token") else {
                return ["tasks": [sampleTask("a", .running).json], "next_page_token": "t"]
            }
            return ["tasks": [sampleTask("b", .running).json]]
        }
        #expect(try await client.tasksJSON(runID).count == 2)
    }
}

@Suite("Naming a run")
struct RunNamingTests {
    @Test("A run is meant by id, by the beginning of its id, or by name")
    func meant() async throws {
        let server = ScriptedServer()
        let client = server.client { route, parameters, path in
            switch route {
            case .getRun:
                guard parameters["run_id"] == runID.text else { throw PlatformError.notFound("Run", "x") }
                return RunMessage(run: sampleRun()).json
            default:
                let byID = path.contains("run_id") && (path.contains("0a6c") || path.contains("2f4e"))
                let fits = path.contains("hello") || byID
                return fits ? ["runs": [RunMessage(run: sampleRun()).json]] : [:]
            }
        }
        #expect(try await client.run(meant: runID.text) == runID)
        #expect(try await client.run(meant: "0A6C") == runID)
        #expect(try await client.run(meant: "hello") == runID)
        // In the middle of the id is not at its beginning.
        await #expect(throws: PlatformError.self) { _ = try await client.run(meant: "2f4e") }
        await #expect(throws: PlatformError.self) { _ = try await client.run(meant: "0a6") }
    }

    @Test("A name that fits several runs is refused with all of them")
    func ambiguous() async {
        var other = sampleRun()
        other.id = RunID("ffff")
        let both: JSONValue = ["runs": [RunMessage(run: sampleRun()).json, RunMessage(run: other).json]]
        let client = ScriptedServer().client { route, _, _ in
            if route == .getRun { throw PlatformError.notFound("Run", "x") }
            return both
        }
        let error = await #expect(throws: PlatformError.self) { _ = try await client.run(meant: "hello") }
        #expect(error?.message.contains("ffff (hello)") == true)
    }
}
