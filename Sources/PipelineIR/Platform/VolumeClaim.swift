/// A volume that somebody asks for. Source: Kubernetes `PersistentVolumeClaim`, metadata and spec.
package struct VolumeClaim: Hashable, Sendable {
    /// Who may use the volume at once. Source: Kubernetes `PersistentVolumeAccessMode`.
    package enum AccessMode: String, Hashable, Sendable, CaseIterable {
        /// One node, reading and writing.
        case readWriteOnce = "ReadWriteOnce"
        /// Many nodes, reading.
        case readOnlyMany = "ReadOnlyMany"
        /// Many nodes, reading and writing.
        case readWriteMany = "ReadWriteMany"
        /// One pod, reading and writing.
        case readWriteOncePod = "ReadWriteOncePod"
    }

    /// What the volume's first contents are copied from. Source: Kubernetes `TypedLocalObjectReference`.
    package struct DataSource: Hashable, Sendable {
        /// API group of the kind; `nil` for the core group.
        package var apiGroup: String?
        /// Kind, such as `VolumeSnapshot` or `PersistentVolumeClaim`.
        package var kind: String
        /// Name of the object.
        package var name: String
    }

    /// Who may use it; empty where the server chooses.
    package var accessModes: [AccessMode] = []
    /// Bytes in its author's spelling, such as `5Gi`; always one that ``Model/Quantity`` reads.
    package var size = ""
    /// The class it is made from: `nil` for the cluster's default, empty for a volume that exists already.
    package var storageClassName: String?
    /// The existing volume to take.
    package var volumeName: String?
    /// Labels of the claim.
    package var labels: [String: String] = [:]
    /// Annotations of the claim.
    package var annotations: [String: String] = [:]
    /// What it is filled from at first.
    package var dataSource: DataSource?
}
