import Engine
import Model
import TestKit
import Testing

@Suite("Loops")
struct LoopTests {
    /// A loop `l` over `items`, whose pipeline runs `work` as `t` and gives out its `y`.
    private func loop(
        _ items: String,
        limit: Int = 0,
        type: String = "NUMBER_INTEGER",
        underWayMax: Int = Limits.tasksUnderWayMax
    ) throws -> TestRun {
        var rest = Self.iterator(items)
        rest["iteratorPolicy"] = ["parallelismLimit": .number(Double(limit))]
        let tasks = ["l": SpecBuilder.task("body", rest: rest), "z": TestRun.work()]
        return try TestRun(
            TestRun.spec(tasks) {
                $0.pipeline(
                    "body",
                    tasks: [:],
                    rest: [
                        "dag": [
                            "tasks": ["t": TestRun.work(["n": SpecBuilder.input("item")])],
                            "outputs": ["parameters": ["y": Self.from("t", "y")]],
                        ],
                        "inputDefinitions": ["parameters": ["item": ["parameterType": .string(type)]]],
                        "outputDefinitions": ["parameters": ["y": ["parameterType": "LIST"]]],
                    ]
                )
            },
            underWayMax: underWayMax
        )
    }

    private static func iterator(_ items: String) -> [String: JSONValue] {
        ["parameterIterator": ["itemInput": "item", "items": ["raw": .string(items)]]]
    }

    private static func from(_ producer: String, _ key: String) -> JSONValue {
        ["valueFromParameter": ["producerSubtask": .string(producer), "outputParameterKey": .string(key)]]
    }

    @Test("Each item gets an iteration, and the outputs are collected in the items' order")
    func collects() throws {
        var run = try loop("[7, 8]")
        #expect(run.launched == ["z/0", "l.0.t/0", "l.1.t/0"])
        #expect(try run.launch("l.1.t").parameters == ["n": 8])
        #expect(try run.task("l").kind == .loop)
        #expect(try run.task("l.1").kind == .iteration)
        run.succeed("l.1.t", ["y": "b"])
        run.succeed("l.0.t", ["y": "a"])
        #expect(run.state("l") == .succeeded)
        #expect(try run.task("l").outputs.parameters == ["y": ["a", "b"]])
    }

    @Test("A loop over nothing succeeds at once with empty lists")
    func empty() throws {
        let run = try loop("[]")
        #expect(run.states == ["l SUCCEEDED", "z PENDING"])
        #expect(try run.task("l").outputs.parameters == ["y": []])
    }

    @Test("Iterations that are containers do not store the list they go through, and are told of it")
    func containerLoop() throws {
        let loop = SpecBuilder.task(
            "each",
            parameters: ["items": .object(["runtimeValue": ["constant": [5, 6]]])],
            rest: ["parameterIterator": ["itemInput": "n", "items": ["inputParameter": "items"]]]
        )
        var run = try TestRun(
            TestRun.spec(["l": loop]) {
                $0.container("each", inputs: ["n": "NUMBER_INTEGER", "items": "LIST"], outputs: [:])
            }
        )
        #expect(try run.task("l.1").inputs.parameters == ["n": 6])
        #expect(try run.launch("l.1").parameters == ["n": 6, "items": [5, 6]])
        try run.reload()
        run.resume()
        #expect(try run.launch("l.1").parameters == ["n": 6, "items": [5, 6]])
    }

    @Test("A loop of too many items fails with the number and the limit")
    func tooMany() throws {
        let items = "[" + Array(repeating: "1", count: Limits.loopItemsMax + 1).joined(separator: ",") + "]"
        let reason = try #require(try loop(items).task("l").reason)
        #expect(reason.code == .loopItemsInvalid)
        #expect(reason.message.contains("100001 items") && reason.message.contains("may have 100000"))
    }

    @Test("A loop whose items have too many tasks together fails with their number and the limit")
    func tooManyTasks() throws {
        let items = "[" + Array(repeating: "1", count: Limits.loopItemsMax).joined(separator: ",") + "]"
        let steps = Dictionary(uniqueKeysWithValues: (0..<5).map { ("t\($0)", TestRun.work()) })
        let run = try TestRun(
            TestRun.spec(["l": SpecBuilder.task("body", rest: Self.iterator(items))]) {
                $0.pipeline("body", tasks: steps)
            }
        )
        let reason = try #require(try run.task("l").reason)
        #expect(reason.message.contains("600002 tasks") && reason.message.contains("may have 500000"))
    }

    @Test("What is no list fails the loop and says what it is")
    func noList() throws {
        let run = try loop("{\"a\": 1}")
        #expect(run.states == ["l FAILED", "z PENDING"])
        #expect(try run.task("l").reason?.code == .loopItemsInvalid)
    }

    @Test("An item of the wrong type fails its iteration alone, even where only one may run at a time")
    func wrongItem() throws {
        var run = try loop("[\"x\", \"y\", 3]", limit: 1)
        #expect(
            run.states.filter { $0.hasPrefix("l") } == [
                "l RUNNING", "l.0 FAILED", "l.1 FAILED", "l.2 RUNNING", "l.2.t PENDING",
            ]
        )
        #expect(try run.task("l.0").reason?.code == .inputResolutionFailed)
        run.succeed("l.2.t")
        #expect(run.state("l") == .failed)
    }

    @Test(
        "No more iterations than allowed are open, and the next starts when one has ended",
        arguments: [false, true]
    )
    func limit(reloads: Bool) throws {
        var run = try loop("[1, 2, 3]", limit: 2)
        #expect(run.launched == ["z/0", "l.0.t/0", "l.1.t/0"])
        if reloads {
            try run.reload()
            run.resume()
            #expect(run.launched.sorted() == ["l.0.t/0", "l.1.t/0", "z/0"])
        }
        run.succeed("l.1.t")
        #expect(run.launched == ["l.2.t/0"])
    }

    @Test("A loop that is stopped starts no further iteration and is canceled", arguments: [false, true])
    func terminated(reloads: Bool) throws {
        var run = try loop("[1, 2]", limit: 1)
        run.terminate()
        if reloads {
            try run.reload()
            run.resume()
        }
        run.succeed("l.0.t")
        #expect(run.launched == [])
        #expect(
            run.states.filter { $0.hasPrefix("l") } == ["l CANCELED", "l.0 SUCCEEDED", "l.0.t SUCCEEDED"]
        )
    }

    @Test("An iteration that is a container stores what it reads and has no reason to wait")
    func container() throws {
        let iterator: [String: JSONValue] = [
            "artifactIterator": ["itemInput": "data", "items": ["inputArtifact": "all"]]
        ]
        let json = TestRun.spec([
            "a": TestRun.work(),
            "l": SpecBuilder.task(
                "read",
                artifacts: ["all": SpecBuilder.artifact("a", "data")],
                rest: iterator
            ),
        ])
        var run = try TestRun(json)
        run.succeed("a", data: ["d1", "d2"])
        #expect(run.launched == ["l.0/0", "l.1/0"])
        #expect(try run.launch("l.1").artifacts["data"]?.map(\.id) == [ArtifactID("d2")])
        let read = run.edges.filter { $0.direction == .input && $0.key == "data" }
        #expect(read.map(\.path.text) == ["l.0", "l.1"])
        #expect(try run.task("l").kind == .loop)
    }

    @Test("A loop over an importer outlives a restart")
    func importers() throws {
        let json = TestRun.spec(["l": SpecBuilder.task("fetch", rest: Self.iterator("[1]"))]) {
            $0.importer("fetch", artifactURI: ["constant": "gs://b/a"])
        }
        var run = try TestRun(json)
        #expect(run.states == ["l RUNNING", "l.0 RUNNING"])
        let before = run.commands.filter { !$0.isWrite }
        try run.reload()
        run.resume()
        #expect(run.commands == before)
    }

    @Test("A task that starts no longer says what it waited for")
    func stale() throws {
        var run = try TestRun(tasks: ["a": TestRun.work(), "b": TestRun.work(after: ["a"])])
        run.succeed("a")
        #expect(try run.task("b").reason == nil)
    }

    @Test("Rows with more iterations than items, or fewer in a loop that is over, are refused")
    func corrupt() throws {
        var run = try loop("[1, 2]")
        run.succeed("l.0.t")
        run.succeed("l.1.t")
        func refusal(_ spoil: (inout [TaskRecord]) -> Void) -> String? {
            var tasks = run.machine.tasks
            spoil(&tasks)
            do throws(CorruptRun) {
                _ = try RunMachine(run: run.machine.run, graph: run.graph, tasks: tasks, attempts: [])
                return nil
            } catch {
                return error.message
            }
        }
        #expect(
            refusal { $0.removeAll { $0.path.text.hasPrefix("l.1") } }
                == "task 'l' is SUCCEEDED, but has 1 iterations for 2 items"
        )
        var third = try run.task("l.1")
        third.path = TaskPath("l.2")
        third.iteration = 2
        third.state = .failed
        #expect(refusal { $0.append(third) } == "task 'l' is SUCCEEDED, but has 3 iterations for 2 items")
        #expect(
            refusal { $0.removeAll { $0.path.text.hasPrefix("l.0") } }
                == "loop 'l' has no row for iteration 0"
        )
    }
}
