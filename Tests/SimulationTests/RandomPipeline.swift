import Model
import TestKit

/// Makes pipelines of any shape from a seed: chains, fans, nested pipelines, data edges, retries.
struct RandomPipeline {
    private var random: SeededGenerator
    private var builder = SpecBuilder()
    private var count = 0
    /// A constant that no number can come of: the task that gets it fails without a pod.
    static let unfit = SpecBuilder.constant("no number")

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        builder.container(
            "work", inputs: ["number": "NUMBER_INTEGER", "text": "STRING"], outputs: ["number": "NUMBER_INTEGER"],
            artifactsIn: [], artifactsOut: ["data"])
        builder.container(
            "consume", inputs: ["number": "NUMBER_INTEGER"], outputs: ["number": "NUMBER_INTEGER"], artifactsIn: ["data"],
            artifactsOut: ["data"])
    }

    mutating func make() -> JSONValue {
        let tasks = self.tasks(depth: 0, sizeMax: 12)
        return builder.spec(tasks: tasks, dag: ["outputs": outputs(of: tasks)])
    }

    private mutating func tasks(depth: Int, sizeMax: Int) -> [String: JSONValue] {
        var tasks: [String: JSONValue] = [:]
        var names: [(name: String, hasData: Bool)] = []
        for number in 0..<(1 + random.below(sizeMax)) {
            let name = "t\(number)"
            let before = names.shuffled(using: &random).prefix(random.below(4))
            let nests = depth < 2 && random.chance(0.2)
            var rest: [String: JSONValue] = [:]
            if random.chance(0.4) {
                rest["retryPolicy"] = [
                    "maxRetryCount": .number(Double(random.below(3))),
                    "backoffDuration": .string(random.chance(0.5) ? "0s" : "\(1 + random.below(5))s"),
                    "backoffFactor": 2, "backoffMaxDuration": "3600s",
                ]
            }
            if random.chance(0.02) {
                tasks[name] = SpecBuilder.task("work", after: before.map(\.name), parameters: ["number": Self.unfit], rest: rest)
                names.append((name, true))
                continue
            }
            let after = before.filter { _ in random.chance(0.5) }.map(\.name)
            if nests {
                tasks[name] = SpecBuilder.task(nested(depth: depth + 1), after: before.map(\.name), rest: rest)
                names.append((name, true))
                continue
            }
            let source = before.first { $0.hasData }
            var parameters: [String: JSONValue] = ["number": SpecBuilder.constant(.number(Double(number)))]
            if let source, random.chance(0.5) { parameters["number"] = SpecBuilder.output(source.name, "number") }
            if let source, random.chance(0.5) {
                tasks[name] = SpecBuilder.task(
                    "consume", after: after, parameters: parameters,
                    artifacts: ["data": SpecBuilder.artifact(source.name, "data")], rest: rest)
            } else {
                parameters["text"] = SpecBuilder.constant(
                    "n is {{$.inputs.parameters['number']}} in {{$.pipeline_job_name}}")
                tasks[name] = SpecBuilder.task("work", after: after, parameters: parameters, rest: rest)
            }
            names.append((name, true))
        }
        return tasks
    }

    private mutating func nested(depth: Int) -> String {
        count += 1
        let name = "nested-\(count)"
        let tasks = self.tasks(depth: depth, sizeMax: 5)
        builder.pipeline(
            name, tasks: [:],
            rest: [
                "dag": ["tasks": .object(tasks), "outputs": outputs(of: tasks)],
                "outputDefinitions": ["parameters": ["number": ["parameterType": "NUMBER_INTEGER"]], "artifacts": ["data": [:]]],
            ])
        return name
    }

    /// Makes one task's number and data those of the pipeline.
    private mutating func outputs(of tasks: [String: JSONValue]) -> JSONValue {
        let producer = JSONValue.string(tasks.keys.sorted()[random.below(tasks.count)])
        return [
            "parameters": [
                "number": ["valueFromParameter": ["producerSubtask": producer, "outputParameterKey": "number"]]
            ],
            "artifacts": ["data": ["artifactSelectors": [["producerSubtask": producer, "outputArtifactKey": "data"]]]],
        ]
    }
}
