import Engine
import Model
import PipelineIR
import TestKit
import Testing

@Suite("Conditions, exit tasks, importers and the cache")
struct FlowTests {
    private static func condition(_ text: String) -> [String: JSONValue] {
        ["triggerPolicy": ["condition": .string(text)]]
    }

    /// `b` under a condition over `a`'s output, and `c` behind `b`.
    private func conditional(_ text: String, y: JSONValue) throws -> TestRun {
        var run = try TestRun(tasks: [
            "a": TestRun.work(),
            "b": TestRun.work(["s": SpecBuilder.output("a", "y")], rest: Self.condition(text)),
            "c": TestRun.work(after: ["b"]),
        ])
        run.succeed("a", ["y": y])
        return run
    }

    @Test("A condition that is false skips the task and says what it was about; the run succeeds")
    func conditionFalse() throws {
        let run = try conditional("inputs.parameter_values['s'] == 'heads'", y: "tails")
        #expect(run.states == ["a SUCCEEDED", "b SKIPPED", "c SKIPPED"])
        #expect(run.machine.run.state == .succeeded)
        let reason = try #require(try run.task("b").reason)
        #expect(reason.code == .conditionFalse)
        #expect(reason.message.contains("tails"))
        #expect(try run.task("c").reason?.message == "Needs the success of 'b' (SKIPPED).")
    }

    @Test("A condition that cannot be evaluated fails the task and the run")
    func conditionInvalid() throws {
        let run = try conditional("inputs.parameter_values['absent'] == 'x'", y: "tails")
        #expect(run.states == ["a SUCCEEDED", "b FAILED", "c SKIPPED"])
        #expect(try run.task("b").reason?.code == .conditionInvalid)
        #expect(run.machine.run.state == .failed)
    }

    @Test(
        "An exit task starts when what it watches has ended, however that was, and is told",
        arguments: [(true, "SUCCEEDED"), (false, "FAILED")]
    )
    func exitTask(succeeds: Bool, word: String) throws {
        let status: JSONValue = ["taskFinalStatus": ["producerTask": "a"]]
        let json = TestRun.spec([
            "a": TestRun.work(),
            "x": SpecBuilder.task(
                "tidy",
                after: ["a"],
                parameters: ["status": status],
                rest: ["triggerPolicy": ["strategy": "ALL_UPSTREAM_TASKS_COMPLETED"]]
            ),
        ]) { $0.container("tidy", inputs: ["status": "TASK_FINAL_STATUS"]) }
        var run = try TestRun(json)
        #expect(run.launched == ["a/0"])
        if succeeds { run.succeed("a") } else { run.fail("a", "exit 3") }
        #expect(run.launched == ["x/0"])
        let given = try #require(try run.launch("x").parameters["status"])
        #expect(given["state"] == .string(word))
        #expect(given["pipelineTaskName"] == "a")
        #expect(given["error"]?["message"] == (succeeds ? nil : "exit 3"))
        run.succeed("x")
        #expect(run.machine.run.state == (succeeds ? .succeeded : .failed))
    }

    // MARK: Importers

    private func importer() throws -> TestRun {
        let json = TestRun.spec([
            "i": SpecBuilder.task("fetch"),
            "r": SpecBuilder.task("read", artifacts: ["data": SpecBuilder.artifact("i", "data")]),
        ]) { $0.importer("fetch", artifactURI: ["constant": "gs://b/a"]) }
        return try TestRun(json)
    }

    private let artifact = Artifact(
        id: ArtifactID("d"),
        name: "data",
        schemaTitle: "system.Dataset",
        schemaVersion: "0.0.1",
        uri: "gs://b/a",
        createdAt: .epoch
    )

    @Test(
        "An importer runs until its artifact is registered, asks again after a restart, and hears the answer once"
    )
    func imports() throws {
        var run = try importer()
        #expect(run.state("i") == .running)
        let asked = run.commands.filter { !$0.isWrite }
        try run.reload()
        run.resume()
        #expect(run.commands == asked)
        run.handle(.imported(TaskPath("i"), .registered(artifact)))
        #expect(run.launched == ["r/0"])
        #expect(run.edges.map(\.path.text) == ["i", "r"])
        run.handle(.imported(TaskPath("i"), .registered(artifact)))
        #expect(run.commands == [])
    }

    @Test("An artifact that cannot be registered fails its importer")
    func importFails() throws {
        var run = try importer()
        run.handle(.imported(TaskPath("i"), .failed(Reason(.importFailed, "not there"))))
        #expect(run.states == ["i FAILED", "r SKIPPED"])
        #expect(run.machine.run.error?.message == "Task 'i' failed: not there")
    }

    // MARK: Cache

    private func cached() throws -> TestRun {
        try TestRun(tasks: ["a": TestRun.work(rest: ["cachingOptions": ["enableCache": true]])])
    }

    @Test(
        "A group for which caching is switched off takes what stands in it along; one that says nothing does not",
        arguments: [(["cachingOptions": [:]], false), ([:], true)] as [([String: JSONValue], Bool)]
    )
    func cachingOffInGroups(rest: [String: JSONValue], asks: Bool) throws {
        var run = try TestRun(
            TestRun.spec(["outer": SpecBuilder.task("middle", rest: rest)]) {
                let cached = ["a": TestRun.work(rest: ["cachingOptions": ["enableCache": true]])]
                $0.pipeline("inner", tasks: cached)
                $0.pipeline("middle", tasks: ["inner": SpecBuilder.task("inner")])
            }
        )
        #expect((key(run) != nil) == asks)
        #expect(run.launched == (asks ? [] : ["outer.inner.a/0"]))
        try run.reload()
        run.resume()
        #expect((key(run) != nil) == asks)
    }

    @Test("A task that uses the workspace is the same only within a run")
    func workspaceInKey() throws {
        let cached: [String: JSONValue] = ["cachingOptions": ["enableCache": true]]
        let path = try TestRun(tasks: [
            "a": TestRun.work(["s": SpecBuilder.constant("/kfp-workspace/x")], rest: cached)
        ])
        #expect(key(path)?.volumes == ["r-kfp-workspace"])
        #expect(key(try self.cached())?.volumes == [])
    }

    @Test(
        "What an importer has put in the workspace is found there by the tasks of the run, also after a restart"
    )
    func workspaceArtifacts() throws {
        let read = SpecBuilder.task("read", artifacts: ["data": SpecBuilder.artifact("i", "data")])
        var run = try TestRun(
            TestRun.spec(["i": SpecBuilder.task("fetch"), "b": read]) {
                $0.importer("fetch", artifactURI: ["constant": "/x/y"], rest: ["downloadToWorkspace": true])
            }
        )
        let artifact = Artifact(
            id: ArtifactID("x"),
            name: "data",
            schemaTitle: "system.Dataset",
            schemaVersion: "0.0.1",
            uri: "/x/y",
            createdAt: .epoch
        )
        run.handle(.imported(TaskPath("i"), .registered(artifact)))
        #expect(run.artifacts.map(\.metadata) == [[:]])
        for _ in 1...2 {
            let input = try #require(try run.launch("b").artifacts["data"]?.first)
            #expect(input.programPath == "/kfp-workspace/.artifacts/x/y" && input.uri == "/x/y")
            try run.reload()
            run.resume()
        }
        // A run that repeats this one from `b` on has another workspace.
        run.fail("b")
        let other = Run(
            id: RunID("second"),
            experimentID: ExperimentID("e"),
            displayName: "second",
            pipelineName: "test",
            createdAt: run.now
        )
        var again = try RunMachine(run: other, rerunning: run.machine, from: TaskPath("b"), at: run.now)
        let commands = again.resume(at: run.now)
        let paths = commands.compactMap {
            if case .launch(let launch) = $0 { launch.artifacts["data"]?.first?.programPath } else { nil }
        }
        #expect(paths == ["/x/y"])
    }

    private func key(_ run: TestRun) -> CacheKey? {
        run.commands.lazy.compactMap { if case .lookUpCache(_, let key) = $0 { key } else { nil } }.first
    }

    @Test("A hit takes the earlier outputs, launches nothing and makes no entry")
    func hit() throws {
        var run = try cached()
        #expect(key(run) != nil && run.launched == [])
        let outputs = TaskValues(parameters: ["y": "old"], artifacts: ["data": [artifact.id]])
        let answer = CachedTask(
            run: RunID("q"),
            path: TaskPath("b"),
            outputs: outputs,
            artifacts: [artifact],
            createdAt: .epoch
        )
        run.handle(.cacheAnswered(TaskPath("a"), .hit(answer)))
        #expect(run.states == ["a CACHED"])
        #expect(run.attempts == [])
        #expect(try run.task("a").outputs == outputs)
        #expect(try run.task("a").cache?.message == "Took the outputs of task 'b' of run q.")
        #expect(run.artifacts == [artifact] && run.edges.map(\.direction) == [.output])
        #expect(!run.commands.contains { if case .saveCacheEntry = $0 { true } else { false } })
        #expect(run.machine.run.state == .succeeded)
    }

    @Test(
        "A miss launches, keeps what differs, and the success stores the entry it was asked for",
        arguments: [true, false]
    )
    func miss(succeeds: Bool) throws {
        var run = try cached()
        let key = key(run)
        try run.reload()
        run.resume()
        #expect(self.key(run) == key)
        run.handle(.cacheAnswered(TaskPath("a"), .miss(Reason(.cacheMiss, "new"))))
        #expect(run.launched == ["a/0"])
        #expect(try run.task("a").cache == Reason(.cacheMiss, "new"))
        run.handle(.cacheAnswered(TaskPath("a"), .miss(Reason(.cacheMiss, "again"))))
        #expect(run.commands == [])
        if succeeds { run.succeed("a") } else { run.fail("a") }
        let entries = run.commands.compactMap {
            if case .saveCacheEntry(_, let key) = $0 { key } else { nil }
        }
        #expect(entries == (succeeds ? [key] : []))
    }

    @Test("An answer of the cache that comes after the run was asked to stop starts nothing")
    func canceledQuestion() throws {
        var run = try cached()
        run.terminate()
        run.handle(.cacheAnswered(TaskPath("a"), .miss(Reason(.cacheMiss, "new"))))
        #expect(run.states == ["a CANCELED"])
        #expect(run.attempts == [])
    }
}
