import Engine
import Model
import TestKit
import Testing

/// The table in the comment of `RunMachine`, row by row.
@Suite("Transitions of tasks")
struct TransitionTests {
    private let work = TestRun.work()

    @Test("PENDING, last upstream ended, one did not succeed: SKIPPED")
    func skipped() throws {
        var run = try TestRun(tasks: ["a": work, "b": work, "c": TestRun.work(after: ["a", "b"])])
        run.fail("a")
        #expect(run.state("c") == .pending)
        run.succeed("b")
        #expect(run.states == ["a FAILED", "b SUCCEEDED", "c SKIPPED"])
        #expect(run.launched == [])
        #expect(try run.task("c").endedAt == run.now)
        #expect(try run.task("c").startedAt == nil)
    }

    @Test("PENDING, last upstream ended, inputs cannot be resolved: FAILED")
    func inputFailure() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(["n": SpecBuilder.constant("x")])])
        #expect(run.states == ["a FAILED"])
        #expect(try run.task("a").reason?.code == .inputResolutionFailed)
        #expect(run.attempts == [])
        #expect(run.machine.run.state == .failed)
        run = try TestRun(tasks: ["a": work, "b": TestRun.work(["n": SpecBuilder.output("a", "y")])])
        run.succeed("a")
        #expect(run.states == ["a SUCCEEDED", "b FAILED"])
    }

    @Test("PENDING, last upstream ended (C): PENDING, attempt 0 launched")
    func launched() throws {
        var run = try TestRun(tasks: ["a": work, "b": TestRun.work(after: ["a"])])
        #expect(run.launched == ["a/0"])
        #expect(run.states == ["a PENDING", "b PENDING"])
        #expect(run.attempts == ["a/0 PENDING"])
        #expect(run.machine.run.state == .running)
        run.succeed("a")
        #expect(run.launched == ["b/0"])
        #expect(run.states == ["a SUCCEEDED", "b PENDING"])
    }

    @Test("PENDING, last upstream ended (G): RUNNING, tasks inside PENDING")
    func groupStarts() throws {
        let json = TestRun.spec(["a": work, "g": SpecBuilder.task("group", after: ["a"])]) {
            $0.pipeline("group", tasks: ["x": TestRun.work(), "y": TestRun.work(after: ["x"])])
        }
        var run = try TestRun(json)
        #expect(run.states == ["a PENDING", "g PENDING"])
        run.succeed("a")
        #expect(run.states == ["a SUCCEEDED", "g RUNNING", "g.x PENDING", "g.y PENDING"])
        #expect(run.launched == ["g.x/0"])
        #expect(try run.task("g").startedAt == run.now)
        #expect(try run.task("g.y").reason?.message == "Waits for 'x'.")
    }

    @Test("PENDING, pod waits (C): PENDING, with the reason, until it starts")
    func waits() throws {
        var run = try TestRun(tasks: ["a": work])
        run.wait("a")
        #expect(run.states == ["a PENDING"])
        #expect(try run.task("a").reason == Reason(.waitingForCapacity, "full"))
        #expect(run.machine.attempts.first?.reason == Reason(.waitingForCapacity, "full"))
        run.start("a")
        #expect(try run.task("a").reason == nil)
        #expect(run.machine.attempts.first?.reason == nil)
    }

    @Test("PENDING, pod started (C): RUNNING, from when it started")
    func starts() throws {
        var run = try TestRun(tasks: ["a": work])
        run.start("a")
        #expect(run.states == ["a RUNNING"])
        #expect(run.attempts == ["a/0 RUNNING"])
        #expect(try run.task("a").startedAt == run.now)
        #expect(run.machine.attempts.first?.startedAt == run.now)
    }

    @Test(
        "Open, pod succeeded (C): SUCCEEDED, whether or not its start was heard of",
        arguments: [true, false]
    )
    func succeeds(started: Bool) throws {
        var run = try TestRun(tasks: ["a": work])
        if started { run.start("a") }
        run.succeed("a", data: ["d1"])
        #expect(run.states == ["a SUCCEEDED"])
        #expect(run.attempts == ["a/0 SUCCEEDED"])
        #expect(run.machine.attempts.first?.exitCode == 0)
        #expect(
            try run.task("a").outputs
                == TaskValues(parameters: ["y": "out"], artifacts: ["data": [ArtifactID("d1")]])
        )
        #expect(run.machine.run.state == .succeeded)
        #expect(
            try run.task("a").stateHistory.map(\.state) == [.pending] + (started ? [.running] : []) + [
                .succeeded
            ]
        )
    }

    @Test(
        "Open, pod failed, retries left (C): PENDING, next attempt after a pause",
        arguments: [true, false]
    )
    func retries(started: Bool) throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1, backoff: "3s"))])
        if started { run.start("a") }
        run.now = run.now + .seconds(20)
        run.fail("a")
        #expect(run.states == ["a PENDING"])
        #expect(run.attempts == ["a/0 FAILED"])
        #expect(run.machine.attempts.first?.exitCode == 1)
        #expect(run.wakes == [run.now + .seconds(3)])
        #expect(run.machine.nextDue == run.now + .seconds(3))
        #expect(try run.task("a").reason?.code == .waitingForRetry)
        #expect(try run.task("a").reason?.message == "Attempt 1 failed; the next starts after 3s. exit 1")
        run.pass(.milliseconds(2_999))
        #expect(run.commands == [])
        run.pass(.milliseconds(1))
        #expect(run.launched == ["a/1"])
        #expect(run.attempts == ["a/0 FAILED", "a/1 PENDING"])
        #expect(run.machine.nextDue == nil)
    }

    @Test("Open, pod lost, fewer than 3 lost (C): PENDING, next attempt at once", arguments: [true, false])
    func lost(started: Bool) throws {
        var run = try TestRun(tasks: ["a": work])
        if started { run.start("a") }
        run.lose("a")
        #expect(run.states == ["a PENDING"])
        #expect(run.attempts == ["a/0 LOST", "a/1 PENDING"])
        #expect(run.launched == ["a/1"])
    }

    @Test("Open, pod failed or lost, nothing left (C): FAILED", arguments: [true, false])
    func fails(started: Bool) throws {
        var run = try TestRun(tasks: ["a": work])
        if started { run.start("a") }
        run.fail("a")
        #expect(run.states == ["a FAILED"])
        #expect(try run.task("a").reason == Reason(.exitedNonZero, "exit 1"))
        #expect(run.machine.run.state == .failed)
        run = try TestRun(tasks: ["a": work])
        for attempt in 0...Limits.infrastructureRetriesMax {
            if started { run.start("a", attempt: attempt) }
            run.lose("a", attempt: attempt)
        }
        #expect(run.states == ["a FAILED"])
        #expect(run.attempts == ["a/0 LOST", "a/1 LOST", "a/2 LOST"])
        #expect(try run.task("a").reason == Reason(.podLost, "gone"))
    }

    @Test("RUNNING, last task inside ended (G): FAILED, CANCELED or SUCCEEDED")
    func groupEnds() throws {
        let json = TestRun.spec(["g": SpecBuilder.task("group")]) {
            $0.pipeline("group", tasks: ["x": TestRun.work(), "y": TestRun.work()])
        }
        var run = try TestRun(json)
        run.succeed("g.x")
        #expect(run.state("g") == .running)
        run.succeed("g.y")
        #expect(run.state("g") == .succeeded)
        #expect(run.machine.run.state == .succeeded)

        run = try TestRun(json)
        run.fail("g.x")
        #expect(run.state("g") == .running)
        run.succeed("g.y")
        #expect(run.state("g") == .failed)
        #expect(run.machine.run.state == .failed)

        run = try TestRun(json)
        run.succeed("g.x")
        run.terminate()
        #expect(run.state("g") == .running)
        run.fail("g.y")
        #expect(run.states == ["g CANCELED", "g.x SUCCEEDED", "g.y CANCELED"])
        #expect(run.machine.run.state == .failed)
    }

    @Test("PENDING, run is to stop, no open attempt: CANCELED")
    func canceledBeforeStart() throws {
        var run = try TestRun(tasks: [
            "a": work, "b": TestRun.work(after: ["a"]),
            "r": TestRun.work(rest: TestRun.retry(1, backoff: "9s")),
        ])
        run.fail("r")
        run.terminate()
        #expect(run.states == ["a PENDING", "b CANCELED", "r CANCELED"])
        #expect(run.machine.nextDue == nil)
        run.pass(.seconds(10))
        #expect(run.launched == [])
        #expect(
            try run.task("b").reason == Reason(.terminated, "Not started because the run was asked to stop.")
        )
    }

    @Test(
        "Open, run is to stop (C): unchanged, pod stopped; CANCELED when it ended",
        arguments: [true, false]
    )
    func canceledWhileOpen(started: Bool) throws {
        var run = try TestRun(tasks: [
            "a": TestRun.work(rest: TestRun.retry(5)), "b": TestRun.work(after: ["a"]),
        ])
        if started { run.start("a") }
        let before = run.state("a")
        run.terminate()
        #expect(run.stopped == ["a/0"])
        #expect(run.state("a") == before)
        #expect(run.machine.run.state == .canceling)
        run.fail("a")
        #expect(run.states == ["a CANCELED", "b CANCELED"])
        #expect(run.attempts == ["a/0 CANCELED"])
        #expect(run.launched == [])
        #expect(run.machine.run.state == .failed)
        #expect(run.machine.run.error == Reason(.terminated, "The run was terminated by request."))
    }

    // MARK: Final states

    /// Runs in which `a` has ended in each of the ways there are, while `z` keeps the run open.
    private func ended() throws -> [TaskState: TestRun] {
        func run(_ a: JSONValue? = nil) throws -> TestRun {
            try TestRun(tasks: ["a": a ?? work, "b": TestRun.work(after: ["a"]), "z": work])
        }
        var succeeded = try run()
        succeeded.succeed("a", data: ["d1"])
        var failed = try run()
        failed.fail("a")
        var canceled = try run()
        canceled.terminate()
        canceled.fail("a")
        var skipped = try TestRun(tasks: ["a": TestRun.work(after: ["y"]), "y": work, "z": work])
        skipped.fail("y")
        return [.succeeded: succeeded, .failed: failed, .canceled: canceled, .skipped: skipped]
    }

    @Test(
        "Final: late and repeated pod events change nothing",
        arguments: [TaskState.succeeded, .failed, .canceled, .skipped]
    )
    func late(state: TaskState) throws {
        var run = try #require(try ended()[state])
        #expect(run.state("a") == state)
        let tasks = run.machine.tasks
        let attempts = run.machine.attempts
        for attempt in 0...1 {
            run.wait("a", attempt: attempt)
            #expect(run.commands == [])
            run.start("a", attempt: attempt)
            #expect(run.commands == [])
            run.succeed("a", attempt: attempt, data: ["d2"])
            #expect(run.commands == [])
            run.fail("a", attempt: attempt)
            #expect(run.commands == [])
            run.lose("a", attempt: attempt)
            #expect(run.commands == [])
        }
        #expect(run.machine.tasks == tasks)
        #expect(run.machine.attempts == attempts)
        #expect(!run.machine.run.state.isFinal)
    }

    @Test("Events of an earlier attempt, of a task that waits for its retry, or of nobody change nothing")
    func strangers() throws {
        var run = try TestRun(tasks: [
            "a": TestRun.work(rest: TestRun.retry(2, backoff: "1s")), "b": TestRun.work(after: ["a"]),
        ])
        run.fail("a")
        run.start("a")
        #expect(run.commands == [])
        run.succeed("a")
        #expect(run.commands == [])
        run.pass(.seconds(1))
        run.start("a", attempt: 1)
        for path in ["a", "b", "c", "root", "a.b"] {
            run.succeed(path)
            #expect(run.commands == [])
            run.wait(path)
            #expect(run.commands == [])
        }
        #expect(run.states == ["a RUNNING", "b PENDING"])
    }

    @Test("A start that is heard of twice, and waiting that is heard of after it, change nothing")
    func repeatedStart() throws {
        var run = try TestRun(tasks: ["a": work])
        run.start("a")
        let before = try run.task("a")
        run.now = run.now + .seconds(1)
        run.start("a")
        #expect(run.commands == [])
        run.wait("a")
        #expect(run.commands == [])
        #expect(try run.task("a") == before)
    }

    @Test("A run that is over answers nothing to any event")
    func over() throws {
        var run = try TestRun(tasks: ["a": work])
        run.succeed("a")
        #expect(run.machine.run.finishedAt == run.now)
        run.terminate()
        #expect(run.commands == [])
        run.resume()
        #expect(run.commands == [])
        run.pass(.seconds(1))
        #expect(run.commands == [])
        #expect(run.machine.run.state == .succeeded)
    }
}
