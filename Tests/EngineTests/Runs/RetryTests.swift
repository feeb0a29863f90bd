import Engine
import Model
import TestKit
import Testing

@Suite("Retries")
struct RetryTests {
    /// Fails a task until nothing is left and says how long it paused each time.
    private func pauses(_ policy: [String: JSONValue]) throws -> [Duration] {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: policy)])
        var pauses: [Duration] = []
        for attempt in 0..<20 {
            let failedAt = run.now
            run.fail("a", attempt: attempt)
            if run.launched == ["a/\(attempt + 1)"] {
                pauses.append(.zero)
                continue
            }
            guard let due = run.wakes.first else { break }
            pauses.append(due - failedAt)
            run.pass(due - failedAt)
            #expect(run.launched == ["a/\(attempt + 1)"])
        }
        #expect(run.state("a") == .failed)
        return pauses
    }

    @Test("The pause grows by its factor up to its maximum")
    func backoff() throws {
        #expect(try pauses(TestRun.retry(0, backoff: "5s")) == [])
        #expect(
            try pauses(TestRun.retry(4, backoff: "5s")) == [
                .seconds(5), .seconds(10), .seconds(20), .seconds(40),
            ]
        )
        #expect(
            try pauses(TestRun.retry(3, backoff: "0.5s", factor: 1))
                == Array(repeating: .milliseconds(500), count: 3)
        )
        #expect(
            try pauses(TestRun.retry(4, backoff: "2s", factor: 10, max: "60s")) == [
                .seconds(2), .seconds(20), .seconds(60), .seconds(60),
            ]
        )
        #expect(try pauses(TestRun.retry(2, backoff: "90s", max: "60s")) == [.seconds(60), .seconds(60)])
        #expect(
            try pauses(TestRun.retry(3, backoff: "8s", factor: 0.5)) == [
                .seconds(8), .seconds(4), .seconds(2),
            ]
        )
        #expect(try pauses(TestRun.retry(3, factor: 1e300)) == [.zero, .zero, .zero])
        #expect(
            try pauses(TestRun.retry(3, backoff: "1s", factor: 1e300, max: "9s")) == [
                .seconds(1), .seconds(9), .seconds(9),
            ]
        )
    }

    @Test("Lost pods and failed programs are counted apart")
    func counted() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1))])
        run.lose("a", attempt: 0)
        run.fail("a", attempt: 1)
        run.lose("a", attempt: 2)
        #expect(run.launched == ["a/3"])
        run.fail("a", attempt: 3)
        #expect(run.states == ["a FAILED"])
        #expect(try run.task("a").reason?.message == "Failed 2 times, no retry is left. exit 1")
        run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(3))])
        for attempt in [0, 1, 2] { run.lose("a", attempt: attempt) }
        #expect(run.states == ["a FAILED"])
    }

    @Test("A lost pod's next attempt does not wait for the pause that a failure would have")
    func lostIsAtOnce() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(3, backoff: "60s"))])
        run.lose("a")
        #expect(run.launched == ["a/1"])
        #expect(try run.task("a").reason?.message == "Attempt 1 failed; the next starts at once. gone")
    }

    @Test("A task inherits the policy of the nearest group that has one, and its own wins")
    func inheritance() throws {
        let json = TestRun.spec(["g": SpecBuilder.task("outer", rest: TestRun.retry(1))]) {
            $0.pipeline(
                "outer",
                tasks: [
                    "p": TestRun.work(), "h": SpecBuilder.task("inner"),
                    "i": SpecBuilder.task("inner", rest: TestRun.retry(0)),
                ]
            )
            $0.pipeline("inner", tasks: ["x": TestRun.work(), "y": TestRun.work(rest: TestRun.retry(2))])
        }
        var run = try TestRun(json)
        for reloads in [false, true] {
            run = try TestRun(json)
            for path in ["g.p", "g.h.x", "g.h.y", "g.i.x", "g.i.y"] {
                if reloads { try run.reload() }
                var attempt = 0
                repeat {
                    run.fail(path, attempt: attempt)
                    attempt += 1
                } while run.launched == ["\(path)/\(attempt)"]
                #expect(
                    attempt == ["g.p": 2, "g.h.x": 2, "g.h.y": 3, "g.i.x": 1, "g.i.y": 3][path],
                    "\(path)"
                )
            }
            #expect(run.machine.run.state == .failed)
        }
    }

    @Test("The pause counts from when the pod ended, also across a restart")
    func pauseAfterRestart() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1, backoff: "10s"))])
        let failedAt = run.now
        run.fail("a")
        run.now = failedAt + .seconds(4)
        try run.reload()
        run.resume()
        #expect(run.launched == [])
        #expect(run.wakes == [failedAt + .seconds(10)])
        #expect(run.machine.nextDue == failedAt + .seconds(10))
        run.pass(.seconds(6))
        #expect(run.launched == ["a/1"])
    }

    @Test("A retry that fell due while nobody looked starts with the next tick after a restart")
    func dueDuringRestart() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1, backoff: "10s"))])
        let failedAt = run.now
        run.fail("a")
        run.now = failedAt + .seconds(60)
        try run.reload()
        run.resume()
        #expect(run.wakes == [failedAt + .seconds(10)])
        run.handle(.clockAdvanced)
        #expect(run.launched == ["a/1"])
        run.handle(.clockAdvanced)
        #expect(run.commands == [])
    }

    @Test("A pod that ended long ago starts its retry in the same step")
    func lateReport() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(1, backoff: "10s"))])
        let endedAt = run.now
        run.now = endedAt + .seconds(11)
        run.fail("a", at: endedAt)
        #expect(run.launched == ["a/1"])
        #expect(run.machine.nextDue == nil)
    }

    @Test("The first success ends the retries, and the task keeps the time of its first start")
    func success() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(rest: TestRun.retry(2))])
        let first = run.now
        run.start("a")
        run.fail("a")
        run.now = run.now + .seconds(1)
        run.start("a", attempt: 1)
        run.succeed("a", attempt: 1)
        #expect(run.attempts == ["a/0 FAILED", "a/1 SUCCEEDED"])
        #expect(try run.task("a").startedAt == first)
        #expect(try run.task("a").reason == nil)
        #expect(run.machine.run.state == .succeeded)
        #expect(
            try run.task("a").stateHistory.map(\.state) == [
                .pending, .running, .pending, .running, .succeeded,
            ]
        )
    }
}

@Suite("Retries that wait")
struct RetryQueueTests {
    @Test("The earliest is known whatever was added, moved and removed before")
    func earliest() {
        var random = SeededGenerator(seed: 3)
        var queue = RetryQueue()
        var expected: [Int: Instant] = [:]
        for _ in 0..<5_000 {
            let index = random.below(60)
            let due =
                random.chance(0.6) ? Instant(milliseconds: Int64(random.below(200))) : nil
            queue[index] = due
            expected[index] = due
            #expect(queue.first == expected.values.min())
            #expect(queue[index] == due)
        }
        #expect(queue.times == expected)
    }

    @Test("The machine knows the earliest retry of many, which start in the order of their pauses")
    func machine() throws {
        let names = (0..<20).map { "t\($0)" }
        let pauses = names.indices.map { 10 + ($0 * 7) % 20 }
        var run = try TestRun(
            tasks: Dictionary(
                uniqueKeysWithValues: names.indices.map {
                    (names[$0], TestRun.work(rest: TestRun.retry(1, backoff: "\(pauses[$0])s")))
                }
            )
        )
        let failedAt = run.now
        for name in names { run.fail(name) }
        for second in 10..<30 {
            #expect(run.machine.nextDue == failedAt + .seconds(second))
            run.pass(failedAt + .seconds(second) - run.now)
            #expect(run.launched == names.indices.filter { pauses[$0] == second }.map { "\(names[$0])/1" })
        }
        #expect(run.machine.nextDue == nil)
    }
}
