/// A container that runs before the task's, or beside it. Source: KFP `InitContainer`; Kubernetes init
/// containers.
package struct InitContainer: Hashable, Sendable {
    /// One variable of its environment.
    package struct Variable: Hashable, Sendable {
        /// Name of the variable.
        package var name: String
        /// Its value.
        package var value: String
    }

    /// Its name within the pod.
    package var name: String
    /// The image.
    package var image: String
    /// Program and first arguments; empty for the image's.
    package var command: [String]
    /// Further arguments.
    package var args: [String]
    /// Its environment, in order.
    package var env: [Variable]
    /// Which of the pod's volumes it sees, and where.
    package var mounts: [PodSettings.Mount]
    /// Whether it keeps running beside the task. Source: Kubernetes sidecar containers, `restartPolicy:
    /// Always`.
    package var isSidecar: Bool
    /// What it needs at least, by resource name.
    package var requests: [String: String]
    /// What it gets at most, by resource name.
    package var limits: [String: String]

    init(reading reader: inout SpecReader) {
        name = reader.requiredText("name")
        if !name.isEmpty, !KubernetesName.isLabel(name) {
            reader.report("name", "'\(name.prefix(100))' is no \(KubernetesName.labelExpectation)")
        }
        image = reader.requiredText("image")
        command = reader.strings("command")
        args = reader.strings("args")
        env = reader.list("env") { Variable(name: $0.variableName("name"), value: $0.string("value") ?? "") }
        mounts = reader.list("volumeMounts") {
            PodSettings.Mount(volumeName: $0.requiredText("volumeName"), path: $0.mountPath())
        }
        let restartPolicy = reader.text("restartPolicy")
        if let restartPolicy, restartPolicy != "Always" {
            reader.report("restartPolicy", "expected Always or nothing, found '\(restartPolicy.prefix(100))'")
        }
        isSidecar = restartPolicy != nil
        let resources = reader.message("resources") { ($0.quantities("requests"), $0.quantities("limits")) }
        requests = resources?.0 ?? [:]
        limits = resources?.1 ?? [:]
    }

    /// Reports names that occur twice, or that KFP keeps for itself. Source: KFP `InitContainer.name`.
    static func checkNames(_ containers: [InitContainer], in reader: inout SpecReader) {
        var seen: Set<String> = ["kfp-launcher"]
        for (index, container) in containers.enumerated() where !container.name.isEmpty {
            if !seen.insert(container.name).inserted {
                reader.report("initContainers[\(index)].name", "'\(container.name.prefix(100))' is taken")
            }
        }
    }
}
