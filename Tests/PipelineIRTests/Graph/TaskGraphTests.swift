import Model
import PipelineIR
import TestKit
import Testing

@Suite("Task graphs")
struct TaskGraphTests {
    private static func graph(_ builder: SpecBuilder, _ tasks: [String: JSONValue]) throws -> TaskGraph {
        try TaskGraph(try PipelineSpec(json: builder.spec(tasks: tasks)))
    }

    @Test("Tasks come in topological order, level by level, names breaking ties")
    func order() throws {
        var builder = SpecBuilder()
        builder.container("work", inputs: ["x": "STRING"], outputs: ["y": "STRING"])
        let graph = try Self.graph(
            builder,
            [
                "z": SpecBuilder.task("work"), "m": SpecBuilder.task("work"),
                "a": SpecBuilder.task("work", after: ["z"], parameters: ["x": SpecBuilder.output("z", "y")]),
                "b": SpecBuilder.task("work", after: ["a", "m"]),
                "c": SpecBuilder.task("work", parameters: ["x": SpecBuilder.output("m", "y")]),
            ]
        )
        #expect(graph.root.tasks.map(\.name) == ["m", "z", "a", "c", "b"])
        #expect(graph.root.tasks.map(\.upstream) == [[], [], [1], [0], [0, 2]])
        #expect(graph.root.tasks.map(\.downstream) == [[3, 4], [2], [4], [], []])
    }

    @Test("A pipeline that is used twice is compiled once")
    func sharing() throws {
        var builder = SpecBuilder()
        builder.container("work")
        builder.pipeline("inner", tasks: ["t": SpecBuilder.task("work")])
        builder.pipeline("outer", tasks: ["i": SpecBuilder.task("inner"), "j": SpecBuilder.task("inner")])
        let graph = try Self.graph(builder, ["i": SpecBuilder.task("inner"), "o": SpecBuilder.task("outer")])
        #expect(graph.pipelines.map(\.name) == ["root", "inner", "outer"])
        #expect(graph.root.tasks.map(\.body) == [.pipeline(1), .pipeline(2)])
        #expect(graph.pipelines[2].tasks.map(\.body) == [.pipeline(1), .pipeline(1)])
    }

    @Test("A component may be called root without being taken for the run")
    func componentCalledRoot() throws {
        var builder = SpecBuilder()
        builder.container("work")
        builder.pipeline("root", tasks: ["t": SpecBuilder.task("work")])
        let graph = try Self.graph(builder, ["a": SpecBuilder.task("root")])
        #expect(graph.root.tasks.map(\.body) == [.pipeline(1)])
    }

    /// A chain of pipelines, `p1` in the run, `p2` in `p1`, …; each contains the next `uses` times.
    private func chain(_ length: Int, uses: Int = 1, rootUses: [String] = ["p1"]) -> JSONValue {
        var builder = SpecBuilder()
        builder.container("work")
        for number in 1...length {
            let next = number == length ? "work" : "p\(number + 1)"
            builder.pipeline(
                "p\(number)",
                tasks: Dictionary(uniqueKeysWithValues: (0..<uses).map { ("t\($0)", SpecBuilder.task(next)) })
            )
        }
        return builder.spec(
            tasks: Dictionary(
                uniqueKeysWithValues: rootUses.enumerated().map { ("r\($0)", SpecBuilder.task($1)) }
            )
        )
    }

    @Test("Pipelines may lie within each other to the limit, and not deeper")
    func depth() {
        #expect(problems(chain(Limits.dagDepthMax - 1)) == [])
        #expect(
            problems(chain(Limits.dagDepthMax)) == [
                "components.p49.dag.tasks.t0: more than 50 pipelines lie within each other"
            ]
        )
    }

    @Test("A pipeline that was compiled near the root still counts its whole depth further down")
    func depthOfShared() {
        // The tail of the chain is seen first, and then again below forty others.
        #expect(
            problems(chain(60, rootUses: ["p30", "p1"])) == [
                "components.p29.dag.tasks.t0: more than 50 pipelines lie within each other"
            ]
        )
        #expect(problems(chain(49, rootUses: ["p30", "p1"])) == [])
    }

    @Test("A small spec that unfolds into a run without end is refused")
    func size() {
        #expect(problems(chain(10, uses: 2)) == [])
        #expect(
            problems(chain(40, uses: 2)) == [
                "root.dag: a run would have more than 100000 tasks, nested ones counted"
            ]
        )
    }

    @Test("What only another platform runs is refused by its name")
    func foreign() throws {
        for kind in ["resolver", "customJob"] {
            var builder = SpecBuilder()
            builder.container("work")
            var json = builder.spec(tasks: ["a": SpecBuilder.task("work")])
            json["deploymentSpec", "executors", "exec-work"] = .object([kind: [:]])
            let graph = try TaskGraph(try PipelineSpec(json: json))
            #expect(
                graph.unsupported.map(\.description)
                    == ["root.dag.tasks.a: '\(kind)' executors, which only Vertex AI runs"]
            )
        }
    }
}
