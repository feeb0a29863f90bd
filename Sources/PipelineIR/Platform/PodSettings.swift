/// What a task asks of its pod beyond image, command and resources, with nothing left to look up.
///
/// Made by ``KubernetesExecutorConfig/resolved(_:)``. Plain values in Kubernetes' vocabulary; a driver does
/// what it can and tells people the rest, see ``ignoredLocally``.
package struct PodSettings: Hashable, Sendable {
    /// What holds values by key.
    package enum ObjectKind: String, Hashable, Sendable {
        /// A Kubernetes `Secret`.
        case secret
        /// A Kubernetes `ConfigMap`.
        case configMap = "config map"
    }

    /// Where a variable's value comes from. Source: Kubernetes `EnvVarSource`.
    package enum EnvironmentSource: Hashable, Sendable {
        /// The value under a key of a secret or config map; an optional one that is missing leaves the
        /// variable unset.
        case key(String, of: ObjectKind, name: String, isOptional: Bool)
        /// A fact about the pod, such as `metadata.name`. Source: Kubernetes downward API.
        case fieldPath(String)
    }

    /// A variable of the task's environment.
    package struct EnvironmentEntry: Hashable, Sendable {
        /// Name of the variable.
        package var name: String
        /// Where its value comes from.
        package var source: EnvironmentSource
    }

    /// What a volume is. Source: Kubernetes `VolumeSource`.
    package enum VolumeSource: Hashable, Sendable {
        /// The values of a secret or config map, one file a key; an optional one that is missing is an empty
        /// folder.
        case object(ObjectKind, name: String, isOptional: Bool)
        /// The volume of a claim, which stays when the pod goes.
        case claim(String)
        /// A folder that is empty at first and goes with the pod: on disk, or where `medium` says (`Memory`,
        /// `HugePages…`).
        case emptyDir(medium: String?, sizeLimit: String?)
        /// A volume that is made for the pod and goes with it.
        case ephemeral(VolumeClaim)
    }

    /// A volume of the pod.
    package struct Volume: Hashable, Sendable {
        /// Its name within the pod; that of the secret, config map or claim where it is one. Such names may
        /// be longer than a volume's name in Kubernetes may be, and may hold dots.
        package var name: String
        /// What it is.
        package var source: VolumeSource
    }

    /// Where a volume appears in a container. Source: Kubernetes `VolumeMount`.
    package struct Mount: Hashable, Sendable {
        /// The volume's name within the pod.
        package var volumeName: String
        /// Absolute path in the container.
        package var path: String
        /// The folder within the volume; `nil` for all of it.
        package var subPath: String?
    }

    /// When to pull an image. Source: Kubernetes `PullPolicy`.
    package enum ImagePullPolicy: String, Hashable, Sendable, CaseIterable {
        /// Each time.
        case always = "Always"
        /// At no time.
        case never = "Never"
        /// Unless the node has it.
        case ifNotPresent = "IfNotPresent"
    }

    /// Variables besides those of the container's spec, in order; a later one wins.
    package var env: [EnvironmentEntry] = []
    /// The pod's volumes; each name occurs once.
    package var volumes: [Volume] = []
    /// Where they appear in the task's container; each path occurs once.
    package var mounts: [Mount] = []
    /// Where in a cluster the pod wants to be.
    package var placement = PodPlacement()
    /// Labels of the pod.
    package var labels: [String: String] = [:]
    /// Annotations of the pod.
    package var annotations: [String: String] = [:]
    /// Secrets for pulling images.
    package var imagePullSecrets: [String] = []
    /// When to pull the image; `nil` for Kubernetes' default.
    package var imagePullPolicy: ImagePullPolicy?
    /// How long the pod may take; `nil` for any time.
    package var activeDeadline: Duration?
    /// Whom the task's container runs as.
    package var securityContext: SecurityContext?
    /// Containers that run before the task's, or beside it, in order.
    package var initContainers: [InitContainer] = []
    /// Paths of settings this build does not know, sorted.
    package var unknown: [String] = []

    /// No settings at all.
    package init() {}
}
