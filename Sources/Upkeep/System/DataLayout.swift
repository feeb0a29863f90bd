/// Where everything is in a data directory.
package struct DataLayout: Hashable, Sendable {
    /// Absolute path of the data directory.
    package let root: String

    /// Names a data directory; nothing is looked at.
    package init(root: String) {
        self.root = root
    }

    /// The database; SQLite keeps two more files beside it.
    package var database: String { root + "/martlet.db" }
    /// The artifact store.
    package var artifacts: String { root + "/artifacts" }
    /// Pods' folders with their logs.
    package var pods: String { root + "/pods" }
    /// Volumes.
    package var volumes: String { root + "/volumes" }
    /// Secrets and config maps.
    package var objects: String { root + "/objects" }
    /// Shared Python environments.
    package var environments: String { root + "/environments" }
    /// Locked while a server runs.
    package var lock: String { root + "/lock" }
    /// What a restore works in until it is complete.
    package var restoring: String { root + "/restoring" }

    /// What backups hold and restores replace, the database last: without it, the rest is not used.
    static let kept = ["artifacts", "pods", "objects", "martlet.db"]
}
