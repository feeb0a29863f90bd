package import Model

/// The body of a request to repeat a run from some task on; ours, KFP has none.
package struct RerunRequest: Hashable, Sendable {
    /// The task to start from: its path, or its name where only one task has it.
    package var task: String
    /// The new run's name; `nil` for that of the run it repeats.
    package var displayName: String?

    /// Makes a request.
    package init(task: String, displayName: String? = nil) {
        self.task = task
        self.displayName = displayName
    }

    /// The body.
    package var json: JSONValue {
        message(["from_task": .string(task), "display_name": displayName.map { .string($0) }])
    }

    /// Reads the body.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(json, at: "rerun", known: ["from_task", "display_name"])
        self.init(
            task: try reader.requiredString("from_task"),
            displayName: try reader.optionalString("display_name")
        )
    }
}
