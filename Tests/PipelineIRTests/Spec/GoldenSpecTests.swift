import Model
import PipelineIR
import Testing

@Suite("Specs compiled by the SDK")
struct GoldenSpecTests {
    @Test("Every compiled pipeline becomes a graph that can run", arguments: GoldenSpec.allCases)
    func compiles(golden: GoldenSpec) throws {
        let spec = try golden.spec()
        #expect(spec.name == golden.rawValue)
        #expect(spec.sdkVersion == "kfp-2.17.0")
        #expect(spec.unknown.isEmpty)
        #expect(spec.components.values.filter { !$0.unknown.isEmpty } == [])
        let graph = try TaskGraph(spec)
        #expect(graph.root.name == "root")
        #expect(graph.unsupported == [])
    }

    @Test("The same spec in snake_case decodes to the same value", arguments: GoldenSpec.allCases)
    func snakeCase(golden: GoldenSpec) throws {
        let renamed = Self.snakeCase(try golden.json())
        let expected = try golden.spec()
        #expect(try PipelineSpec(json: renamed) == expected)
    }

    @Test("Python components, defaults, retries and caching are read as written")
    func values() throws {
        let spec = try GoldenSpec.values.spec()
        #expect(spec.displayName == "Values")
        #expect(spec.description == "Doubles and doubles again")
        let inputs = spec.root.inputParameters
        #expect(inputs["number"]?.type == .integer)
        #expect(inputs["number"]?.isRequired == true)
        #expect(inputs["ratio"]?.defaultValue == 0.5)
        #expect(inputs["flags"]?.defaultValue == [true, "x"])
        #expect(inputs["note"]?.isOptional == true)
        #expect(inputs["note"]?.isRequired == false)
        #expect(spec.root.outputParameters["Output"]?.type == .integer)

        let graph = try TaskGraph(spec)
        #expect(graph.root.tasks.map(\.name) == ["quadruple", "double", "double-2"])
        #expect(graph.root.tasks.map(\.upstream) == [[], [0], [1]])
        #expect(graph.root.tasks.map(\.downstream) == [[1], [2], []])
        #expect(graph.root.tasks.map(\.kind) == [.dag, .container, .container])
        #expect(graph.root.tasks[1].displayName == "The last")
        #expect(graph.root.tasks.map(\.spec.cachingEnabled) == [true, true, false])
        #expect(graph.root.tasks.map(\.spec.cacheKey) == [nil, "mine", nil])
        let policy = TaskSpec.RetryPolicy(
            retriesMax: 2,
            backoff: .seconds(5),
            factor: 3,
            backoffMax: .seconds(60)
        )
        #expect(graph.root.tasks.map(\.spec.retryPolicy) == [policy, nil, nil])
        #expect(graph.root.outputParameters["Output"]?.map(\.producer) == [1])

        let inner = try #require(graph.pipelines.last)
        #expect(inner.name == "comp-quadruple")
        let origins = inner.tasks[1].parameterSources.mapValues(\.origin)
        #expect(
            origins["label"]
                == .constant(
                    "again {{$.inputs.parameters['pipelinechannel--double-Output']}} in {{$.pipeline_job_name}}"
                )
        )
        guard case .taskOutput(let reference) = origins["number"] else {
            Issue.record("expected a task's output, found \(String(describing: origins["number"]))")
            return
        }
        #expect(reference.producer == 0)
        #expect(reference.key == "Output")
        #expect(inner.tasks[0].parameterSources["number"]?.origin == .pipelineInput("number"))
        guard case .container(let container, let label) = inner.tasks[0].body else {
            Issue.record("expected a container")
            return
        }
        #expect(label == "exec-double")
        #expect(container.args == ["--executor_input", "{{$}}", "--function_to_execute", "double"])
    }

    @Test("Containers, resources, environment, artifacts and importers are read as written")
    func containers() throws {
        let spec = try GoldenSpec.containers.spec()
        guard case .container(let container) = spec.executors["exec-make"] else {
            Issue.record("expected a container")
            return
        }
        #expect(container.image == "alpine:3")
        #expect(container.command.count == 2)
        #expect(container.args.count == 6)
        #expect(container.env.map(\.name) == ["MODE"])
        #expect(container.env.map(\.value) == ["fast"])
        let resources = try #require(container.resources)
        #expect(resources.cpuLimit == "2")
        #expect(resources.cpuRequest == "500m")
        #expect(resources.memoryLimit == "512Mi")
        #expect(resources.memoryRequest == "256Mi")
        #expect(resources.acceleratorType == "nvidia.com/gpu")
        #expect(resources.acceleratorCount == "1")
        guard case .importer(let importer) = spec.executors["exec-importer"] else {
            Issue.record("expected an importer")
            return
        }
        #expect(importer.constantURI == "s3://bucket/model")
        #expect(importer.runtimeParameter == nil)
        #expect(importer.typeTitle == "system.Model")
        #expect(importer.reimport)
        #expect(importer.metadata == ["kind": "tree"])
        #expect(!importer.downloadsToWorkspace)

        let graph = try TaskGraph(spec)
        #expect(graph.root.tasks.map(\.name) == ["importer", "make", "read"])
        #expect(graph.root.tasks.map(\.kind) == [.importer, .container, .container])
        #expect(graph.root.tasks[2].component.inputArtifacts["model"]?.type.title == "system.Model")
        #expect(graph.root.tasks[2].artifactSources.keys.sorted() == ["model", "table"])
    }

    @Test("Conditions, loops, exit tasks and selectors are read as written")
    func flow() throws {
        let graph = try TaskGraph(try GoldenSpec.flow.spec())
        let tasks = graph.pipelines.flatMap { pipeline in pipeline.tasks.map { (pipeline.name, $0) } }
        func task(_ pipeline: String, _ name: String) throws -> TaskGraph.Task {
            try #require(tasks.first { $0 == pipeline && $1.name == name }).1
        }
        let loop = try task("comp-exit-handler-1", "for-loop-2")
        #expect(loop.kind == .loop)
        #expect(loop.spec.parallelismLimit == 2)
        #expect(
            loop.spec.iterator
                == .inputParameter("pipelinechannel--words", itemInput: "pipelinechannel--words-loop-item")
        )
        let raw = try task("root", "for-loop-4")
        #expect(
            raw.spec.iterator
                == .rawItems(#"[{"a": "x"}, {"a": "y"}]"#, itemInput: "pipelinechannel--loop-item-param-3")
        )
        let member = try #require(graph.pipelines.first { $0.name == "comp-for-loop-4" }?.tasks.first)
        #expect(member.parameterSources["text"]?.selector == #"parseJson(string_value)["a"]"#)
        let report = try task("root", "report")
        #expect(report.spec.triggerStrategy == .allUpstreamTasksCompleted)
        guard case .taskFinalStatus(let producer) = report.parameterSources["status"]?.origin else {
            Issue.record("expected the status of a task")
            return
        }
        #expect(graph.root.tasks[producer].kind == .exitHandler)
        let branch = try task("comp-condition-branches-1", "condition-2")
        #expect(branch.kind == .condition)
        #expect(branch.spec.triggerCondition == "inputs.parameter_values['pipelinechannel--coin'] == 'heads'")
        #expect(try task("comp-choose", "condition-branches-1").kind == .conditionBranch)
        let branches = try #require(graph.pipelines.first { $0.name == "comp-condition-branches-1" })
        #expect(branches.outputParameters.values.map { $0.map(\.producer) } == [[0, 1, 2]])
    }

    /// Renames the fields of messages; keys of maps, which people choose, stay.
    private static func snakeCase(_ value: JSONValue, isMap: Bool = false) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { snakeCase($0) })
        case .object(let members):
            var renamed: [String: JSONValue] = [:]
            for (key, member) in members {
                let isValue = ["defaultValue", "constant", "metadata"].contains(key)
                let name =
                    isMap
                    ? key : key.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
                let holdsMap =
                    ["components", "executors", "tasks", "parameters", "artifacts"].contains(key) && !isMap
                renamed[name] = isValue && !isMap ? member : snakeCase(member, isMap: holdsMap)
            }
            return .object(renamed)
        case .null, .bool, .number, .string: return value
        }
    }
}
