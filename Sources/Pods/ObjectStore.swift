/// A kind of small named object that pods read. Source: Kubernetes `Secret`, `ConfigMap`.
package enum ObjectKind: String, Hashable, Sendable, CaseIterable {
    case secret = "secret"
    case configMap = "config map"
}

/// Secrets and config maps: named sets of small values.
package protocol ObjectStore: Sendable {
    /// The values of an object by key; `nil` if there is no such object.
    /// - Throws: ``PlatformError`` if it cannot be read.
    func object(_ kind: ObjectKind, named name: String) throws -> [String: [UInt8]]?
}

/// A store with nothing in it.
package struct NoObjects: ObjectStore {
    /// Makes the store.
    package init() {}

    package func object(_ kind: ObjectKind, named name: String) throws -> [String: [UInt8]]? { nil }
}
