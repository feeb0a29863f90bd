import Model
import TestKit

/// Makes pipelines of any shape from a seed: chains, fans, nested pipelines, conditions, loops, exit tasks, importers, retries.
///
/// Whatever a task is, its outputs have the same names: `number`, `list` and `data`. A loop gives out lists of the first and the
/// last, an importer only the last.
struct RandomPipeline {
    /// What a task gives out.
    enum Shape {
        case single
        case collected
        case imported
    }

    /// A task that others may read from.
    struct Producer {
        let name: String
        let shape: Shape
    }

    var random: SeededGenerator
    var builder = SpecBuilder()
    private var count = 0
    /// A constant that no number can come of: the task that gets it fails without a pod.
    static let unfit = SpecBuilder.constant("no number")
    /// What conditions say; ``Oracle`` knows what each means.
    static let conditions = [
        "int(inputs.parameter_values['number']) % 2 == 0",
        "!(int(inputs.parameter_values['number']) % 2 == 0)",
        "int(inputs.parameter_values['number']) % 2 == 0 && size(inputs.parameter_values['list']) > 1",
    ]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let inputs = ["number": "NUMBER_INTEGER", "text": "STRING", "list": "LIST"]
        let outputs = ["number": "NUMBER_INTEGER", "list": "LIST"]
        builder.container("work", inputs: inputs, outputs: outputs, artifactsOut: ["data"])
        builder.container(
            "consume",
            inputs: inputs,
            outputs: outputs,
            artifactsIn: ["data"],
            artifactsOut: ["data"]
        )
        builder.container(
            "gather",
            inputs: inputs,
            outputs: outputs,
            artifactListsIn: ["data"],
            artifactsOut: ["data"]
        )
        builder.container(
            "tidy",
            inputs: ["number": "NUMBER_INTEGER", "status": "TASK_FINAL_STATUS"],
            outputs: outputs,
            artifactsOut: ["data"]
        )
        builder.importer("import", artifactURI: ["constant": "gs://bucket/data"])
    }

    mutating func make() -> JSONValue {
        let (tasks, producers) = self.tasks(depth: 0, sizeMax: 9)
        return builder.spec(tasks: tasks, dag: ["outputs": outputs(of: single(among: producers).name)])
    }

    // MARK: Tasks

    /// The tasks of one pipeline; the first always has numbers to give.
    private mutating func tasks(depth: Int, sizeMax: Int) -> ([String: JSONValue], [Producer]) {
        var tasks: [String: JSONValue] = [:]
        var producers: [Producer] = []
        for number in 0..<(1 + random.below(sizeMax)) {
            let name = "t\(number)"
            let before = Array(producers.shuffled(using: &random).prefix(random.below(4)))
            let (task, shape) = task(number, before: before, depth: depth)
            tasks[name] = task
            producers.append(Producer(name: name, shape: shape))
        }
        return (tasks, producers)
    }

    private mutating func task(_ number: Int, before: [Producer], depth: Int) -> (JSONValue, Shape) {
        let after = before.filter { _ in random.chance(0.3) }.map(\.name)
        var rest: [String: JSONValue] = random.chance(0.3) ? retries() : [:]
        if random.chance(0.4) { rest["cachingOptions"] = ["enableCache": true] }
        switch number == 0 ? 99 : random.below(100) {
        case 0..<2:
            return (
                SpecBuilder.task("work", after: after, parameters: ["number": Self.unfit], rest: rest),
                .single
            )
        case 2..<10: return (SpecBuilder.task("import", after: before.map(\.name), rest: rest), .imported)
        case 10..<16 where !before.isEmpty:
            rest["triggerPolicy"] = ["strategy": "ALL_UPSTREAM_TASKS_COMPLETED"]
            let status: JSONValue = ["taskFinalStatus": ["producerTask": .string(before[0].name)]]
            return (
                SpecBuilder.task(
                    "tidy",
                    after: before.map(\.name),
                    parameters: ["status": status],
                    rest: rest
                ), .single
            )
        case 16..<24 where depth < 2: return group("plain", before, after, depth, rest)
        case 24..<32 where depth < 2:
            var conditions = Self.conditions
            if random.chance(0.1) { conditions = ["inputs.parameter_values['absent'] == 'x'"] }
            rest["triggerPolicy"] = ["condition": .string(conditions[random.below(conditions.count)])]
            return group("condition", before, after, depth, rest)
        case 32..<38 where depth < 2: return (branches(before, after, depth), .single)
        case 38..<54 where depth < 2: return loop(before, after, depth, rest)
        case 54..<58:
            rest["parameterIterator"] = ["itemInput": "number", "items": ["raw": .string(rawItems())]]
            return (SpecBuilder.task("work", after: after, rest: limited(rest)), .collected)
        default: return (container(number, before, after, depth, rest), .single)
        }
    }

    private mutating func container(
        _ number: Int,
        _ before: [Producer],
        _ after: [String],
        _ depth: Int,
        _ rest: [String: JSONValue]
    ) -> JSONValue {
        var parameters = self.parameters(before, depth)
        if random.chance(0.5), parameters["number"] == nil {
            parameters["number"] = SpecBuilder.constant(.number(Double(number)))
            parameters["text"] = SpecBuilder.constant(
                "n is {{$.inputs.parameters['number']}} in {{$.pipeline_job_name}}"
            )
        }
        guard let source = before.first, random.chance(0.6) else {
            return SpecBuilder.task("work", after: after, parameters: parameters, rest: rest)
        }
        return SpecBuilder.task(
            source.shape == .collected ? "gather" : "consume",
            after: after,
            parameters: parameters,
            artifacts: ["data": SpecBuilder.artifact(source.name, "data")],
            rest: rest
        )
    }

    /// Inputs from wherever they may come.
    private mutating func parameters(_ before: [Producer], _ depth: Int) -> [String: JSONValue] {
        var parameters: [String: JSONValue] = [:]
        if let source = before.first(where: { $0.shape == .single }), random.chance(0.7) {
            parameters["number"] = SpecBuilder.output(source.name, "number")
            parameters["list"] = SpecBuilder.output(source.name, "list")
            if random.chance(0.2), case .object(var counted) = SpecBuilder.output(source.name, "list") {
                counted["parameterExpressionSelector"] = "size(list_value)"
                parameters["number"] = .object(counted)
            }
        } else if depth > 0, random.chance(0.7) {
            parameters["number"] = SpecBuilder.input(random.chance(0.5) ? "item" : "number")
            parameters["list"] = SpecBuilder.input("list")
        }
        if let source = before.first(where: { $0.shape == .collected }), random.chance(0.6) {
            parameters["list"] = SpecBuilder.output(source.name, "number")
        }
        return parameters
    }

    // MARK: Groups

    private mutating func group(
        _ name: String,
        _ before: [Producer],
        _ after: [String],
        _ depth: Int,
        _ rest: [String: JSONValue]
    ) -> (JSONValue, Shape) {
        let (component, shape) = pipeline(name, depth: depth + 1)
        return (
            SpecBuilder.task(component, after: after, parameters: parameters(before, depth), rest: rest),
            shape
        )
    }

    /// An if and an else, sometimes only the if, and what the one that was taken gave.
    private mutating func branches(_ before: [Producer], _ after: [String], _ depth: Int) -> JSONValue {
        var tasks: [String: JSONValue] = [:]
        let names = random.chance(0.7) ? ["if", "else"] : ["if"]
        for (number, name) in names.enumerated() {
            let (component, _) = pipeline("branch", depth: depth + 2, isSingle: true)
            tasks[name] = SpecBuilder.task(
                component,
                parameters: ["number": SpecBuilder.input("number")],
                rest: ["triggerPolicy": ["condition": .string(Self.conditions[number])]]
            )
        }
        func selectors(_ keyName: String, _ key: String) -> JSONValue {
            .array(names.map { ["producerSubtask": .string($0), keyName: .string(key)] })
        }
        let outputs: JSONValue = [
            "parameters": [
                "number": [
                    "valueFromOneof": ["parameterSelectors": selectors("outputParameterKey", "number")]
                ],
                "list": ["valueFromOneof": ["parameterSelectors": selectors("outputParameterKey", "list")]],
            ],
            "artifacts": ["data": ["artifactSelectors": selectors("outputArtifactKey", "data")]],
        ]
        let component = add("branches", tasks, outputs, .single)
        return SpecBuilder.task(component, after: after, parameters: parameters(before, depth))
    }

    private mutating func loop(
        _ before: [Producer],
        _ after: [String],
        _ depth: Int,
        _ rest: [String: JSONValue]
    ) -> (JSONValue, Shape) {
        let (component, _) = pipeline("loop", depth: depth + 1, isCollected: true)
        var rest = limited(rest)
        if random.chance(0.2) { rest["triggerPolicy"] = ["condition": .string(Self.conditions[0])] }
        let parameters = self.parameters(before, depth)
        var artifacts: [String: JSONValue] = [:]
        if let source = before.first(where: { $0.shape == .collected }), random.chance(0.5) {
            artifacts["elements"] = SpecBuilder.artifact(source.name, "data")
            rest["artifactIterator"] = ["itemInput": "element", "items": ["inputArtifact": "elements"]]
        } else if parameters["list"] != nil {
            rest["parameterIterator"] = ["itemInput": "item", "items": ["inputParameter": "list"]]
        } else {
            rest["parameterIterator"] = ["itemInput": "item", "items": ["raw": .string(rawItems())]]
        }
        return (
            SpecBuilder.task(
                component,
                after: after,
                parameters: parameters,
                artifacts: artifacts,
                rest: rest
            ), .collected
        )
    }

    /// A pipeline as a component, and what its tasks' outputs, handed out, look like.
    private mutating func pipeline(
        _ name: String,
        depth: Int,
        isSingle: Bool = false,
        isCollected: Bool = false
    ) -> (String, Shape) {
        let (tasks, producers) = self.tasks(depth: depth, sizeMax: 4 - depth)
        var producer = single(among: producers)
        if !isSingle, let list = producers.first(where: { $0.shape == .collected }), random.chance(0.6) {
            producer = list
        }
        let shape = isCollected ? .collected : producer.shape
        return (add(name, tasks, outputs(of: producer.name, hasList: shape == .single), shape), shape)
    }

    private mutating func add(
        _ name: String,
        _ tasks: [String: JSONValue],
        _ outputs: JSONValue,
        _ shape: Shape
    ) -> String {
        count += 1
        let isList = shape == .collected
        let number: JSONValue = ["parameterType": isList ? "LIST" : "NUMBER_INTEGER"]
        let list: JSONValue = ["parameterType": "LIST", "isOptional": true]
        let item: JSONValue = ["parameterType": "NUMBER_INTEGER", "isOptional": true]
        builder.pipeline(
            "\(name)-\(count)",
            tasks: [:],
            rest: [
                "dag": ["tasks": .object(tasks), "outputs": outputs],
                "inputDefinitions": [
                    "parameters": ["number": item, "item": item, "list": list],
                    "artifacts": [
                        "element": SpecBuilder.dataset(isOptional: true),
                        "elements": SpecBuilder.dataset(isList: true, isOptional: true),
                    ],
                ],
                "outputDefinitions": [
                    "parameters": .object(
                        isList ? ["number": number] : ["number": number, "list": ["parameterType": "LIST"]]
                    ),
                    "artifacts": ["data": SpecBuilder.dataset(isList: isList)],
                ],
            ]
        )
        return "\(name)-\(count)"
    }

    // MARK: Parts

    private mutating func single(among producers: [Producer]) -> Producer {
        let candidates = producers.filter { $0.shape == .single }
        return candidates[random.below(candidates.count)]
    }

    /// Makes one task's outputs those of the pipeline.
    private func outputs(of producer: String, hasList: Bool = true) -> JSONValue {
        let producer = JSONValue.string(producer)
        let parameters = (hasList ? ["number", "list"] : ["number"]).map { key in
            (
                key,
                ["valueFromParameter": ["producerSubtask": producer, "outputParameterKey": .string(key)]]
                    as JSONValue
            )
        }
        return [
            "parameters": .object(Dictionary(uniqueKeysWithValues: parameters)),
            "artifacts": [
                "data": ["artifactSelectors": [["producerSubtask": producer, "outputArtifactKey": "data"]]]
            ],
        ]
    }

    /// Up to six items, rarely with one among them that is no number, very rarely no list at all.
    private mutating func rawItems() -> String {
        if random.chance(0.03) { return "7" }
        var items = (0..<random.below(7)).map { "\($0 + random.below(100))" }
        if random.chance(0.05) { items.append("\"no number\"") }
        return "[\(items.joined(separator: ", "))]"
    }

    private mutating func limited(_ rest: [String: JSONValue]) -> [String: JSONValue] {
        rest.merging(["iteratorPolicy": ["parallelismLimit": .number(Double(random.below(4)))]]) { rest, _ in
            rest
        }
    }

    private mutating func retries() -> [String: JSONValue] {
        [
            "retryPolicy": [
                "maxRetryCount": .number(Double(random.below(3))),
                "backoffDuration": .string(random.chance(0.5) ? "0s" : "\(1 + random.below(5))s"),
                "backoffFactor": 2, "backoffMaxDuration": "3600s",
            ]
        ]
    }
}
