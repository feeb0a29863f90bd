import Model

/// The values of one row by column, in the order in which they are written.
typealias Columns = KeyValuePairs<String, SQLValue>

/// What an insert does when a row with the same key is there already.
enum Conflict: Hashable, Sendable {
    /// Throws `alreadyExists`.
    case fail
    /// Leaves the row as it is, so that repeating an insert is harmless.
    case keep(key: [String])
    /// Overwrites the row.
    case replace(key: [String])
}

extension SQLConnection {
    /// Inserts one row.
    func insert(_ row: Columns, into table: String) throws {
        try insert([row], into: table, onConflict: .fail)
    }

    /// Inserts rows that all have the same columns.
    func insert(_ rows: [Columns], into table: String, onConflict conflict: Conflict) throws {
        guard let first = rows.first else { return }
        let columns = first.map(\.key)
        let sql = """
            INSERT INTO \(table) (\(columns.joined(separator: ", "))) \
            VALUES (\(placeholders(columns.count)))\(conflict.clause(columns))
            """
        for row in rows { try execute(sql, row.map(\.value)) }
    }

    /// Changes the row with an id.
    /// - Parameters:
    ///   - columns: the new values.
    ///   - also: one more assignment, for values that SQL computes.
    /// - Returns: whether there was such a row.
    func update(_ table: String, id: String, set columns: Columns, also: String? = nil) throws -> Bool {
        let assignments = columns.map { "\($0.key) = ?" } + (also.map { [$0] } ?? [])
        let sql = "UPDATE \(table) SET \(assignments.joined(separator: ", ")) WHERE id = ?"
        return try execute(sql, columns.map(\.value) + [.text(id)]) > 0
    }

    /// Deletes the row with an id and says whether there was one.
    func delete(from table: String, id: String) throws -> Bool {
        try execute("DELETE FROM \(table) WHERE id = ?", [.text(id)]) > 0
    }
}

/// `?, ?, ?`.
func placeholders(_ count: Int) -> String {
    repeatElement("?", count: count).joined(separator: ", ")
}

extension Conflict {
    fileprivate func clause(_ columns: [String]) -> String {
        switch self {
        case .fail:
            return ""
        case .keep(let key):
            return " ON CONFLICT (\(key.joined(separator: ", "))) DO NOTHING"
        case .replace(let key):
            let assignments = columns.filter { !key.contains($0) }.map { "\($0) = excluded.\($0)" }
            return """
                 ON CONFLICT (\(key.joined(separator: ", "))) \
                DO UPDATE SET \(assignments.joined(separator: ", "))
                """
        }
    }
}

extension SQLValue {
    /// A time, in milliseconds since the epoch; `NULL` for none.
    static func time(_ instant: Instant?) -> Self {
        instant.map { .integer($0.milliseconds) } ?? .null
    }

    /// Text, or `NULL` for none.
    static func optional(_ text: String?) -> Self {
        text.map { .text($0) } ?? .null
    }

    /// A whole number, or `NULL` for none.
    static func optional(_ number: Int?) -> Self {
        number.map { .integer(Int64($0)) } ?? .null
    }

    /// A document as text with sorted keys, or `NULL` for none.
    static func json(_ value: JSONValue?) -> Self {
        value.map { .text($0.jsonText) } ?? .null
    }

    /// A document with these members.
    static func json(_ members: [String: JSONValue]) -> Self {
        .json(.object(members))
    }

    /// Labels as a document.
    static func tags(_ tags: [String: String]) -> Self {
        .json(tags.mapValues { .string($0) })
    }

    /// A state history as `[{"at": milliseconds, "state": "…", "reason": {…}}, …]`.
    static func history<State: RawRepresentable<String>>(_ changes: [StateChange<State>]) -> Self {
        .json(
            .array(
                changes.map { change in
                    var entry: [String: JSONValue] = [
                        "at": .number(Double(change.at.milliseconds)),
                        "state": .string(change.state.rawValue),
                    ]
                    entry["reason"] = change.reason?.json
                    return .object(entry)
                }
            )
        )
    }
}
