/// A fact about a pod that is known without a cluster. Source: Kubernetes downward API, `fieldRef`.
package enum LocalField: Hashable, Sendable {
    /// The pod's name.
    case name
    /// The pod's namespace.
    case namespace
    /// The pod's unique id.
    case uid
    /// One of its labels.
    case label(String)
    /// One of its annotations.
    case annotation(String)

    /// Reads a field path such as `metadata.name` or `metadata.labels['team']`; `nil` for what only a cluster
    /// knows.
    package init?(_ path: String) {
        switch path {
        case "metadata.name": self = .name
        case "metadata.namespace": self = .namespace
        case "metadata.uid": self = .uid
        default:
            if let key = Self.subscripted("metadata.labels", in: path) {
                self = .label(key)
            } else if let key = Self.subscripted("metadata.annotations", in: path) {
                self = .annotation(key)
            } else {
                return nil
            }
        }
    }

    private static func subscripted(_ field: String, in path: String) -> String? {
        guard path.hasPrefix(field + "['"), path.hasSuffix("']") else { return nil }
        let key = path.dropFirst(field.count + 2).dropLast(2)
        return key.isEmpty ? nil : String(key)
    }
}
