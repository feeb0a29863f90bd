package import Model

extension Experiment {
    /// The message of KFP's first API generation. Source: KFP v1beta1 `Experiment`.
    package var jsonV1: JSONValue {
        message([
            "id": .string(id.text), "name": .string(displayName), "description": .string(description),
            "created_at": createdAt.wire,
            "storage_state": .string("STORAGESTATE_" + storageState.rawValue),
            "resource_references": [ResourceReferences.json(.namespace, "", isOwner: true)],
        ])
    }
}

extension ExperimentSubmission {
    /// Reads the body of KFP's first API generation.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(v1 json: JSONValue) throws {
        let reader = try MessageReader(
            json,
            at: "experiment",
            known: ["id", "name", "description", "created_at", "resource_references", "storage_state"]
        )
        self.init(
            displayName: try reader.requiredString("name"),
            description: try reader.string("description")
        )
    }
}
