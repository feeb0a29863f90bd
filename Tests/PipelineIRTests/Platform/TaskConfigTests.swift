import Model
import TestKit
import Testing

@testable import PipelineIR

@Suite("Settings handed on")
struct TaskConfigTests {
    private func config(_ passthroughs: JSONValue) throws -> TaskConfig {
        var builder = SpecBuilder()
        builder.container("work")
        var json = builder.spec(tasks: ["a": SpecBuilder.task("work")])
        json["components", "work", "taskConfigPassthroughs"] = passthroughs
        let graph = try TaskGraph(try PipelineSpec(json: json))
        return try #require(graph.root.tasks.first).component.taskConfig
    }

    private let nothing: JSONValue = [
        "affinity": .null, "env": .null, "nodeSelector": .null, "resources": [:], "tolerations": .null,
        "volumeMounts": .null, "volumes": .null,
    ]

    private func settings() throws -> PodSettings {
        try PlatformSamples.executor([
            "pvcMount": [["constant": "claim", "mountPath": "/claim", "subPath": "x"]],
            "emptyDirMounts": [["volumeName": "scratch", "mountPath": "/scratch"]],
            "nodeAffinity": [
                ["weight": 3, "matchExpressions": [["key": "fast", "operator": "Exists"]]],
                ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["n"]]]],
            ],
            "fieldPathAsEnv": [["name": "POD", "fieldPath": "metadata.name"]],
        ]).resolved(Inputs().callAsFunction)
    }

    @Test("A component that asks for nothing is told of nothing, and its pod gets everything")
    func nothingPassed() throws {
        let config = try config([])
        let settings = try settings()
        #expect(
            config.value(env: [("A", "1")], resources: nil, settings: settings, workspace: nil) == nothing
        )
        #expect(config.podSettings(settings) == settings)
        #expect(TaskConfigField.allCases.allSatisfy(config.applies))
    }

    @Test("What a component asks for is kept from its pod, but not what goes with a pod")
    func kept() throws {
        let config = try config([["field": "KUBERNETES_VOLUMES"], ["field": "ENV"]])
        let pod = config.podSettings(try settings())
        #expect(pod.mounts.map(\.path) == ["/scratch"] && pod.volumes.map(\.name) == ["scratch"])
        #expect(pod.env == [] && !config.applies(.env) && config.applies(.resources))
        var expected = nothing
        expected["env"] = [
            ["name": "A", "value": "1"],
            ["name": "POD", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
        ]
        expected["volumes"] = [["name": "claim", "persistentVolumeClaim": ["claimName": "claim"]]]
        expected["volumeMounts"] = [["name": "claim", "mountPath": "/claim", "subPath": "x"]]
        #expect(
            config.value(env: [("A", "1")], resources: nil, settings: try settings(), workspace: nil)
                == expected
        )
    }

    @Test(
        "What a component asks for and wants for itself as well is on both sides; unknown kinds are on neither"
    )
    func both() throws {
        let config = try config([
            ["field": "KUBERNETES_AFFINITY", "applyToTask": true], ["field": "FUTURE"],
        ])
        var expected = nothing
        expected["affinity"] = [
            "nodeAffinity": [
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    "nodeSelectorTerms": [
                        ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["n"]]]]
                    ]
                ],
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    [
                        "weight": 3,
                        "preference": ["matchExpressions": [["key": "fast", "operator": "Exists"]]],
                    ]
                ],
            ]
        ]
        let settings = try settings()
        #expect(config.value(env: [], resources: nil, settings: settings, workspace: nil) == expected)
        #expect(config.podSettings(settings) == settings && config.applies(.affinity))
    }
}
