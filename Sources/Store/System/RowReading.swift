import Model

/// Which columns are read from a table, and how a row of it is named in messages.
struct Selection: Sendable {
    /// The table.
    let table: String
    /// The select list as far as it is decoded; the leading ones name a row.
    let columns: [String]
    /// How many leading columns name a row.
    let keyCount: Int
    private let places: [String: Int]

    /// Makes a selection of the key's columns and others.
    init(_ table: String, key: [String], _ others: [String]) {
        self.table = table
        self.columns = key + others
        self.keyCount = key.count
        self.places = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
    }

    /// `SELECT … FROM …`, with further expressions at the end of the select list.
    func sql(adding expressions: [String] = []) -> String {
        "SELECT \((columns + expressions).joined(separator: ", ")) FROM \(table)"
    }

    fileprivate func place(of column: String) -> Int? { places[column] }
}

extension SQLConnection {
    /// Reads the selected rows; `rest` is what follows the `FROM`.
    func rows<Value>(
        _ selection: Selection,
        _ rest: String,
        _ arguments: [SQLValue],
        as decode: (Row) throws -> Value
    ) throws -> [Value] {
        try query("\(selection.sql()) \(rest)", arguments)
            .map { try decode(Row(selection: selection, values: $0)) }
    }

    /// Reads the first selected row, if there is one.
    func row<Value>(
        _ selection: Selection,
        _ rest: String,
        _ arguments: [SQLValue],
        as decode: (Row) throws -> Value
    ) throws -> Value? {
        try rows(selection, "\(rest) LIMIT 1", arguments, as: decode).first
    }

    /// Reads one text column of the row with an id.
    func text(_ column: String, of table: String, id: String) throws -> String? {
        try row(Selection(table, key: ["id"], [column]), "WHERE id = ?", [.text(id)]) { try $0.text(column) }
    }
}

/// One row of a result, read by column name.
///
/// What does not fit is never guessed or skipped: it throws a ``PlatformError`` that names table, row and
/// column.
struct Row {
    /// Where the values come from.
    let selection: Selection
    /// The values, at least one for each selected column.
    let values: [SQLValue]

    /// Text.
    func text(_ column: String) throws -> String {
        guard let text = try optionalText(column) else { throw failure(column, "nothing", "text") }
        return text
    }

    /// Text or nothing.
    func optionalText(_ column: String) throws -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case let other: throw failure(column, other.kindDescription, "text")
        }
    }

    /// A whole number.
    func integer(_ column: String) throws -> Int {
        guard let integer = try optionalInteger(column) else {
            throw failure(column, "nothing", "a whole number")
        }
        return integer
    }

    /// A whole number or nothing.
    func optionalInteger(_ column: String) throws -> Int? {
        switch try value(column) {
        case .null: return nil
        case .integer(let integer): return Int(integer)
        case let other: throw failure(column, other.kindDescription, "a whole number")
        }
    }

    /// A time.
    func time(_ column: String) throws -> Instant {
        Instant(milliseconds: Int64(try integer(column)))
    }

    /// A time or nothing.
    func optionalTime(_ column: String) throws -> Instant? {
        try optionalInteger(column).map { Instant(milliseconds: Int64($0)) }
    }

    /// One word of a closed set.
    func choice<Choice: RawRepresentable<String>>(
        _ column: String,
        as type: Choice.Type = Choice.self
    ) throws -> Choice {
        let text = try text(column)
        guard let choice = Choice(rawValue: text) else {
            throw failure(column, "\"\(text)\"", "a word this build knows")
        }
        return choice
    }

    /// A document.
    func json(_ column: String) throws -> JSONValue {
        guard let json = try optionalJSON(column) else { throw failure(column, "nothing", "JSON") }
        return json
    }

    /// A document or nothing.
    func optionalJSON(_ column: String) throws -> JSONValue? {
        guard let text = try optionalText(column) else { return nil }
        do {
            // What we store wraps documents that are as deep as they may be in a few levels of our own.
            return try JSONValue(json: text, depthMax: Limits.jsonDepthMax + 10)
        } catch {
            throw failure(column, "text that is not JSON (\(error))", "JSON")
        }
    }

    /// A document's members.
    func object(_ column: String) throws -> [String: JSONValue] {
        let json = try json(column)
        guard let object = json.object else { throw failure(column, json.kindDescription, "an object") }
        return object
    }

    /// Labels.
    func tags(_ column: String) throws -> [String: String] {
        try object(column).mapValues { value in
            guard let text = value.string else { throw failure(column, value.kindDescription, "texts only") }
            return text
        }
    }

    /// A reason or nothing.
    func reason(_ column: String) throws -> Reason? {
        try optionalJSON(column).map { Reason(json: $0) }
    }

    /// A state history, as ``SQLValue/history(_:)`` writes it.
    func history<State: RawRepresentable<String> & Hashable & Sendable>(
        _ column: String
    ) throws -> [StateChange<State>] {
        let json = try json(column)
        guard let entries = json.array else { throw failure(column, json.kindDescription, "a list") }
        return try entries.map { entry in
            let word = entry["state"]?.string ?? ""
            guard let state = State(rawValue: word), let at = entry["at"]?.exactInteger else {
                throw failure(column, "the entry \(entry.jsonText)", "a time and a state this build knows")
            }
            return StateChange(
                at: Instant(milliseconds: Int64(at)),
                state: state,
                reason: entry["reason"].map { Reason(json: $0) }
            )
        }
    }

    private func value(_ column: String) throws -> SQLValue {
        guard let place = selection.place(of: column), place < values.count else {
            throw failure(column, "no such column in the result", "a value")
        }
        return values[place]
    }

    private func failure(_ column: String, _ found: String, _ expected: String) -> PlatformError {
        let key = values.prefix(selection.keyCount).map(\.keyText).joined(separator: " ")
        return PlatformError(
            .internalError,
            """
            Row \(key) of table \(selection.table) cannot be read: column \(column) holds \(found), expected \
            \(expected). The database was changed by hand or by another version; correct the row or restore \
            a backup.
            """
        )
    }
}

extension SQLValue {
    /// What kind of value this is, for messages.
    fileprivate var kindDescription: String {
        switch self {
        case .null: "nothing"
        case .integer: "a whole number"
        case .real: "a number with a fraction"
        case .text: "text"
        case .blob: "bytes"
        }
    }

    /// The value as part of a row's name.
    fileprivate var keyText: String {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .null, .real, .blob: "(\(kindDescription))"
        }
    }
}
