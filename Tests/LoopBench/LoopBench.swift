import Engine
import Model
import PipelineIR
import TestKit

/// Prints what an iteration of a loop costs the engine alone, without pods or a database: one line for each number of
/// iterations that is an argument, with that number and the microseconds of an iteration. `make bench` runs it.
@main
struct LoopBench {
    static func main() throws {
        for count in CommandLine.arguments.dropFirst().compactMap(Int.init) {
            let clock = ContinuousClock()
            var final: RuntimeState?
            let time = try clock.measure { final = try play(iterations: count) }
            guard final == .succeeded else {
                let state = final?.rawValue ?? "nothing"
                throw PlatformError(.internalError, "The loop ended as \(state).")
            }
            print(count, Double(time / .microseconds(1)) / Double(count))
        }
    }

    /// A loop over a list from the submission, each pass of which runs one container with an input and an output, as
    /// the SDK compiles it. Pods end in the order in which they were asked for.
    private static func play(iterations: Int) throws -> RuntimeState {
        let graph = try TaskGraph(try PipelineSpec(json: spec))
        let run = Run(
            id: RunID("run"),
            experimentID: ExperimentID("experiment"),
            displayName: "bench",
            pipelineName: "bench",
            parameters: ["items": .array((0..<iterations).map { .number(Double($0)) })],
            createdAt: .epoch
        )
        let root = RunMachine.rootRecord(of: run, graph: graph)
        var machine = try RunMachine(run: run, graph: graph, tasks: [root])
        var launched = ArraySlice(launches(in: machine.resume(at: .epoch)))
        while let path = launched.popFirst() {
            launched += launches(in: machine.handle(.podStarted(path, attempt: 0, at: .epoch), at: .epoch))
            let result = AttemptResult.succeeded(parameters: ["y": "done"], artifacts: [:])
            launched += launches(
                in: machine.handle(.podEnded(path, attempt: 0, result, at: .epoch), at: .epoch)
            )
        }
        return machine.run.state
    }

    private static func launches(in commands: [RunCommand]) -> [TaskPath] {
        commands.compactMap { if case .launch(let launch) = $0 { launch.path } else { nil } }
    }

    private static var spec: JSONValue {
        var builder = SpecBuilder()
        builder.container("work", inputs: ["n": "NUMBER_INTEGER"], outputs: ["y": "STRING"])
        builder.pipeline(
            "pass",
            tasks: [:],
            rest: [
                "dag": [
                    "tasks": ["work": SpecBuilder.task("work", parameters: ["n": SpecBuilder.input("item")])],
                    "outputs": [
                        "parameters": [
                            "y": [
                                "valueFromParameter": ["producerSubtask": "work", "outputParameterKey": "y"]
                            ]
                        ]
                    ],
                ],
                "inputDefinitions": [
                    "parameters": [
                        "item": ["parameterType": "NUMBER_INTEGER"], "items": ["parameterType": "LIST"],
                    ]
                ],
                "outputDefinitions": ["parameters": ["y": ["parameterType": "LIST"]]],
            ]
        )
        let loop = SpecBuilder.task(
            "pass",
            parameters: ["items": SpecBuilder.input("items")],
            rest: ["parameterIterator": ["itemInput": "item", "items": ["inputParameter": "items"]]]
        )
        return builder.spec(
            tasks: ["loop": loop],
            root: ["inputDefinitions": ["parameters": ["items": ["parameterType": "LIST"]]]]
        )
    }
}
