package import Model

/// Something a pod's program finds at a path of its own. Source: Kubernetes `Volume` with its `VolumeMount`.
package struct PodVolume: Hashable, Sendable {
    /// What is found there.
    package enum Source: Hashable, Sendable {
        /// A named volume that outlives pods and is shared by them; see ``PodRuntime/makeVolume(named:)``.
        /// Source: Kubernetes `PersistentVolumeClaim`.
        case claim(String)
        /// An empty folder that goes with the pod; mounts of one name within a pod share it.
        /// Medium and size are kept for drivers that heed them. Source: Kubernetes `EmptyDirVolumeSource`.
        case emptyDir(name: String, medium: String?, sizeLimit: Quantity?)
        /// Files by name, which only the program's user can read: what a secret or config map becomes.
        /// A name is one component of a path.
        case files([String: [UInt8]])
    }

    /// What is found there.
    package var source: Source
    /// Where the program finds it: an absolute path. Source: Kubernetes `VolumeMount.mountPath`.
    package var mountPath: String
    /// The folder or file within the source that is meant; all of it if `nil`. A folder that a claim or an
    /// empty folder does not have is made. Source: Kubernetes `VolumeMount.subPath`.
    package var subPath: String?
    /// Whether the program may only read.
    package var readOnly: Bool

    /// Makes a volume.
    package init(source: Source, mountPath: String, subPath: String? = nil, readOnly: Bool = false) {
        self.source = source
        self.mountPath = mountPath
        self.subPath = subPath
        self.readOnly = readOnly
    }
}
