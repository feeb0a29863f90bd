/// A container of a pod besides its own: one that has to succeed before, or one that runs beside.
/// Source: Kubernetes `PodSpec.initContainers`.
package struct PodContainer: Hashable, Sendable {
    /// Its name, unique within the pod.
    package var name: String
    /// The container image; drivers without images may only use it to explain things.
    package var image: String
    /// The program and its first arguments.
    package var command: [String]
    /// Further arguments.
    package var args: [String]
    /// Variables set for this container, in order; a later one wins.
    package var env: [EnvironmentVariable]
    /// What the program finds at paths of its own; each path once. An empty folder is the pod's of that name.
    package var volumes: [PodVolume]
    /// Whether it runs beside the pod's own program, is started again when it ends, and ends with the pod.
    /// Source: Kubernetes sidecar containers, `restartPolicy: Always`.
    package var isSidecar: Bool

    /// Makes a container.
    package init(
        name: String,
        image: String,
        command: [String],
        args: [String] = [],
        env: [EnvironmentVariable] = [],
        volumes: [PodVolume] = [],
        isSidecar: Bool = false
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.args = args
        self.env = env
        self.volumes = volumes
        self.isSidecar = isSidecar
    }
}
