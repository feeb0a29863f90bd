import Model
import Testing

@testable import PipelineIR

@Suite("Pod settings without a cluster")
struct LocalSettingsTests {
    private func settings(_ sample: String) throws -> PodSettings {
        let inputs = Inputs(
            inputs: [
                "secret": "keys", "settings": "settings", "claim": "shared", "pull": "registry",
                "taint": ["key": "one"], "taints": [], "affinity": [:],
            ],
            outputs: ["name-a-claim.name": "made"]
        )
        return try PlatformSamples.executor(of: sample).resolved(inputs.callAsFunction)
    }

    @Test("Variables are honoured, except those about what only a pod in a cluster has")
    func environment() throws {
        let settings = try settings("environment")
        #expect(
            settings.honouredLocally == [
                "variable DB_PASSWORD: key password of secret db",
                "variable DB_USER: key user of secret db",
                "variable TOKEN: key token of secret keys",
                "variable ROWS: key rows of config map limits",
                "variable MODE: key mode of config map settings",
                "variable POD_NAME: metadata.name",
            ]
        )
        #expect(
            settings.ignoredLocally == [
                "variable POD_IP with status.podIP: only a pod in a cluster has one"
            ]
        )
    }

    @Test("Volumes become folders, and their sizes and classes are ignored")
    func volumes() throws {
        let settings = try settings("volumes")
        #expect(
            settings.honouredLocally == [
                "/etc/certificates: secret certificates",
                "/etc/keys: secret keys",
                "/etc/dictionary: config map dictionary",
                "/etc/settings: config map settings",
                "/archive: volume claim archive",
                "/archive-of-today: folder days/today of volume claim archive",
                "/shared: volume claim shared",
                "/data: volume claim made",
                "/scratch: a volume of 5Gi",
                "/fast: a volume of 500Mi",
                "/plain: an empty folder",
                "/dev/shm: an empty folder in Memory",
            ]
        )
        #expect(
            settings.ignoredLocally == [
                "size 5Gi of volume scratch: it is an ordinary folder here",
                "size 500Mi, storage class 'nvme' of volume fast: it is an ordinary folder here",
                "size limit 1Gi of volume memory: folders have no limit here",
            ]
        )
    }

    @Test("Everything about nodes is ignored, one sentence each")
    func placement() throws {
        let settings = try settings("placement")
        #expect(settings.honouredLocally == [])
        #expect(
            settings.ignoredLocally == [
                "node selector disktype=ssd: there are no nodes here",
                "node selector zone=north: there are no nodes here",
                "toleration gpu=yes:NoSchedule: there are no nodes here",
                "toleration of every taint:NoExecute: there are no nodes here",
                "toleration spot: there are no nodes here",
                "toleration one: there are no nodes here",
                "node affinity arch In amd64,arm64 and metadata.name NotIn old: there are no nodes here",
                "node preference fast Exists: there are no nodes here",
            ]
        )
    }

    @Test("The deadline is honoured; pulling and users are ignored")
    func pod() throws {
        let settings = try settings("pod")
        #expect(settings.honouredLocally == ["deadline: 90 seconds"])
        #expect(
            settings.ignoredLocally == [
                "image pull secret mirror: no image is pulled here",
                "image pull secret registry: no image is pulled here",
                "image pull policy Always: no image is pulled here",
                "user 1000: processes run as the server's own user",
                "group 2000: processes run as the server's own group",
                "run as non-root: processes run as the server's own user",
            ]
        )
    }

    @Test("Huge pages, pods to be near to and unknown settings are ignored; other containers are not")
    func others() throws {
        let settings = try PlatformSamples.executor([
            "emptyDirMounts": [["volumeName": "v", "mountPath": "/v", "medium": "HugePages-2Mi"]],
            "initContainers": [
                ["name": "fetch", "image": "i"], ["name": "proxy", "image": "i", "restartPolicy": "Always"],
            ],
            "podAffinity": [["topologyKey": "zone", "anti": true]],
            "podResourceClaims": [],
        ]).resolved(Inputs().callAsFunction)
        #expect(
            settings.ignoredLocally == [
                "medium HugePages-2Mi of volume v: it is an ordinary folder here",
                "pod anti-affinity zone: there are no nodes here",
                PlatformSamples.path + ".podResourceClaims: this version does not know the setting",
            ]
        )
        #expect(
            settings.honouredLocally == [
                "/v: an empty folder in HugePages-2Mi", "init container fetch", "sidecar proxy",
            ]
        )
    }

    @Test("No settings leave nothing to say")
    func nothing() {
        #expect(PodSettings().honouredLocally == [])
        #expect(PodSettings().ignoredLocally == [])
    }

    @Test(
        "A field path is known locally if it is about the pod's own metadata",
        arguments: [
            ("metadata.name", .name), ("metadata.namespace", .namespace), ("metadata.uid", .uid),
            ("metadata.labels['team']", .label("team")),
            ("metadata.annotations['a.b/c']", .annotation("a.b/c")),
            ("metadata.labels['']", nil), ("metadata.labels[']", nil), ("metadata.labels", nil),
            ("spec.nodeName", nil), ("", nil),
        ] as [(String, LocalField?)]
    )
    func fields(path: String, field: LocalField?) {
        #expect(LocalField(path) == field)
    }
}
