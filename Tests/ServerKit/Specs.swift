package import Model
import TestKit

/// Pipelines for tests.
package enum Specs {
    /// One task without inputs or outputs.
    package static let single: JSONValue = {
        var builder = SpecBuilder()
        builder.container("work")
        return builder.spec(tasks: ["work": SpecBuilder.task("work")])
    }()

    /// Two tasks, the second of which takes a number from the first.
    package static let chain: JSONValue = {
        var builder = SpecBuilder()
        builder.container("first", outputs: ["number": "NUMBER_INTEGER"], artifactsOut: ["data"])
        builder.container("second", inputs: ["number": "NUMBER_INTEGER"], artifactsIn: ["data"])
        return builder.spec(tasks: [
            "first": SpecBuilder.task("first"),
            "second": SpecBuilder.task(
                "second",
                parameters: ["number": SpecBuilder.output("first", "number")],
                artifacts: ["data": SpecBuilder.artifact("first", "data")]
            ),
        ])
    }()

    /// One task with one output parameter and one output artifact.
    package static func producer(_ type: String = "NUMBER_INTEGER") -> JSONValue {
        var builder = SpecBuilder()
        builder.container("make", outputs: ["value": type], artifactsOut: ["data"])
        return builder.spec(tasks: ["make": SpecBuilder.task("make")])
    }

    /// A number of tasks that need nothing of each other.
    package static func fan(_ width: Int) -> JSONValue {
        var builder = SpecBuilder()
        builder.container("work")
        let names = (0..<width).map { "work-\($0)" }
        return builder.spec(
            tasks: Dictionary(uniqueKeysWithValues: names.map { ($0, SpecBuilder.task("work")) })
        )
    }

    /// One task that is tried again at once, up to a number of times.
    package static func retried(_ times: Int) -> JSONValue {
        var builder = SpecBuilder()
        builder.container("work")
        let policy: JSONValue = [
            "maxRetryCount": .number(Double(times)), "backoffDuration": "0s", "backoffFactor": 1,
            "backoffMaxDuration": "0s",
        ]
        return builder.spec(tasks: ["work": SpecBuilder.task("work", rest: ["retryPolicy": policy])])
    }

    /// One task, and a required parameter of the pipeline.
    package static let parameterised: JSONValue = {
        var builder = SpecBuilder()
        builder.container("work", inputs: ["text": "STRING"])
        return builder.spec(
            tasks: ["work": SpecBuilder.task("work", parameters: ["text": SpecBuilder.input("text")])],
            root: ["inputDefinitions": ["parameters": ["text": ["parameterType": "STRING"]]]]
        )
    }()
}
