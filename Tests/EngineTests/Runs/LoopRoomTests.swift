import Engine
import Model
import TestKit
import Testing

@Suite("Loops that have more iterations than there is room for")
struct LoopRoomTests {
    /// A loop `l` over four items, whose iterations are the container `work`, where two tasks may be under way.
    private func run(
        _ rest: [String: JSONValue] = [:],
        others: [String: JSONValue] = [:],
        max: Int = 2
    ) throws -> TestRun {
        try TestRun(tasks: others.merging(["l": Self.loop(rest)]) { $1 }, underWayMax: max)
    }

    private static func loop(_ rest: [String: JSONValue] = [:]) -> JSONValue {
        let iterator: [String: JSONValue] = ["itemInput": "n", "items": ["raw": "[5, 6, 7, 8]"]]
        return TestRun.work(rest: rest.merging(["parameterIterator": .object(iterator)]) { $1 })
    }

    @Test("Iterations are made when there is room for them", arguments: [false, true])
    func asNeeded(reloads: Bool) throws {
        var run = try run()
        #expect(run.states == ["l RUNNING", "l.0 PENDING", "l.1 PENDING"])
        #expect(try run.task("l").iterationsPlanned == 4)
        for number in 0..<4 {
            if reloads {
                try run.reload()
                run.resume()
            }
            run.succeed("l.\(number)")
            #expect(run.launched == (number < 2 ? ["l.\(number + 2)/0"] : []))
        }
        #expect(run.machine.run.state == .succeeded)
        #expect(try run.task("l").reason == nil)
        #expect(try run.task("l").outputs.parameters["y"]?.array?.count == 4)
    }

    @Test("Many are made at once, when a quarter of the room is free")
    func together() throws {
        let items = "[" + (0..<20).map { "\($0)" }.joined(separator: ",") + "]"
        let iterator: [String: JSONValue] = ["itemInput": "n", "items": ["raw": .string(items)]]
        var run = try TestRun(
            tasks: ["l": TestRun.work(rest: ["parameterIterator": .object(iterator)])],
            underWayMax: 8
        )
        #expect(run.launched.count == 8)
        run.succeed("l.3")
        #expect(run.launched == [])
        run.succeed("l.0")
        #expect(run.launched == ["l.8/0", "l.9/0"])
    }

    @Test("An iteration that waits for its retry leaves its room to the next")
    func retries() throws {
        var run = try run(TestRun.retry(1, backoff: "60s"))
        run.fail("l.0")
        #expect(run.launched == ["l.2/0"])
        run.fail("l.1")
        run.succeed("l.2")
        #expect(run.states.filter { $0.hasSuffix("SUCCEEDED") } == ["l.2 SUCCEEDED"])
        run.succeed("l.3")
        run.pass(.seconds(60))
        #expect(run.launched == ["l.0/1", "l.1/1"])
        run.succeed("l.0", attempt: 1)
        run.succeed("l.1", attempt: 1)
        #expect(run.machine.run.state == .succeeded)
    }

    @Test("Loops take turns, and tasks of no loop are not held back")
    func order() throws {
        var run = try run(others: ["m": Self.loop(), "a": TestRun.work(), "b": TestRun.work()])
        #expect(run.launched == ["a/0", "b/0"])
        #expect(run.state("l") == .running)
        let turns = ["a"] + (0..<4).flatMap { ["l.\($0)", "m.\($0)"] }
        for (path, next) in zip(turns, turns.dropFirst()) {
            run.succeed(path)
            #expect(run.launched == ["\(next)/0"])
        }
        #expect(run.state("l") == .succeeded)
    }

    @Test("A loop of loops does not make all of its iterations before those have begun with theirs")
    func nested() throws {
        let numbers: JSONValue = .string("[" + (0..<100).map { "\($0)" }.joined(separator: ",") + "]")
        let iterator: [String: JSONValue] = [
            "parameterIterator": ["itemInput": "n", "items": ["raw": numbers]]
        ]
        let spec = TestRun.spec(["l": SpecBuilder.task("body", rest: iterator)]) {
            $0.pipeline("body", tasks: ["m": TestRun.work(rest: iterator)])
        }
        let run = try TestRun(spec, underWayMax: 20)
        #expect(run.launched.count == 20)
        #expect(run.machine.tasks.count { $0.parent == TaskPath("l") } < 10)
    }

    @Test("A loop within its own limit does not hold up those behind it")
    func ownLimit() throws {
        var run = try run(
            ["iteratorPolicy": ["parallelismLimit": 1]],
            others: ["m": Self.loop()],
            max: 3
        )
        #expect(run.launched == ["l.0/0", "m.0/0", "m.1/0"])
        run.succeed("l.0")
        #expect(run.launched == ["m.2/0"])
        run.succeed("m.0")
        #expect(run.launched == ["l.1/0"])
    }

    @Test(
        "A loop that never had room is canceled with its run, which then is over",
        arguments: [false, true]
    )
    func canceled(reloads: Bool) throws {
        var run = try run(others: ["a": TestRun.work()], max: 1)
        #expect(run.states == ["a PENDING", "l RUNNING"])
        run.terminate()
        if reloads {
            try run.reload()
            run.resume()
        }
        run.fail("a")
        #expect(run.states == ["a CANCELED", "l CANCELED"])
        #expect(run.machine.run.state == .failed)
    }

    @Test("What the cache is asked for is under way until it answers")
    func cache() throws {
        var run = try run(["cachingOptions": ["enableCache": true]])
        func asked() -> [String] {
            run.commands.compactMap { if case .lookUpCache(let path, _) = $0 { path.text } else { nil } }
        }
        #expect(asked() == ["l.0", "l.1"])
        let hit = CachedTask(
            run: RunID("earlier"),
            path: TaskPath("l.0"),
            outputs: TaskValues(parameters: ["y": "out"]),
            artifacts: [],
            createdAt: .epoch
        )
        run.handle(.cacheAnswered(TaskPath("l.0"), .hit(hit)))
        #expect(asked() == ["l.2"])
        run.handle(.cacheAnswered(TaskPath("l.1"), .miss(Reason(.cacheMiss, "no"))))
        #expect(run.launched == ["l.1/0"])
        #expect(asked() == [])
    }

    @Test("Iterations that a retry of the run left open start as there is room")
    func retriedRun() throws {
        var run = try run()
        for number in 0..<4 { run.fail("l.\(number)") }
        #expect(run.machine.run.state == .failed)
        try run.retry()
        #expect(run.launched == ["l.0/1", "l.1/1"])
        for number in 0..<4 { run.succeed("l.\(number)", attempt: 1) }
        #expect(run.machine.run.state == .succeeded)
    }
}
