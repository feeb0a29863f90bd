package import Model

/// What one executor asks of its pod, as the author wrote it; some of it depends on the task's inputs.
///
/// See ``resolved(_:)`` for what becomes of it. Source: KFP `kubernetes_executor_config.proto`,
/// `KubernetesExecutorConfig`; fields keep their names.
package struct KubernetesExecutorConfig: Hashable, Sendable {
    /// Where the entry stands, for messages.
    package var path: String
    /// Folders with the contents of secrets.
    package var secretAsVolume: [ObjectVolume]
    /// Variables with values of secrets.
    package var secretAsEnv: [ObjectEnvironment]
    /// Folders with the contents of config maps.
    package var configMapAsVolume: [ObjectVolume]
    /// Variables with values of config maps.
    package var configMapAsEnv: [ObjectEnvironment]
    /// Folders that stay when the pod goes.
    package var pvcMount: [ClaimMount]
    /// Labels a node must have.
    package var nodeSelector: NodeSelector?
    /// Taints of nodes the pod puts up with.
    package var tolerations: [Toleration]
    /// Nodes the pod must or would rather be on.
    package var nodeAffinity: [NodeAffinityTerm]
    /// Pods the pod must or would rather be near to, or far from.
    package var podAffinity: [PodPlacement.PodAffinityTerm]
    /// Labels of the pod.
    package var podLabels: [String: String]
    /// Annotations of the pod.
    package var podAnnotations: [String: String]
    /// Names of the secrets for pulling images.
    package var imagePullSecret: [DeferredValue]
    /// When to pull the image.
    package var imagePullPolicy: PodSettings.ImagePullPolicy?
    /// How long the pod may take.
    package var activeDeadline: Duration?
    /// Variables with facts about the pod.
    package var fieldPathAsEnv: [PodSettings.EnvironmentEntry]
    /// Volumes that are made for the pod and go with it.
    package var genericEphemeralVolume: [PodVolume]
    /// Empty folders that go with the pod.
    package var emptyDirMounts: [PodVolume]
    /// Memory that the pod's processes share, at `/dev/shm`.
    package var enabledSharedMemory: PodVolume?
    /// Whom the container runs as.
    package var securityContext: SecurityContext?
    /// Containers that run before the task's, or beside it.
    package var initContainers: [InitContainer]
    /// Fields this build does not know, by full path.
    package var unknown: [String: JSONValue]

    init(reading reader: inout SpecReader) {
        path = reader.path
        secretAsVolume = reader.list("secretAsVolume") { ObjectVolume(reading: &$0, of: .secret) }.compactMap(
            \.self
        )
        secretAsEnv = reader.list("secretAsEnv") { ObjectEnvironment(reading: &$0, of: .secret) }.compactMap(
            \.self
        )
        configMapAsVolume = reader.list("configMapAsVolume") { ObjectVolume(reading: &$0, of: .configMap) }
            .compactMap(\.self)
        configMapAsEnv = reader.list("configMapAsEnv") { ObjectEnvironment(reading: &$0, of: .configMap) }
            .compactMap(\.self)
        pvcMount = reader.list("pvcMount", ClaimMount.init(reading:)).compactMap(\.self)
        nodeSelector = reader.message("nodeSelector", NodeSelector.init(reading:))
        tolerations = reader.list("tolerations", Toleration.init(reading:))
        nodeAffinity = reader.list("nodeAffinity", NodeAffinityTerm.init(reading:))
        podAffinity = reader.list("podAffinity", PodPlacement.PodAffinityTerm.init(reading:))
        let metadata = reader.message("podMetadata") { ($0.texts("labels"), $0.texts("annotations")) }
        podLabels = metadata?.0 ?? [:]
        podAnnotations = metadata?.1 ?? [:]
        imagePullSecret = reader.list("imagePullSecret") {
            $0.deferred("secretNameParameter", orLiteral: "secretName")
        }.compactMap(\.self)
        imagePullPolicy = reader.choice("imagePullPolicy")
        activeDeadline = reader.seconds("activeDeadlineSeconds")
        fieldPathAsEnv = reader.list("fieldPathAsEnv") {
            .init(name: $0.variableName("name"), source: .fieldPath($0.requiredText("fieldPath")))
        }
        genericEphemeralVolume = reader.list("genericEphemeralVolume", PodVolume.init(readingEphemeral:))
        emptyDirMounts = reader.list("emptyDirMounts", PodVolume.init(readingEmptyDir:))
        enabledSharedMemory = reader.message("enabledSharedMemory", PodVolume.init(readingSharedMemory:))
        securityContext = reader.message("securityContext", SecurityContext.init(reading:))
        initContainers = reader.list("initContainers", InitContainer.init(reading:))
        unknown = reader.unknownByPath
        InitContainer.checkNames(initContainers, in: &reader)
    }
}
