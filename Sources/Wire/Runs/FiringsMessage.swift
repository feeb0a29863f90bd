package import Model

/// The firings that come; ours, KFP has no preview.
package struct FiringsMessage: Hashable, Sendable {
    /// One firing.
    package struct Firing: Hashable, Sendable {
        /// When.
        package var at: Instant
        /// The same as the clocks of the schedule's time zone show it.
        package var local: String

        /// Makes a firing.
        package init(at: Instant, local: String) {
            self.at = at
            self.local = local
        }
    }

    /// The firings, the next one first.
    package var firings: [Firing]
    /// What a person may not have meant.
    package var warnings: [String]

    /// Makes a message.
    package init(firings: [Firing], warnings: [String]) {
        self.firings = firings
        self.warnings = warnings
    }

    /// The message as JSON.
    package var json: JSONValue {
        message([
            "firings": .array(
                firings.map { ["scheduled_at": $0.at.wire, "local_time": .string($0.local)] }
            ),
            "warnings": .array(warnings.map { .string($0) }),
        ])
    }

    /// Reads the message from an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "answer")
        firings = try reader.list("firings").map { element in
            let firing = try MessageReader(response: element, at: "answer.firings")
            return Firing(
                at: try firing.requiredInstant("scheduled_at"),
                local: try firing.string("local_time")
            )
        }
        warnings = try reader.list("warnings").compactMap(\.string)
    }

    /// Reads the trigger of a request for a preview: `{"trigger": {…}}`.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package static func trigger(of json: JSONValue) throws -> Trigger {
        let reader = try MessageReader(json, at: "request", known: ["trigger"])
        return try Trigger(json: reader.value("trigger") ?? [:], at: "trigger")
    }
}
