import Engine
import Model
import TestKit
import Testing

@Suite("Runs that are retried, and runs that repeat others")
struct ReopeningTests {
    private let work = TestRun.work()

    /// `a`, then `b`; `c` beside them; `last` after all, whatever becomes of them.
    private func diamond() throws -> TestRun {
        try TestRun(tasks: [
            "a": work, "b": TestRun.work(after: ["a"]), "c": work,
            "last": TestRun.work(
                after: ["b", "c"],
                rest: ["triggerPolicy": ["strategy": "ALL_UPSTREAM_TASKS_COMPLETED"]]
            ),
        ])
    }

    @Test("What failed runs again and what comes after it, even what had succeeded; the rest is kept")
    func retry() throws {
        var run = try diamond()
        run.succeed("c")
        run.fail("a")
        run.succeed("last")
        #expect(run.machine.run.state == .failed)

        try run.retry()
        #expect(run.states == ["a PENDING", "b PENDING", "c SUCCEEDED", "last PENDING"])
        #expect(run.launched == ["a/1"])
        run.succeed("a", attempt: 1)
        run.succeed("b")
        #expect(run.launched == ["last/1"])
        run.succeed("last", attempt: 1)
        #expect(run.machine.run.state == .succeeded)
        #expect(run.machine.run.error == nil)
        #expect(
            run.attempts == [
                "a/0 FAILED", "a/1 SUCCEEDED", "b/0 SUCCEEDED", "c/0 SUCCEEDED", "last/0 SUCCEEDED",
                "last/1 SUCCEEDED",
            ]
        )
    }

    @Test("Attempts before a retry do not count against the retries allowed")
    func freshRetries() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1))])
        run.fail("a")
        run.fail("a", attempt: 1)
        #expect(run.machine.run.state == .failed)
        try run.retry()
        #expect(run.launched == ["a/2"])
        run.fail("a", attempt: 2)
        #expect(run.launched == ["a/3"])
        run.fail("a", attempt: 3)
        #expect(run.machine.run.state == .failed)
        #expect(try run.task("a").reason?.message.contains("Failed 2 times") == true)
    }

    @Test("A group that failed goes on with what is left of it")
    func group() throws {
        let json = TestRun.spec(["g": SpecBuilder.task("inner"), "after": TestRun.work(after: ["g"])]) {
            $0.pipeline("inner", tasks: ["x": TestRun.work(), "y": TestRun.work()])
        }
        var run = try TestRun(json)
        run.succeed("g.x")
        run.fail("g.y")
        try run.retry()
        #expect(run.states == ["after PENDING", "g RUNNING", "g.x SUCCEEDED", "g.y PENDING"])
        run.succeed("g.y", attempt: 1)
        run.succeed("after")
        #expect(run.machine.run.state == .succeeded)
    }

    @Test("Iterations that run again keep to the limit on parallel ones")
    func parallelism() throws {
        let loop = TestRun.work(rest: [
            "parameterIterator": ["items": ["raw": "[1, 2, 3]"], "itemInput": "n"],
            "iteratorPolicy": ["parallelismLimit": 1],
        ])
        var run = try TestRun(tasks: ["loop": loop])
        for number in 0..<3 { run.fail("loop.\(number)") }
        try run.retry()
        #expect(run.launched == ["loop.0/1"])
        try run.reload()
        run.resume()
        #expect(run.launched == ["loop.0/1"])
        run.succeed("loop.0", attempt: 1)
        #expect(run.launched == ["loop.1/1"])
        run.terminate()
        run.fail("loop.1", attempt: 1)
        #expect(run.states == ["loop CANCELED", "loop.0 SUCCEEDED", "loop.1 CANCELED", "loop.2 CANCELED"])
    }

    @Test("A run that repeats another takes over what does not depend on where it starts")
    func rerun() throws {
        var source = try diamond()
        source.succeed("a", ["y": "from a"], data: ["artifact-a"])
        source.succeed("b")
        source.succeed("c")
        source.succeed("last")
        var run = Run(
            id: RunID("second"),
            experimentID: ExperimentID("e"),
            displayName: "second",
            pipelineName: "test",
            createdAt: source.now
        )
        run.rerun = Rerun(source: RunID("r"), from: TaskPath("b"))
        var second = source
        second.machine = try RunMachine(
            run: run,
            rerunning: source.machine,
            from: TaskPath("b"),
            at: source.now
        )
        second.edges = []
        second.resume()
        #expect(second.states == ["a CACHED", "b PENDING", "c CACHED", "last PENDING"])
        #expect(second.attempts == ["b/0 PENDING"])
        let taken = try second.task("a")
        #expect(taken.outputs.parameters == ["y": "from a"])
        #expect(taken.reason?.code == .reused)
        #expect(taken.reason?.details["run_id"] == "r")
        #expect(second.edges.map(\.artifactID) == [ArtifactID("artifact-a")])
        #expect(second.edges.map(\.runID) == [RunID("second")])
    }

    @Test("A run that repeats another from an unknown task cannot be built")
    func unknownTask() throws {
        let source = try diamond()
        #expect(throws: CorruptRun.self) {
            try RunMachine(
                run: source.machine.run,
                rerunning: source.machine,
                from: TaskPath("nobody"),
                at: source.now
            )
        }
    }

    @Test("A run stops when it has taken longer than it may, counted anew when it is retried")
    func deadline() throws {
        var run = try TestRun(tasks: ["a": work, "b": TestRun.work(after: ["a"])])
        run.activeDeadline = .seconds(10)
        try run.reload()
        run.resume()
        #expect(run.wakes == [Instant(milliseconds: 10_000)])
        #expect(run.machine.nextDue == Instant(milliseconds: 10_000))
        run.pass(.milliseconds(8_999))
        #expect(run.stopped == [])
        run.pass(.milliseconds(1))
        #expect(run.stopped == ["a/0"])
        #expect(run.machine.nextDue == nil)
        run.fail("a")
        #expect(run.states == ["a CANCELED", "b CANCELED"])
        #expect(run.machine.run.state == .failed)
        #expect(run.machine.run.error?.code == .deadlineExceeded)
        #expect(try run.task("b").reason?.message == "Not started because the run exceeded its deadline.")

        try run.retry()
        #expect(run.machine.nextDue == Instant(milliseconds: 20_000))
    }
}
