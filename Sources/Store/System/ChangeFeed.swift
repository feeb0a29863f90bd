package import Model

/// One entry of the change feed: something of a kind changed; look at it to see how.
package struct Change: Hashable, Sendable {
    /// Its place in the feed; grows, and is never used twice.
    package let sequence: Int64
    /// What kind of thing changed, such as `run`.
    package let kind: String
    /// Which one.
    package let id: String
    /// When.
    package let at: Instant

    /// Makes an entry.
    package init(sequence: Int64, kind: String, id: String, at: Instant) {
        self.sequence = sequence
        self.kind = kind
        self.id = id
        self.at = at
    }
}

extension SQLConnection {
    /// Appends to the change feed, in the transaction of the change itself.
    package func appendChange(kind: String, id: String, at now: Instant) throws {
        try insert(["kind": .text(kind), "id": .text(id), "at": .time(now)], into: "changes")
    }

    /// Entries after a place, oldest first.
    ///
    /// Whoever fell behind a pruning sees a gap and does not miss anything by reading everything anew.
    /// - Parameters:
    ///   - sequence: the last entry seen; 0 for the beginning.
    ///   - limit: how many at most.
    package func changes(after sequence: Int64, limit: Int) throws -> [Change] {
        try rows(
            changesSelection,
            "WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [.integer(sequence), .integer(Int64(limit))]
        ) { row in
            Change(
                sequence: Int64(try row.integer("sequence")),
                kind: try row.text("kind"),
                id: try row.text("id"),
                at: try row.time("at")
            )
        }
    }

    /// The place of the newest entry; 0 when there is none.
    package func lastChange() throws -> Int64 {
        let rows = try query("SELECT MAX(sequence) FROM changes", [])
        guard case .integer(let sequence)? = rows.first?.first else { return 0 }
        return sequence
    }

    /// Deletes all but the newest entries.
    /// - Parameter count: how many stay; at least one does, so that ``lastChange()`` never goes back.
    package func pruneChanges(keeping count: Int) throws {
        try execute(
            "DELETE FROM changes WHERE sequence <= (SELECT MAX(sequence) FROM changes) - ?",
            [.integer(Int64(max(count, 1)))]
        )
    }
}

private let changesSelection = Selection("changes", key: ["sequence"], ["kind", "id", "at"])
