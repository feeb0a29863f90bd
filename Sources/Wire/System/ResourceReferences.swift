import Model

/// How KFP's first API generation says what belongs to what. Source: KFP v1beta1 `ResourceReference`.
enum ResourceReferences {
    /// Kinds of things that can be named.
    enum Kind: String, CaseIterable {
        case experiment = "EXPERIMENT"
        case job = "JOB"
        case pipeline = "PIPELINE"
        case version = "PIPELINE_VERSION"
        case namespace = "NAMESPACE"
    }

    /// One reference; `isOwner` tells an owner from a creator.
    static func json(_ kind: Kind, _ id: String, isOwner: Bool) -> JSONValue {
        message([
            "key": message(["type": .string(kind.rawValue), "id": .string(id)]),
            "relationship": .string(isOwner ? "OWNER" : "CREATOR"),
        ])
    }

    /// The ids that a message names, by kind.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the place.
    static func read(_ reader: MessageReader) throws -> [Kind: String] {
        var ids: [Kind: String] = [:]
        for (index, element) in try reader.list("resource_references").enumerated() {
            let reference = try MessageReader(
                element,
                at: reader.place(of: "resource_references[\(index)]"),
                known: ["key", "name", "relationship"]
            )
            let key = try MessageReader(
                reference.value("key") ?? [:],
                at: reference.place(of: "key"),
                known: ["type", "id"]
            )
            guard let kind = try key.choice("type", Kind.allCases), let id = try key.optionalString("id")
            else { continue }
            ids[kind] = id
        }
        return ids
    }
}
