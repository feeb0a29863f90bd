import Model
import Testing

@testable import PipelineIR

@Suite("Pod settings")
struct PodSettingsTests {
    @Test("Secrets, config maps and facts about the pod become variables, in this order")
    func environment() throws {
        let inputs = Inputs(inputs: ["secret": "account", "settings": "settings"])
        let settings = try PlatformSamples.executor(of: "environment").resolved(inputs.callAsFunction)
        #expect(
            settings.env == [
                .init(
                    name: "DB_PASSWORD",
                    source: .key("password", of: .secret, name: "db", isOptional: false)
                ),
                .init(name: "DB_USER", source: .key("user", of: .secret, name: "db", isOptional: false)),
                .init(name: "TOKEN", source: .key("token", of: .secret, name: "account", isOptional: true)),
                .init(name: "ROWS", source: .key("rows", of: .configMap, name: "limits", isOptional: false)),
                .init(name: "MODE", source: .key("mode", of: .configMap, name: "settings", isOptional: true)),
                .init(name: "POD_NAME", source: .fieldPath("metadata.name")),
                .init(name: "POD_IP", source: .fieldPath("status.podIP")),
            ]
        )
    }

    @Test("Every kind of volume is made once and mounted wherever it is asked for")
    func volumes() throws {
        let inputs = Inputs(
            inputs: ["secret": "keys", "settings": "settings", "claim": "shared"],
            outputs: ["name-a-claim.name": "made"]
        )
        let settings = try PlatformSamples.executor(of: "volumes").resolved(inputs.callAsFunction)
        let scratch = VolumeClaim(accessModes: [.readWriteOnce], size: "5Gi")
        let fast = VolumeClaim(
            accessModes: [.readWriteOnce, .readOnlyMany],
            size: "500Mi",
            storageClassName: "nvme",
            labels: ["team": "birds"],
            annotations: ["note": "a cache"]
        )
        #expect(
            settings.volumes == [
                .init(
                    name: "certificates",
                    source: .object(.secret, name: "certificates", isOptional: false)
                ),
                .init(name: "keys", source: .object(.secret, name: "keys", isOptional: true)),
                .init(name: "dictionary", source: .object(.configMap, name: "dictionary", isOptional: false)),
                .init(name: "settings", source: .object(.configMap, name: "settings", isOptional: true)),
                .init(name: "archive", source: .claim("archive")),
                .init(name: "shared", source: .claim("shared")),
                .init(name: "made", source: .claim("made")),
                .init(name: "scratch", source: .ephemeral(scratch)),
                .init(name: "fast", source: .ephemeral(fast)),
                .init(name: "plain", source: .emptyDir(medium: nil, sizeLimit: nil)),
                .init(name: "memory", source: .emptyDir(medium: "Memory", sizeLimit: "1Gi")),
            ]
        )
        #expect(
            settings.mounts.map(\.path) == [
                "/etc/certificates", "/etc/keys", "/etc/dictionary", "/etc/settings", "/archive",
                "/archive-of-today", "/shared", "/data", "/scratch", "/fast", "/plain", "/dev/shm",
            ]
        )
        #expect(
            settings.mounts[5]
                == .init(volumeName: "archive", path: "/archive-of-today", subPath: "days/today")
        )
    }

    @Test("Written and computed tolerations and affinities join, in the order they were written")
    func placement() throws {
        let affinity: JSONValue = [
            "requiredDuringSchedulingIgnoredDuringExecution": [
                "nodeSelectorTerms": [["matchExpressions": [["key": "gpu", "operator": "Exists"]]], [:]]
            ],
            "preferredDuringSchedulingIgnoredDuringExecution": [
                [
                    "weight": 5,
                    "preference": ["matchExpressions": [["key": "n", "operator": "Gt", "values": ["3"]]]],
                ]
            ],
        ]
        let inputs = Inputs(inputs: [
            "taint": ["key": "one", "operator": "Exists"],
            "taints": [["key": "two", "value": "yes"], ["key": "three", "tolerationSeconds": 4], [:]],
            "affinity": affinity,
        ])
        let placement = try PlatformSamples.executor(of: "placement").resolved(inputs.callAsFunction)
            .placement
        #expect(placement.nodeSelector == ["disktype": "ssd", "zone": "north"])
        #expect(
            placement.tolerations.map(\.description) == [
                "gpu=yes:NoSchedule", "of every taint:NoExecute", "spot", "one", "two=yes", "three",
            ]
        )
        #expect(placement.tolerations.map(\.seconds) == [nil, 300, nil, nil, nil, 4])
        #expect(placement.tolerations.map(\.operator) == ["Equal", "Exists", "Exists", "Exists", nil, nil])
        #expect(
            placement.requiredNodes.map(\.description) == [
                "arch In amd64,arm64 and metadata.name NotIn old", "gpu Exists",
            ]
        )
        #expect(placement.preferredNodes.map(\.weight) == [20, 5])
        #expect(placement.preferredNodes.map(\.term.description) == ["fast Exists", "n Gt 3"])
    }

    @Test("A node selector in JSON replaces the labels beside it, even when it is null")
    func nodeSelectorJSON() throws {
        let config = try PlatformSamples.executor(of: "placement-by-json")
        let given = Inputs(inputs: ["selector": ["disktype": "hdd"]])
        #expect(try config.resolved(given.callAsFunction).placement.nodeSelector == ["disktype": "hdd"])
        #expect(try config.resolved { _ in .null }.placement.nodeSelector == [:])

        let constant = try PlatformSamples.executor("exec-step-2", of: "placement-by-json")
        let placement = try constant.resolved(Inputs().callAsFunction).placement
        #expect(placement.nodeSelector == ["zone": "south"])
        #expect(placement.requiredNodes.map(\.description) == ["arch In arm64"])
        #expect(placement.preferredNodes.map(\.weight) == [7])
    }

    @Test("Labels, annotations, pulling, deadline and user go to the pod as written")
    func pod() throws {
        let inputs = Inputs(inputs: ["pull": "registry"])
        let settings = try PlatformSamples.executor(of: "pod").resolved(inputs.callAsFunction)
        #expect(settings.labels == ["team": "birds"])
        #expect(settings.annotations == ["sidecar.istio.io/inject": "false"])
        #expect(settings.imagePullPolicy == .always)
        #expect(settings.imagePullSecrets == ["mirror", "registry"])
        #expect(settings.activeDeadline == .seconds(90))
        #expect(settings.securityContext?.runAsUser == 1000)
        #expect(settings.securityContext?.runAsGroup == 2000)
        #expect(settings.securityContext?.runAsNonRoot == true)
    }

    @Test("Init containers see the pod's volumes, and a restart policy makes them sidecars")
    func initContainers() throws {
        let settings = try PlatformSamples.executor([
            "emptyDirMounts": [["volumeName": "shared", "mountPath": "/shared"]],
            "initContainers": [
                [
                    "name": "fetch", "image": "curl", "command": ["curl"], "args": ["-O"],
                    "env": [["name": "A", "value": "1"]],
                    "volumeMounts": [["volumeName": "shared", "mountPath": "in"]],
                    "resources": ["requests": ["cpu": "500m"], "limits": ["memory": "1Gi"]],
                ],
                ["name": "proxy", "image": "proxy", "restartPolicy": "Always"],
            ],
        ]).resolved(Inputs().callAsFunction)
        let fetch = try #require(settings.initContainers.first)
        #expect(fetch.command + fetch.args == ["curl", "-O"])
        #expect(fetch.env == [.init(name: "A", value: "1")])
        #expect(fetch.mounts == [.init(volumeName: "shared", path: "/in")])
        #expect(fetch.requests == ["cpu": "500m"])
        #expect(fetch.limits == ["memory": "1Gi"])
        #expect(settings.initContainers.map(\.isSidecar) == [false, true])
    }

    @Test("Node affinity without a condition, which would match no node, is left out")
    func emptyAffinity() throws {
        let placement = try PlatformSamples.executor(["nodeAffinity": [[:], ["weight": 3]]])
            .resolved(Inputs().callAsFunction).placement
        #expect(placement == PodPlacement())
    }

    @Test("Shared memory is an empty folder in memory at /dev/shm")
    func sharedMemory() throws {
        let settings = try PlatformSamples.executor(["enabledSharedMemory": ["size": "2Gi"]])
            .resolved(Inputs().callAsFunction)
        #expect(
            settings.volumes == [
                .init(name: "shared-memory", source: .emptyDir(medium: "Memory", sizeLimit: "2Gi"))
            ]
        )
        #expect(settings.mounts.map(\.path) == ["/dev/shm"])
    }

    @Test("Pod affinity is kept for a cluster")
    func podAffinity() throws {
        let settings = try PlatformSamples.executor([
            "podAffinity": [
                [
                    "matchPodExpressions": [["key": "app", "operator": "In", "values": ["db"]]],
                    "matchPodLabels": ["tier": "data"], "topologyKey": "kubernetes.io/hostname",
                    "namespaces": ["prod"], "matchNamespaceLabels": ["team": "birds"], "weight": 3,
                    "anti": true,
                ]
            ]
        ]).resolved(Inputs().callAsFunction)
        let term = try #require(settings.placement.podAffinity.first)
        #expect(term.podExpressions.map(\.description) == ["app In db"])
        #expect(term.podLabels == ["tier": "data"])
        #expect(term.topologyKey == "kubernetes.io/hostname")
        #expect(term.namespaces == ["prod"])
        #expect(term.namespaceLabels == ["team": "birds"])
        #expect(term.weight == 3)
        #expect(term.isAnti)
    }

    @Test("An entry whose value is null or missing is left out")
    func null() throws {
        for value in [JSONValue.null, nil] {
            var settings = PodSettings()
            for name in ["environment", "volumes", "placement", "pod"] {
                settings = try PlatformSamples.executor(of: name).resolved {
                    if case .constant(let constant) = $0 { constant } else { value }
                }
                if name == "environment" { #expect(settings.env.count == 5) }
                if name == "volumes" { #expect(settings.volumes.count == 7) }
                if name == "placement" {
                    #expect(settings.placement.tolerations.count == 3)
                    #expect(settings.placement.requiredNodes.count == 1)
                }
            }
            #expect(settings.imagePullSecrets == ["mirror"])
        }
    }

    /// Values that do not fit, for an executor with these fields.
    static let wrong: [(fields: JSONValue, value: JSONValue, path: String, message: String)] = [
        (
            ["imagePullSecret": [["secretNameParameter": input]]], 3,
            "imagePullSecret[0].secretNameParameter", "a number (3)"
        ),
        (
            ["imagePullSecret": [["secretNameParameter": input]]], "../etc",
            "imagePullSecret[0].secretNameParameter", "no Kubernetes name"
        ),
        (
            ["pvcMount": [["pvcNameParameter": input, "mountPath": "/p"]]], "",
            "pvcMount[0].pvcNameParameter",
            "no Kubernetes name"
        ),
        (
            ["pvcMount": [["componentInputParameter": "x", "mountPath": "/p"]]], [], "pvcMount[0]",
            "a list ([])"
        ),
        (
            ["nodeSelector": ["nodeSelectorJson": input]], ["a": 1], "nodeSelector.nodeSelectorJson.a",
            "a string"
        ),
        (
            ["nodeSelector": ["nodeSelectorJson": input]], "a", "nodeSelector.nodeSelectorJson",
            "expected an object"
        ),
        (
            ["tolerations": [["tolerationJson": input]]], [["key": "a"], ["key": 2]],
            "tolerations[0].tolerationJson[1].key", "expected a string"
        ),
        (
            ["tolerations": [["tolerationJson": input]]], "a", "tolerations[0].tolerationJson",
            "expected an object"
        ),
        (
            ["nodeAffinity": [["nodeAffinityJson": input]]],
            ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 1]]],
            "nodeAffinity[0].nodeAffinityJson.preferredDuringSchedulingIgnoredDuringExecution[0]",
            "expected 'weight' and 'preference'"
        ),
        (
            [
                "secretAsVolume": [["secretNameParameter": input, "mountPath": "/s"]],
                "configMapAsVolume": [["configMapName": "x", "mountPath": "/c"]],
            ],
            "x", "", "two different volumes are named 'x': secret x and config map x"
        ),
        (
            [
                "secretAsVolume": [["secretNameParameter": input, "mountPath": "/s"]],
                "pvcMount": [["constant": "c", "mountPath": "/s"]],
            ],
            "x", "", "'x' and 'c' are both mounted at /s"
        ),
        (
            [
                "initContainers": [
                    ["name": "a", "image": "i", "volumeMounts": [["volumeName": "v", "mountPath": "/v"]]]
                ]
            ],
            .null, "initContainers[0]", "mounts the volume 'v', which is not there"
        ),
    ]

    private static let input: JSONValue = ["componentInputParameter": "x"]

    @Test("A value of the wrong type is named by the path of its setting", arguments: wrong.indices)
    func problems(index: Int) throws {
        let wrong = Self.wrong[index]
        let config = try PlatformSamples.executor(wrong.fields)
        let error = #expect(throws: InvalidSpec.self) {
            try config.resolved { if case .constant(let constant) = $0 { constant } else { wrong.value } }
        }
        let problem = try #require(error?.problems.first)
        #expect(error?.problems.count == 1)
        #expect(problem.path == PlatformSamples.path + (wrong.path.isEmpty ? "" : "." + wrong.path))
        #expect(problem.message.contains(wrong.message))
    }

    @Test("What a lookup throws comes out as it is")
    func lookupThrows() throws {
        let config = try PlatformSamples.executor(of: "environment")
        #expect(throws: UnexpectedSource.self) { try config.resolved { _ in throw UnexpectedSource() } }
    }
}
