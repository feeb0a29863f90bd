import Engine
import Model
import TestKit
import Testing

@Suite("Reasons")
struct ReasonTests {
    private let work = TestRun.work()

    /// `a` beside a group `g` that holds `x` and a group `h` with `y` and `z`.
    private static let nested = TestRun.spec(["a": TestRun.work(), "g": SpecBuilder.task("outer")]) {
        $0.pipeline("outer", tasks: ["x": TestRun.work(), "h": SpecBuilder.task("inner")])
        $0.pipeline("inner", tasks: ["y": TestRun.work(), "z": TestRun.work()])
    }

    @Test("The run names the task that failed, however deep it lies, with its message and cause")
    func deep() throws {
        var run = try TestRun(Self.nested)
        run.succeed("a")
        run.succeed("g.x")
        run.succeed("g.h.y")
        run.fail("g.h.z", "exit 7")
        let expected = Reason(
            .childFailed,
            "Task 'g.h.z' failed: exit 7",
            details: ["task": "g.h.z", "cause": ["code": "EXITED_NON_ZERO", "message": "exit 7"]]
        )
        #expect(run.machine.run.error == expected)
        #expect(try run.task("root").reason == expected)
        #expect(try run.task("g").reason == expected)
        #expect(try run.task("g.h").reason == expected)
    }

    @Test(
        "Of several failures the first one is named, even if the groups around it end last, also after a restart",
        arguments: [false, true]
    )
    func first(reloads: Bool) throws {
        var run = try TestRun(Self.nested)
        for (path, fails) in [("g.h.z", true), ("a", true), ("g.x", true), ("g.h.y", false)] {
            run.now = run.now + .seconds(1)
            if fails { run.fail(path, "\(path) broke") } else { run.succeed(path) }
            if reloads { try run.reload() }
        }
        #expect(run.machine.run.error?.message == "Task 'g.h.z' failed: g.h.z broke")
    }

    @Test(
        "Of failures at the same time the same one is named before and after a restart",
        arguments: [false, true]
    )
    func tie(reloads: Bool) throws {
        var run = try TestRun(tasks: ["a": work, "b": work, "c": work])
        run.fail("c")
        run.fail("b")
        if reloads { try run.reload() }
        run.succeed("a")
        #expect(run.machine.run.error?.details["task"] == "b")
    }

    @Test("A failure that is reported late counts from when it happened")
    func reportedLate() throws {
        var run = try TestRun(tasks: ["a": work, "b": work])
        run.now = run.now + .seconds(5)
        run.fail("a")
        run.fail("b", at: run.now + .seconds(-2))
        #expect(run.machine.run.error?.details["task"] == "b")
    }

    @Test("A skipped task names the tasks it needed, with their states")
    func skipped() throws {
        var run = try TestRun(tasks: [
            "a": work, "b": work, "c": work, "d": TestRun.work(after: ["a", "b", "c"]),
            "e": TestRun.work(after: ["d"]),
        ])
        run.fail("b")
        run.succeed("a")
        run.fail("c")
        let reason = try run.task("d").reason
        #expect(reason?.code == .upstreamNotSucceeded)
        #expect(reason?.message == "Needs the success of 'b' (FAILED), 'c' (FAILED).")
        #expect(reason?.details == ["tasks": ["b", "c"], "state": "FAILED"])
        #expect(try run.task("e").reason?.message == "Needs the success of 'd' (SKIPPED).")
        #expect(run.states == ["a SUCCEEDED", "b FAILED", "c FAILED", "d SKIPPED", "e SKIPPED"])
    }

    @Test("A group that is skipped never gets rows for its tasks")
    func skippedGroup() throws {
        let json = TestRun.spec(["a": work, "g": SpecBuilder.task("group", after: ["a"])]) {
            $0.pipeline("group", tasks: ["x": TestRun.work()])
        }
        var run = try TestRun(json)
        run.fail("a")
        #expect(run.states == ["a FAILED", "g SKIPPED"])
    }

    @Test("A task that waits names what it waits for; one that may start names nothing")
    func waiting() throws {
        let run = try TestRun(tasks: ["a": work, "b": work, "c": TestRun.work(after: ["a", "b"])])
        #expect(try run.task("a").reason == nil)
        #expect(
            try run.task("c").reason
                == Reason(.waitingForUpstream, "Waits for 'a', 'b'.", details: ["tasks": ["a", "b"]])
        )
    }

    @Test("A failure after several attempts says how many there were")
    func attempts() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(2))])
        for attempt in 0...2 { run.fail("a", attempt: attempt) }
        #expect(
            try run.task("a").reason == Reason(.exitedNonZero, "Failed 3 times, no retry is left. exit 1")
        )
        #expect(run.machine.run.error?.message == "Task 'a' failed: Failed 3 times, no retry is left. exit 1")
    }

    @Test("A chain of ten thousand tasks is skipped in one step")
    func longChain() throws {
        var tasks = ["t0": work]
        for number in 1...10_000 { tasks["t\(number)"] = TestRun.work(after: ["t\(number - 1)"]) }
        var run = try TestRun(tasks: tasks)
        run.fail("t0")
        #expect(run.machine.run.state == .failed)
        #expect(run.machine.tasks.count { $0.state == .skipped } == 10_000)
    }
}
