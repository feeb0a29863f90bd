package import Model

/// What the server says of itself. Source: KFP v2beta1 `GetHealthzResponse`.
package struct HealthMessage: Hashable, Sendable {
    /// The commit it was built from; empty when unknown.
    package var commit: String
    /// Its version, such as `0.1.0`.
    package var version: String
    /// Whether people are told apart; always sent, because the SDK reads it without asking.
    package var multiUser: Bool

    /// Makes the answer.
    package init(commit: String, version: String, multiUser: Bool = false) {
        self.commit = commit
        self.version = version
        self.multiUser = multiUser
    }

    /// The answer; `multi_user` and `pipeline_store` are there whatever their value.
    package var json: JSONValue {
        message(
            ["commit_sha": .string(commit), "tag_name": .string(version)],
            always: ["multi_user": .bool(multiUser), "pipeline_store": "database"]
        )
    }

    /// Reads an answer.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(json: JSONValue) throws {
        let reader = try MessageReader(response: json, at: "healthz")
        self.init(
            commit: try reader.string("commit_sha"),
            version: try reader.string("tag_name"),
            multiUser: try reader.bool("multi_user")
        )
    }
}
