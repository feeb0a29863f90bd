import Engine
import Model
import TestKit
import Testing

@Suite("Loading runs")
struct LoadingTests {
    /// `a` open, `b` behind it, a group `g` with `x` open and `y` behind it, `r` waiting for its retry.
    private func sample() throws -> TestRun {
        let json = TestRun.spec([
            "a": TestRun.work(), "b": TestRun.work(after: ["a"]), "g": SpecBuilder.task("group"),
            "r": TestRun.work(rest: TestRun.retry(1, backoff: "60s")),
        ]) {
            $0.pipeline("group", tasks: ["x": TestRun.work(), "y": TestRun.work(after: ["x"])])
        }
        var run = try TestRun(json)
        run.start("g.x")
        run.fail("r")
        return run
    }

    @Test("Resuming twice wants the same things twice and changes no row")
    func idempotent() throws {
        var run = try sample()
        let tasks = run.machine.tasks
        run.resume()
        let first = run.commands
        #expect(first.filter(\.isWrite) == [])
        #expect(run.launched == ["a/0", "g.x/0"])
        #expect(run.wakes == [run.now + .seconds(60)])
        run.resume()
        #expect(run.commands == first)
        #expect(run.machine.tasks == tasks)
        try run.reload()
        run.resume()
        #expect(Set(run.commands) == Set(first))
    }

    @Test("A machine built from rows goes on as the one that wrote them would have")
    func goesOn() throws {
        var live = try sample()
        var loaded = live
        try loaded.reload()
        loaded.resume()
        for step in ["g.x", "a", "g.y", "b"] {
            live.succeed(step)
            loaded.succeed(step)
            #expect(loaded.states == live.states)
            #expect(loaded.attempts == live.attempts)
            #expect(Set(loaded.commands) == Set(live.commands))
        }
        live.pass(.seconds(60))
        loaded.pass(.seconds(60))
        live.succeed("r", attempt: 1)
        loaded.succeed("r", attempt: 1)
        #expect(live.machine.run == loaded.machine.run)
        #expect(live.machine.run.state == .succeeded)
    }

    @Test("A crash between storing a run and its first step loses nothing")
    func fresh() throws {
        var run = try TestRun(TestRun.spec(["a": TestRun.work()]), resumes: false)
        try run.reload()
        run.resume()
        #expect(run.launched == ["a/0"])
        #expect(run.machine.run.stateHistory.map(\.state) == [.pending, .running])
    }

    // MARK: Contradictions

    private typealias Rows = (run: Run, tasks: [TaskPath: TaskRecord], attempts: [Attempt])

    private func refusal(_ spoil: (inout Rows) -> Void) throws -> String? {
        let run = try sample()
        var rows: Rows = (
            run.machine.run, Dictionary(uniqueKeysWithValues: run.machine.tasks.map { ($0.path, $0) }),
            run.machine.attempts
        )
        spoil(&rows)
        do throws(CorruptRun) {
            _ = try RunMachine(
                run: rows.run,
                graph: run.graph,
                tasks: Array(rows.tasks.values),
                attempts: rows.attempts
            )
            return nil
        } catch {
            return error.message
        }
    }

    @Test("Rows that are as the machine wrote them are taken")
    func sound() throws {
        #expect(try refusal { _ in } == nil)
    }

    @Test("Rows that contradict the pipeline are refused by name")
    func foreign() throws {
        #expect(try refusal { $0.tasks[.root] = nil } == "the run has no root task")
        #expect(
            try refusal { $0.tasks[TaskPath("g.y")] = nil }
                == "task 'g' has started, but its task 'y' has no row"
        )
        #expect(
            try refusal {
                $0.tasks[TaskPath("q")] = TaskRecord(
                    runID: $0.run.id,
                    path: TaskPath("q"),
                    parent: .root,
                    name: "q",
                    displayName: "q",
                    kind: .container,
                    createdAt: .epoch
                )
            } == "the pipeline has no tasks for the rows q"
        )
        #expect(
            try refusal { $0.attempts.append(Attempt(path: TaskPath("q"), number: 0, createdAt: .epoch)) }
                == "attempt 0 belongs to task 'q', which the run does not have"
        )
    }

    @Test("Rows that contradict each other are refused, because the run would end wrongly or never")
    func contradictions() throws {
        #expect(
            try refusal {
                $0.tasks[TaskPath("g.x")] = nil
                $0.tasks[TaskPath("g.y")] = nil
                $0.attempts.removeAll { $0.path == TaskPath("g.x") }
            } == "task 'g' is RUNNING, but the tasks inside have no rows"
        )
        #expect(
            try refusal { $0.tasks[TaskPath("g")]?.state = .pending }
                == "task 'g' is PENDING, but 'g.x' is RUNNING"
        )
        #expect(
            try refusal { $0.tasks[TaskPath("g")]?.state = .succeeded }
                == "task 'g' is SUCCEEDED, but 'g.x' is RUNNING"
        )
        #expect(
            try refusal { $0.tasks[TaskPath("g")]?.state = .failed }
                == "task 'g' is FAILED, but 'g.x' is RUNNING"
        )
        #expect(
            try refusal { $0.attempts.append(Attempt(path: TaskPath("g"), number: 0, createdAt: .epoch)) }
                == "task 'g' is RUNNING, but has an attempt 0, although it runs a pipeline"
        )
        #expect(
            try refusal { $0.tasks[.root]?.state = .failed }
                == "the root task is FAILED, but the run is RUNNING"
        )
    }

    @Test("Attempts that contradict their task are refused")
    func attempts() throws {
        #expect(
            try refusal { $0.attempts.append(Attempt(path: TaskPath("a"), number: 2, createdAt: .epoch)) }
                == "task 'a' is PENDING, but attempt 0 is PENDING, although a later one exists"
        )
        #expect(
            try refusal { $0.attempts.append(Attempt(path: TaskPath("r"), number: 2, createdAt: .epoch)) }
                == "task 'r' is PENDING, but has an attempt 2 where attempt 1 belongs"
        )
        #expect(
            try refusal { $0.attempts.removeAll { $0.path == TaskPath("g.x") } }
                == "task 'g.x' is RUNNING, but it has no attempt"
        )
        #expect(
            try refusal { $0.tasks[TaskPath("a")]?.state = .failed }
                == "task 'a' is FAILED, but attempt 0 is PENDING"
        )
        #expect(
            try refusal { $0.tasks[TaskPath("r")]?.state = .running }
                == "task 'r' is RUNNING, but attempt 0 is FAILED"
        )
        #expect(
            try refusal { rows in
                for index in rows.attempts.indices where rows.attempts[index].path == TaskPath("a") {
                    rows.attempts[index].state = .succeeded
                }
            } == "task 'a' is PENDING, but attempt 0 is SUCCEEDED"
        )
    }
}
