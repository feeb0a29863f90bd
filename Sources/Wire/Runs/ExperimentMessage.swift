package import Model

extension Experiment {
    /// The `Experiment` message; without a run, `last_run_created_at` is 1970, as KFP has it.
    ///
    /// Source: KFP v2beta1 `Experiment`.
    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "experiment_id": .string(id.text), "display_name": .string(displayName),
            "description": .string(description), "created_at": createdAt.wire,
            "last_run_created_at": (lastRunCreatedAt ?? .epoch).wire,
            "storage_state": .string(storageState.rawValue),
        ]
        // Not in KFP; left out where nothing is set, so that the message is KFP's own.
        if retention != RetentionRule() { fields["retention"] = retention.json }
        return message(fields)
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "experiment")
        let lastRun = try reader.instant("last_run_created_at")
        self.init(
            id: ExperimentID(try reader.requiredString("experiment_id")),
            displayName: try reader.string("display_name"),
            description: try reader.string("description"),
            createdAt: try reader.requiredInstant("created_at"),
            lastRunCreatedAt: lastRun == .epoch ? nil : lastRun,
            storageState: try reader.choice("storage_state", StorageState.allCases) ?? .available
        )
        if let rule = reader.value("retention") { retention = try RetentionRule(json: rule) }
    }
}

/// A request to change an experiment. Not in KFP, where experiments cannot be changed.
package struct ExperimentUpdate: Hashable, Sendable {
    /// Which finished runs are kept; what it leaves open is up to the server.
    package var retention: RetentionRule

    /// Makes a request.
    package init(retention: RetentionRule) {
        self.retention = retention
    }

    /// The body.
    package var json: JSONValue { .object(["retention": retention.json]) }

    /// Reads the body; fields that only answers carry are accepted and ignored.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "experiment", known: experimentFields)
        for field in ["display_name", "description"] where reader.value(field) != nil {
            throw PlatformError.invalid("experiment.\(field) cannot be changed; retention can")
        }
        guard let rule = reader.value("retention") else {
            throw PlatformError.invalid(
                "experiment.retention is missing: give {\"age\": \"30d\"}, {\"count\": \"100\"}, both or {}"
            )
        }
        self.init(retention: try RetentionRule(json: rule, at: "experiment.retention"))
    }
}

private let experimentFields = [
    "experiment_id", "display_name", "description", "created_at", "namespace", "storage_state",
    "last_run_created_at", "retention",
]

/// A request to create an experiment. Source: KFP v2beta1 `Experiment` as the body of `CreateExperiment`.
package struct ExperimentSubmission: Hashable, Sendable {
    /// Unique name.
    package var displayName: String
    /// Free text; may be empty.
    package var description: String
    /// Which finished runs are kept. Not in KFP.
    package var retention = RetentionRule()

    /// Makes a request.
    package init(displayName: String, description: String = "") {
        self.displayName = displayName
        self.description = description
    }

    /// The body.
    package var json: JSONValue {
        message(["display_name": .string(displayName), "description": .string(description)])
    }

    /// Reads the body; fields that only answers carry are accepted and ignored.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(
            json,
            at: "experiment",
            known: experimentFields
        )
        self.init(
            displayName: try reader.requiredString("display_name"),
            description: try reader.string("description")
        )
        if let rule = reader.value("retention") {
            retention = try RetentionRule(json: rule, at: reader.place(of: "retention"))
        }
    }
}
