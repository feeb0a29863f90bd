import Model
import Testing

@testable import PipelineIR

@Suite("Platform spec")
struct PlatformSpecTests {
    @Test("Everything the SDK compiles is understood to the last field", arguments: PlatformSamples.specs)
    func complete(name: String) throws {
        let spec = try PlatformSpec(json: PlatformSamples.sample(name))
        #expect(spec.unknown == [:])
        #expect(spec.executors.values.allSatisfy { $0.unknown.isEmpty })
    }

    @Test("A parameter wins over the literal that older compilers wrote beside it")
    func parameterWins() throws {
        let config = try PlatformSamples.executor([
            "imagePullSecret": [
                ["secretName": "older", "secretNameParameter": ["componentInputParameter": "newer"]],
                ["secretName": "alone"],
            ]
        ])
        #expect(config.imagePullSecret.map(\.source) == [.componentInput("newer"), .constant("alone")])
    }

    @Test("Names within a loop are those of the loop")
    func loop() throws {
        let config = try PlatformSamples.executor(of: "within-a-loop")
        #expect(
            config.pvcMount.map(\.name.source) == [
                .componentInput("pipelinechannel--claim"),
                .componentInput("pipelinechannel--name-a-claim-name"),
            ]
        )
        #expect(
            config.secretAsEnv.map(\.name.source) == [.componentInput("pipelinechannel--lists-loop-item")]
        )
    }

    @Test("A volume claim may be named in each of the older ways")
    func olderClaims() throws {
        let config = try PlatformSamples.executor([
            "pvcMount": [
                ["constant": "c", "mountPath": "/c"],
                ["componentInputParameter": "i", "mountPath": "/i"],
                [
                    "taskOutputParameter": ["producerTask": "t", "outputParameterKey": "name"],
                    "mountPath": "/t",
                ],
            ]
        ])
        #expect(
            config.pvcMount.map(\.name.source) == [
                .constant("c"), .componentInput("i"), .taskOutput(producer: "t", key: "name"),
            ]
        )
    }

    @Test("Field names may be written in snake_case")
    func snakeCase() throws {
        let snake: JSONValue = [
            "platforms": [
                "kubernetes": [
                    "deployment_spec": [
                        "executors": [
                            "exec-step": [
                                "secret_as_env": [
                                    [
                                        "secret_name_parameter": ["runtime_value": ["constant": "db"]],
                                        "key_to_env": [["secret_key": "password", "env_var": "PASSWORD"]],
                                    ]
                                ],
                                "active_deadline_seconds": 60,
                            ]
                        ]
                    ],
                    "pipeline_config": ["resource_ttl_on_completion": 10],
                ]
            ]
        ]
        let spec = try PlatformSpec(json: snake)
        let config = try #require(spec.executors["exec-step"])
        #expect(config.secretAsEnv.first?.name.source == .constant("db"))
        #expect(config.secretAsEnv.first?.entries == [.init(key: "password", variable: "PASSWORD")])
        #expect(config.activeDeadline == .seconds(60))
        #expect(spec.pipelineConfig.lifetimeAfterEnd == .seconds(10))
        #expect(spec.unknown == [:])
    }

    @Test("What a run as a whole asks for is read, and its outcome decides how long it is kept")
    func pipelineConfig() throws {
        let config = try PlatformSpec(json: PlatformSamples.sample("whole-run")).pipelineConfig
        #expect(config.activeDeadline == .seconds(7200))
        #expect(config.lifetime(afterSuccess: true) == .seconds(60))
        #expect(config.lifetime(afterSuccess: false) == .seconds(86400))
        #expect(
            config.workspace?.claim
                == VolumeClaim(accessModes: [.readWriteMany], size: "10Gi", storageClassName: "nfs")
        )

        var other = PipelineConfig()
        #expect(other.lifetime(afterSuccess: true) == nil)
        other.lifetimeAfterEnd = .seconds(5)
        #expect(other.lifetime(afterSuccess: true) == .seconds(5))
        #expect(other.lifetime(afterSuccess: false) == .seconds(5))
    }

    @Test("What other platforms and later versions say is kept and has no effect")
    func unknown() throws {
        let spec = try PlatformSpec(json: [
            "platforms": [
                "elsewhere": ["deploymentSpec": 3],
                "kubernetes": [
                    "version": "2",
                    "deploymentSpec": [
                        "executors": [
                            "exec-step": [
                                "podResourceClaims": [["resourceClaimTemplateName": "gpu"]],
                                "secretAsVolume": [
                                    ["secretName": "s", "mountPath": "/s", "defaultMode": 256]
                                ],
                            ]
                        ]
                    ],
                ],
            ]
        ])
        #expect(spec.otherPlatforms == ["elsewhere": ["deploymentSpec": 3]])
        #expect(spec.unknown == ["platforms.kubernetes.version": "2"])
        #expect(
            spec.executors["exec-step"]?.unknown == [
                PlatformSamples.path + ".podResourceClaims": [["resourceClaimTemplateName": "gpu"]],
                PlatformSamples.path + ".secretAsVolume[0].defaultMode": 256,
            ]
        )
    }

    @Test(
        "A document that asks for nothing is fine",
        arguments: [[:], ["platforms": .null], ["platforms": [:]]] as [JSONValue]
    )
    func empty(document: JSONValue) throws {
        #expect(try PlatformSpec(json: document) == PlatformSpec())
    }

    @Test("A document that is no object is refused", arguments: [.null, 3, "text", []] as [JSONValue])
    func noObject(document: JSONValue) {
        #expect(throws: InvalidSpec.self) { try PlatformSpec(json: document) }
    }

    /// Fields of an executor that are wrong, where, and a part of what is said about it.
    static let wrong: [(fields: JSONValue, path: String, message: String)] = [
        (["secretAsEnv": 3], "secretAsEnv", "expected a list, found a number"),
        (["secretAsEnv": [["keyToEnv": []]]], "secretAsEnv[0].secretNameParameter", "is missing"),
        (
            ["secretAsVolume": [["secretName": "s"]]], "secretAsVolume[0].mountPath", "is missing"
        ),
        (
            ["secretAsVolume": [["secretName": "s", "mountPath": "/a:b"]]], "secretAsVolume[0].mountPath",
            "holds ':'"
        ),
        (
            [
                "configMapAsEnv": [
                    ["configMapName": "c", "keyToEnv": [["configMapKey": "k", "envVar": "A=B"]]]
                ]
            ],
            "configMapAsEnv[0].keyToEnv[0].envVar", "no name of a variable"
        ),
        (
            ["configMapAsVolume": [["configMapNameParameter": "c", "mountPath": "/c"]]],
            "configMapAsVolume[0].configMapNameParameter", "expected an object, found a string"
        ),
        (
            ["configMapAsVolume": [["configMapNameParameter": [:], "mountPath": "/c"]]],
            "configMapAsVolume[0].configMapNameParameter", "expected 'taskOutputParameter'"
        ),
        (["pvcMount": [["mountPath": "/p"]]], "pvcMount[0].pvcNameParameter", "which volume claim"),
        (
            ["pvcMount": [["constant": "c", "mountPath": "/p", "subPath": "a/../../b"]]],
            "pvcMount[0].subPath",
            "without '..'"
        ),
        (
            ["nodeSelector": ["labels": ["a": 1]]], "nodeSelector.labels.a",
            "expected a string, found a number"
        ),
        (["tolerations": [["tolerationSeconds": 1.5]]], "tolerations[0].tolerationSeconds", "an integer"),
        (["nodeAffinity": [["weight": 0]]], "nodeAffinity[0].weight", "expected 1 to 100, found 0"),
        (
            ["nodeAffinity": [["matchFields": [["key": "k"]]]]], "nodeAffinity[0].matchFields[0].operator",
            "is missing"
        ),
        (["podAffinity": [["weight": 101]]], "podAffinity[0].weight", "expected 1 to 100, found 101"),
        (["podMetadata": ["labels": []]], "podMetadata.labels", "expected an object, found a list"),
        (["imagePullPolicy": "Sometimes"], "imagePullPolicy", "one of Always, Never, IfNotPresent"),
        (["activeDeadlineSeconds": "-1"], "activeDeadlineSeconds", "expected 0 to 2147483647, found -1"),
        (["fieldPathAsEnv": [["name": "A"]]], "fieldPathAsEnv[0].fieldPath", "is missing"),
        (
            [
                "genericEphemeralVolume": [
                    ["volumeName": "v", "mountPath": "/v", "accessModes": ["Any"], "size": "1Gi"]
                ]
            ],
            "genericEphemeralVolume[0].accessModes[0]", "found 'Any'"
        ),
        (
            ["genericEphemeralVolume": [["volumeName": "v", "mountPath": "/v", "size": "1Gi"]]],
            "genericEphemeralVolume[0].accessModes", "is missing"
        ),
        (
            ["emptyDirMounts": [["volumeName": "V", "mountPath": "/v"]]], "emptyDirMounts[0].volumeName",
            "'V' is no"
        ),
        (
            ["emptyDirMounts": [["volumeName": "v", "mountPath": "/v", "medium": "Tape"]]],
            "emptyDirMounts[0].medium", "expected Memory or HugePages"
        ),
        (
            ["emptyDirMounts": [["volumeName": "v", "mountPath": "/v", "sizeLimit": "big"]]],
            "emptyDirMounts[0].sizeLimit", "found 'big'"
        ),
        (["enabledSharedMemory": ["size": "huge"]], "enabledSharedMemory.size", "found 'huge'"),
        (["securityContext": ["runAsUser": -1]], "securityContext.runAsUser", "expected 0 to"),
        (
            ["securityContext": ["runAsUser": 0, "runAsNonRoot": true]], "securityContext.runAsUser",
            "is root"
        ),
        (["initContainers": [["image": "i"]]], "initContainers[0].name", "is missing"),
        (["initContainers": [["name": "kfp-launcher", "image": "i"]]], "initContainers[0].name", "is taken"),
        (
            ["initContainers": [["name": "a", "image": "i"], ["name": "a", "image": "i"]]],
            "initContainers[1].name", "is taken"
        ),
        (
            ["initContainers": [["name": "a", "image": "i", "restartPolicy": "Never"]]],
            "initContainers[0].restartPolicy", "expected Always or nothing"
        ),
        (
            ["initContainers": [["name": "a", "image": "i", "resources": ["limits": ["cpu": "lots"]]]]],
            "initContainers[0].resources.limits.cpu", "found 'lots'"
        ),
        (
            [
                "imagePullSecret": [
                    [
                        "secretNameParameter": [
                            "componentInputParameter": "a", "parameterExpressionSelector": "x",
                        ]
                    ]
                ]
            ],
            "imagePullSecret[0].secretNameParameter.parameterExpressionSelector", "not supported"
        ),
    ]

    @Test("A wrong field is named by its path, once, with what was expected", arguments: wrong.indices)
    func problems(index: Int) throws {
        let wrong = Self.wrong[index]
        let error = #expect(throws: InvalidSpec.self) {
            try PlatformSpec(json: PlatformSamples.spec(wrong.fields))
        }
        let problem = try #require(error?.problems.first)
        #expect(error?.problems.count == 1)
        #expect(problem.path == PlatformSamples.path + "." + wrong.path)
        #expect(problem.message.contains(wrong.message))
    }

    @Test("All problems of a document are found at once, in the order of the executors")
    func allProblems() {
        let error = #expect(throws: InvalidSpec.self) {
            try PlatformSpec(json: [
                "platforms": [
                    "kubernetes": [
                        "deploymentSpec": [
                            "executors": [
                                "b": ["imagePullPolicy": "Sometimes"], "a": ["activeDeadlineSeconds": -1],
                            ]
                        ],
                        "pipelineConfig": ["workspace": [:]],
                    ]
                ]
            ])
        }
        let executors = "platforms.kubernetes.deploymentSpec.executors"
        #expect(
            error?.problems.map(\.path) == [
                executors + ".a.activeDeadlineSeconds", executors + ".b.imagePullPolicy",
                "platforms.kubernetes.pipelineConfig.workspace.size",
            ]
        )
    }
}
