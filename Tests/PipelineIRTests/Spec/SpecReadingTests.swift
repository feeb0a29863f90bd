import Model
import PipelineIR
import TestKit
import Testing

@Suite("Reading specs")
struct SpecReadingTests {
    private static let base: JSONValue = {
        var builder = SpecBuilder()
        builder.container("work", inputs: ["x": "STRING"], outputs: ["y": "STRING"])
        return builder.spec(tasks: ["a": SpecBuilder.task("work")])
    }()

    private func container(_ fields: JSONValue) throws -> ContainerSpec? {
        var json = Self.base
        json["deploymentSpec", "executors", "exec-work", "container"] = fields
        guard case .container(let container)? = try PipelineSpec(json: json).executors["exec-work"] else {
            return nil
        }
        return container
    }

    private func task(_ fields: [String: JSONValue]) throws -> TaskSpec? {
        var json = Self.base
        json["root", "dag", "tasks", "a"] = SpecBuilder.task("work", rest: fields)
        guard case .dag(let dag) = try PipelineSpec(json: json).root.implementation else { return nil }
        return dag.tasks["a"]
    }

    @Test("Fields this build does not know are kept, where they stood")
    func unknown() throws {
        var json = Self.base
        json["later"] = ["a": 1]
        json["components", "work", "later"] = true
        json["root", "dag", "tasks", "a", "later"] = [1]
        json["deploymentSpec", "executors", "exec-work", "container", "later"] = "x"
        let spec = try PipelineSpec(json: json)
        #expect(spec.unknown == ["later": ["a": 1]])
        #expect(spec.components["work"]?.unknown == ["later": true])
        #expect(try task(["later": [1]])?.unknown == ["later": [1]])
        guard case .container(let container)? = spec.executors["exec-work"] else {
            Issue.record("expected a container")
            return
        }
        #expect(container.unknown == ["later": "x"])
        #expect(problems(json) == [])
    }

    @Test("A null counts as a field that is not there")
    func null() throws {
        var json = Self.base
        json["defaultPipelineRoot"] = .null
        json["root", "dag", "tasks", "a", "retryPolicy"] = .null
        json["deploymentSpec", "executors", "exec-work", "container", "env"] = .null
        let expected = try PipelineSpec(json: Self.base)
        #expect(try PipelineSpec(json: json) == expected)
    }

    private static let resourceCases: [(JSONValue, [String?])] = [
        (["cpuLimit": 2, "memoryLimit": 0.5], ["2", nil, "0.5G", nil]),
        (["cpuRequest": 0.25, "memoryRequest": 16], [nil, "0.25", nil, "16G"]),
        (["cpuLimit": 2, "resourceCpuLimit": "1500m"], ["1500m", nil, nil, nil]),
        (["cpuLimit": 2, "resourceCpuLimit": ""], ["2", nil, nil, nil]),
        (["cpuLimit": 0, "memoryLimit": 0], [nil, nil, nil, nil]),
        (
            ["resourceMemoryLimit": "{{$.inputs.parameters['m']}}", "resourceMemoryRequest": "1Gi"],
            [nil, nil, "{{$.inputs.parameters['m']}}", "1Gi"]
        ),
    ]

    @Test(
        "The older numbers of resources count where the newer texts are absent or empty",
        arguments: resourceCases
    )
    func resources(fields: JSONValue, expected: [String?]) throws {
        let resources = try #require(try container(["resources": fields])?.resources)
        #expect(
            [resources.cpuLimit, resources.cpuRequest, resources.memoryLimit, resources.memoryRequest]
                == expected
        )
    }

    private static let acceleratorCases: [(JSONValue, String, String?)] = [
        (["type": "a", "count": "2"], "a", "2"),
        (["type": "a", "count": 3], "a", "3"),
        (["type": "a", "resourceType": "b", "count": 1, "resourceCount": "4"], "b", "4"),
        (["resourceType": "b", "count": 0], "b", nil),
    ]

    @Test(
        "An accelerator is read from its texts first, then from its older fields",
        arguments: acceleratorCases
    )
    func accelerator(fields: JSONValue, type: String, count: String?) throws {
        let resources = try #require(try container(["resources": ["accelerator": fields]])?.resources)
        #expect(resources.acceleratorType == type)
        #expect(resources.acceleratorCount == count)
    }

    private static let bindingCases: [(JSONValue, ParameterBinding.Source)] = [
        (["runtimeValue": ["constant": [1, "x"]]], .constant([1, "x"])),
        (["runtimeValue": ["constant": .null]], .constant(.null)),
        (["runtimeValue": ["constantValue": ["stringValue": "s"]]], .constant("s")),
        (["runtimeValue": ["constantValue": ["intValue": "7"]]], .constant(7)),
        (["runtimeValue": ["constantValue": ["doubleValue": 0.5]]], .constant(0.5)),
        (["runtimeValue": ["runtimeParameter": "p"]], .runtimeParameter("p")),
        (["componentInputParameter": "p"], .componentInput("p")),
        (["taskFinalStatus": ["producerTask": "t"]], .taskFinalStatus(producer: "t")),
        (
            ["taskOutputParameter": ["producerTask": "t", "outputParameterKey": "k"]],
            .taskOutput(producer: "t", key: "k")
        ),
        (["parameterExpressionSelector": "x"], .missing),
    ]

    @Test("Each kind of source of an input parameter is told from the others", arguments: bindingCases)
    func bindings(fields: JSONValue, expected: ParameterBinding.Source) throws {
        let task = try task(["inputs": ["parameters": ["x": fields]]])
        #expect(task?.inputParameters["x"]?.source == expected)
    }

    @Test("Trigger, iterator and limits of a task are read, and a limit of 0 means none")
    func policies() throws {
        let exit = try task([
            "triggerPolicy": ["strategy": "ALL_UPSTREAM_TASKS_COMPLETED", "condition": "a == b"]
        ])
        #expect(exit?.triggerStrategy == .allUpstreamTasksCompleted)
        #expect(exit?.triggerCondition == "a == b")
        #expect(try task([:])?.triggerStrategy == .allUpstreamTasksSucceeded)
        let loop = try task([
            "artifactIterator": ["itemInput": "i", "items": ["inputArtifact": "l"]],
            "iteratorPolicy": ["parallelismLimit": 0],
        ])
        #expect(loop?.iterator == .inputArtifact("l", itemInput: "i"))
        #expect(loop?.parallelismLimit == nil)
        #expect(try task(["iteratorPolicy": ["parallelismLimit": 3]])?.parallelismLimit == 3)
    }

    @Test("A retry policy that says little gets the defaults of the SDK")
    func retryDefaults() throws {
        let policy = try #require(try task(["retryPolicy": ["maxRetryCount": "4"]])?.retryPolicy)
        #expect(
            policy
                == TaskSpec.RetryPolicy(retriesMax: 4, backoff: .zero, factor: 2, backoffMax: .seconds(3600))
        )
        let fraction = try task(["retryPolicy": ["backoffDuration": "1.5s", "backoffFactor": 0]])?.retryPolicy
        #expect(fraction?.backoff == .milliseconds(1500))
        #expect(fraction?.factor == 2)
    }

    @Test("Names of parameter types before 2.1 are understood, and unknown ones are kept")
    func types() throws {
        for (name, type) in [
            "INT": ParameterType.integer, "DOUBLE": .double, "STRING": .string, "X": .unknown("X"),
        ] {
            var json = Self.base
            json["components", "work", "inputDefinitions", "parameters", "x"] = ["type": .string(name)]
            #expect(try PipelineSpec(json: json).components["work"]?.inputParameters["x"]?.type == type)
        }
        let names = [
            "NUMBER_DOUBLE", "NUMBER_INTEGER", "STRING", "BOOLEAN", "LIST", "STRUCT", "TASK_FINAL_STATUS",
            "TASK_CONFIG", "NEW",
        ]
        #expect(names.map { ParameterType(name: $0).name } == names)
    }

    @Test("Literals, artifact lists and given metadata of a component are read")
    func definitions() throws {
        var json = Self.base
        json["components", "work", "inputDefinitions", "parameters", "x"] = [
            "parameterType": "STRING", "isOptional": true, "literals": ["a", "b"], "description": "d",
        ]
        json["components", "work", "inputDefinitions", "artifacts", "l"] = [
            "isArtifactList": true, "isOptional": true,
        ]
        json["components", "work", "outputDefinitions", "artifacts", "o"] = [
            "artifactType": ["schemaTitle": "system.Model", "schemaVersion": "0.0.2"], "metadata": ["k": 1],
        ]
        json["components", "work", "singlePlatformSpecs"] = [["platform": "kubernetes"]]
        let work = try #require(try PipelineSpec(json: json).components["work"])
        #expect(work.inputParameters["x"]?.literals == ["a", "b"])
        #expect(work.inputParameters["x"]?.description == "d")
        #expect(work.inputArtifacts["l"]?.isList == true)
        #expect(work.inputArtifacts["l"]?.type.title == "system.Artifact")
        #expect(work.outputArtifacts["o"]?.type.version == "0.0.2")
        #expect(work.outputArtifacts["o"]?.metadata == ["k": 1])
        #expect(work.singlePlatformSpecs == [["platform": "kubernetes"]])
    }

    @Test("An importer's URI comes from a constant, an older constant or an input")
    func importers() throws {
        for (uri, constant, parameter) in [
            (["constant": "s3://a"], "s3://a", nil),
            (["constantValue": ["stringValue": "s3://b"]], "s3://b", nil),
            (["runtimeParameter": "uri"], nil, "uri"),
        ] as [(JSONValue, String?, String?)] {
            var json = Self.base
            json["deploymentSpec", "executors", "exec-work"] = ["importer": ["artifactUri": uri]]
            guard case .importer(let importer)? = try PipelineSpec(json: json).executors["exec-work"] else {
                Issue.record("expected an importer")
                return
            }
            #expect(importer.constantURI == constant)
            #expect(importer.runtimeParameter == parameter)
        }
    }
}
