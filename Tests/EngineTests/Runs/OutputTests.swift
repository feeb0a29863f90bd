import Engine
import Model
import TestKit
import Testing

@Suite("Outputs and lineage")
struct OutputTests {
    private static func selector(_ producer: String, _ key: String) -> JSONValue {
        ["valueFromParameter": ["producerSubtask": .string(producer), "outputParameterKey": .string(key)]]
    }

    private static func artifactSelector(_ producer: String, _ key: String) -> JSONValue {
        ["artifactSelectors": [["producerSubtask": .string(producer), "outputArtifactKey": .string(key)]]]
    }

    private static let declared: JSONValue = [
        "parameters": ["o": ["parameterType": "STRING"]], "artifacts": ["d": [:]],
    ]

    /// Two pipelines around `x`, whose outputs come out of all of them, are read by `r`, and are those of the run.
    private static let nested: JSONValue = {
        func dag(_ task: String, _ component: JSONValue, _ key: String, _ data: String) -> JSONValue {
            [
                "tasks": .object([task: component]),
                "outputs": [
                    "parameters": ["o": selector(task, key)],
                    "artifacts": ["d": artifactSelector(task, data)],
                ],
            ]
        }
        return TestRun.spec(
            [
                "g": SpecBuilder.task("outer"),
                "r": SpecBuilder.task("read", artifacts: ["data": SpecBuilder.artifact("g", "d")]),
                "s": TestRun.work(["s": SpecBuilder.output("g", "o")]),
            ],
            root: ["outputDefinitions": declared],
            dag: [
                "outputs": [
                    "parameters": ["o": selector("g", "o")], "artifacts": ["d": artifactSelector("g", "d")],
                ]
            ]
        ) {
            $0.pipeline(
                "outer",
                tasks: [:],
                rest: ["outputDefinitions": declared, "dag": dag("h", SpecBuilder.task("inner"), "o", "d")]
            )
            $0.pipeline(
                "inner",
                tasks: [:],
                rest: ["outputDefinitions": declared, "dag": dag("x", TestRun.work(), "y", "data")]
            )
        }
    }()

    @Test(
        "Outputs come out of nested pipelines, reach their readers and the run, also after restarts",
        arguments: [false, true]
    )
    func nested(reloads: Bool) throws {
        var run = try TestRun(Self.nested)
        run.succeed("g.h.x", ["y": "deep"], data: ["d1"])
        let outputs = TaskValues(parameters: ["o": "deep"], artifacts: ["d": [ArtifactID("d1")]])
        #expect(try run.task("g.h").outputs == outputs)
        #expect(try run.task("g").outputs == outputs)
        #expect(try run.launch("s").parameters == ["s": "deep"])
        #expect(try run.launch("r").artifacts["data"]?.map(\.uri) == ["/d1"])
        if reloads {
            try run.reload()
            run.resume()
            #expect(try run.launch("s").parameters == ["s": "deep"])
            #expect(try run.launch("r").artifacts["data"]?.map(\.uri) == ["/d1"])
        }
        run.succeed("s")
        if reloads { try run.reload() }
        #expect(run.machine.run.outputs.isEmpty)
        run.succeed("r", [:])
        #expect(run.machine.run.outputs == outputs)
        #expect(run.machine.run.state == .succeeded)
    }

    @Test("A run that failed has no outputs")
    func failed() throws {
        var run = try TestRun(Self.nested)
        run.succeed("g.h.x", ["y": "deep"], data: ["d1"])
        run.succeed("s")
        run.fail("r")
        #expect(run.machine.run.outputs.isEmpty)
        #expect(try run.task("root").outputs.isEmpty)
    }

    @Test("An output with several sources is that of the first that succeeded")
    func oneOf() throws {
        let several: JSONValue = [
            "valueFromOneof": [
                "parameterSelectors": [
                    ["producerSubtask": "a", "outputParameterKey": "y"],
                    ["producerSubtask": "b", "outputParameterKey": "y"],
                ]
            ]
        ]
        // `a` succeeds but gives nothing.
        var run = try TestRun(
            tasks: ["a": TestRun.work(), "b": TestRun.work()],
            root: ["outputDefinitions": Self.declared],
            dag: ["outputs": ["parameters": ["o": several]]]
        )
        run.succeed("b", ["y": "from b"])
        run.succeed("a", [:])
        #expect(run.machine.run.outputs.parameters == ["o": "from b"])
    }

    @Test("Who wrote and who read an artifact is stored once, with the task, the key and the place")
    func lineage() throws {
        var run = try TestRun(Self.nested)
        run.succeed("g.h.x", ["y": "deep"], data: ["d1", "d2"])
        func edge(_ id: String, _ path: String, _ direction: ArtifactEdge.Direction, _ position: Int)
            -> ArtifactEdge
        {
            ArtifactEdge(
                artifactID: ArtifactID(id),
                runID: RunID("r"),
                path: TaskPath(path),
                direction: direction,
                key: "data",
                position: position
            )
        }
        #expect(
            run.edges == [
                edge("d1", "g.h.x", .output, 0), edge("d2", "g.h.x", .output, 1), edge("d1", "r", .input, 0),
                edge("d2", "r", .input, 1),
            ]
        )
        #expect(run.artifacts.map(\.id.text) == ["d1", "d2"])
        run.start("r")
        #expect(run.edges.count == 4)
    }

    @Test("Rows come before actions in every step, each row once, parents with their children")
    func order() throws {
        var run = try TestRun(Self.nested)
        var steps = [run.commands]
        run.succeed("g.h.x", ["y": "deep"], data: ["d1"])
        steps.append(run.commands)
        run.fail("s")
        steps.append(run.commands)
        for commands in steps {
            let firstAction = commands.firstIndex { !$0.isWrite } ?? commands.endIndex
            #expect(commands[firstAction...].allSatisfy { !$0.isWrite })
            let paths = commands.compactMap { if case .saveTask(let task) = $0 { task.path } else { nil } }
            #expect(Set(paths).count == paths.count)
        }
        #expect(steps[0].count { if case .saveRun = $0 { true } else { false } } == 1)
    }

    @Test("A step stores only what it changed")
    func frugal() throws {
        var run = try TestRun(tasks: [
            "a": TestRun.work(), "b": TestRun.work(), "c": TestRun.work(after: ["a"]),
        ])
        run.start("a")
        #expect(run.commands == [.saveTask(try run.task("a")), .saveAttempt(run.machine.attempts[0])])
        run.succeed("b")
        #expect(run.commands == [.saveTask(try run.task("b")), .saveAttempt(run.machine.attempts[1])])
    }
}
