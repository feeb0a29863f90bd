import Engine
import Model
import TestKit
import Testing

@Suite("Termination")
struct TerminationTests {
    private let work = TestRun.work()

    @Test("A run that nobody has picked up yet ends without starting anything", arguments: [true, false])
    func beforeStart(stored: Bool) throws {
        var run = try TestRun(TestRun.spec(["a": work]), resumes: false)
        if stored {
            // The request is in the rows already, as it is when the server picks the run up afterwards.
            var row = run.machine.run
            row.enter(.canceling, at: run.now)
            run.machine = try RunMachine(run: row, graph: run.graph, tasks: run.machine.tasks)
            run.resume()
        } else {
            run.terminate()
        }
        #expect(run.launched == [])
        #expect(run.states == [])
        #expect(run.state("root") == .canceled)
        #expect(run.machine.run.state == .failed)
        #expect(run.machine.run.error?.code == .terminated)
        #expect(run.machine.run.finishedAt == run.now)
    }

    @Test("Pods at every depth are asked to end, and everything that waits is canceled")
    func deep() throws {
        let json = TestRun.spec([
            "a": work, "g": SpecBuilder.task("outer"), "w": SpecBuilder.task("outer", after: ["a"]),
        ]) {
            $0.pipeline("outer", tasks: ["x": TestRun.work(), "h": SpecBuilder.task("inner")])
            $0.pipeline("inner", tasks: ["y": TestRun.work(), "z": TestRun.work(after: ["y"])])
        }
        var run = try TestRun(json)
        run.start("g.h.y")
        run.terminate()
        #expect(run.stopped.sorted() == ["a/0", "g.h.y/0", "g.x/0"])
        #expect(
            run.states == [
                "a PENDING", "g RUNNING", "g.h RUNNING", "g.h.y RUNNING", "g.h.z CANCELED", "g.x PENDING",
                "w CANCELED",
            ]
        )
        for path in ["a", "g.x", "g.h.y"] {
            #expect(run.machine.run.state == .canceling)
            run.fail(path)
        }
        #expect(
            run.states == [
                "a CANCELED", "g CANCELED", "g.h CANCELED", "g.h.y CANCELED", "g.h.z CANCELED",
                "g.x CANCELED", "w CANCELED",
            ]
        )
        #expect(run.machine.run.state == .failed)
        #expect(run.machine.run.stateHistory.map(\.state) == [.pending, .running, .canceling, .failed])
    }

    @Test("A second request changes nothing")
    func twice() throws {
        var run = try TestRun(tasks: ["a": work])
        run.terminate()
        run.terminate()
        #expect(run.commands == [])
    }

    @Test("A pod that still succeeds counts as a success, and nothing follows it")
    func success() throws {
        var run = try TestRun(tasks: ["a": work, "b": TestRun.work(after: ["a"])])
        run.terminate()
        run.succeed("a", data: ["d"])
        #expect(run.states == ["a SUCCEEDED", "b CANCELED"])
        #expect(run.artifacts.map(\.id.text) == ["d"])
        #expect(run.launched == [])
        #expect(run.machine.run.state == .failed)
        run = try TestRun(tasks: ["a": work])
        run.terminate()
        run.succeed("a")
        #expect(run.machine.run.state == .succeeded)
    }

    @Test("A pod that is lost while the run is to stop is not tried again")
    func lost() throws {
        var run = try TestRun(tasks: ["a": work])
        run.terminate()
        run.lose("a")
        #expect(run.states == ["a CANCELED"])
        #expect(run.attempts == ["a/0 CANCELED"])
        #expect(run.launched == [])
    }

    @Test("A failure before the request stays the run's failure")
    func failureBefore() throws {
        var run = try TestRun(tasks: ["a": work, "b": work])
        run.fail("a")
        run.terminate()
        run.fail("b")
        #expect(run.states == ["a FAILED", "b CANCELED"])
        #expect(run.machine.run.error?.code == .childFailed)
    }

    @Test("A pod that starts after the request is still waited for")
    func startsLate() throws {
        var run = try TestRun(tasks: ["a": work])
        run.terminate()
        run.start("a")
        #expect(run.states == ["a RUNNING"])
        run.fail("a")
        #expect(run.states == ["a CANCELED"])
    }

    @Test("After a restart open pods are found again and asked again to end, in this order")
    func restart() throws {
        var run = try TestRun(tasks: ["a": work, "b": TestRun.work(after: ["a"])])
        run.terminate()
        try run.reload()
        run.resume()
        #expect(run.launched == ["a/0"])
        #expect(run.stopped == ["a/0"])
        guard case .stop = run.commands.last else {
            Issue.record("expected to stop last, found \(run.commands)")
            return
        }
        run.fail("a")
        #expect(run.machine.run.state == .failed)
    }

    @Test("A request that was stored by somebody else while the server was away is carried out at loading")
    func storedRequest() throws {
        var run = try TestRun(tasks: [
            "a": TestRun.work(rest: TestRun.retry(1, backoff: "9s")), "b": work,
            "c": TestRun.work(after: ["b"]),
        ])
        run.fail("a")
        var row = run.machine.run
        row.enter(.canceling, at: run.now)
        run.machine = try RunMachine(
            run: row,
            graph: run.graph,
            tasks: run.machine.tasks,
            attempts: run.machine.attempts
        )
        run.resume()
        #expect(run.states == ["a CANCELED", "b PENDING", "c CANCELED"])
        #expect(run.stopped == ["b/0"])
        run.pass(.seconds(10))
        #expect(run.launched == [])
    }
}
