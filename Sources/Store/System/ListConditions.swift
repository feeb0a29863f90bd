import Model

/// One predicate of a list request as SQL.
/// - Throws: ``PlatformError`` with `invalidArgument` for an unknown field or an operand that does not fit.
func condition(_ predicate: Predicate, of resource: ListedResource) throws -> SQLFragment {
    try checkSize(predicate)
    if resource.hasTags, predicate.key.hasPrefix("tags."), predicate.key.count > "tags.".count {
        return try tagCondition(predicate, of: resource)
    }
    guard let field = resource.fields[predicate.key] else {
        throw unknownField(predicate.key, use: "filter", of: resource)
    }
    switch field.kind {
    case .text: return try textCondition(predicate, field.sql)
    case .time: return try timeCondition(predicate, field.sql)
    }
}

private func textCondition(_ predicate: Predicate, _ sql: String) throws -> SQLFragment {
    switch (predicate.operation, predicate.operand) {
    case (.isIn, .strings(let texts)):
        // `IN ()` is not SQL everywhere.
        if texts.isEmpty { return SQLFragment("1 = 0") }
        return SQLFragment("\(sql) IN (\(placeholders(texts.count)))", texts.map { .text($0) })
    case (.isIn, _):
        throw misfit(predicate, expected: "a list of strings")
    case (.isSubstring, .string(let text)):
        // Upper and lower case of ASCII letters are the same here, as in KFP's MySQL.
        return SQLFragment(#"\#(sql) LIKE ? ESCAPE '\'"#, [.text("%" + escapingWildcards(text) + "%")])
    case (.equals, .string(let text)), (.notEquals, .string(let text)),
        (.greaterThan, .string(let text)), (.greaterThanEquals, .string(let text)),
        (.lessThan, .string(let text)), (.lessThanEquals, .string(let text)):
        return SQLFragment("\(sql) \(comparison(predicate.operation)) ?", [.text(text)])
    case (_, _):
        throw misfit(predicate, expected: "a string")
    }
}

/// The rowids of the rows whose display name has some text in it, if there is an index that knows them.
///
/// The index ignores the case of all letters, not of ASCII's only. It knows parts of three characters; what is shorter is
/// the beginning of some of them.
func nameSearch(_ predicate: Predicate, of resource: ListedResource) -> SQLFragment? {
    guard let index = resource.nameIndex, resource.fields[predicate.key]?.sql == "display_name",
        predicate.operation == .isSubstring, case .string(let text) = predicate.operand,
        let last = text.unicodeScalars.last
    else { return nil }
    if text.unicodeScalars.count >= 3 {
        let quoted = String(text.flatMap { $0 == "\"" ? "\"\"" : String($0) })
        return SQLFragment("SELECT rowid FROM \(index) WHERE \(index) MATCH ?", [.text("\"\(quoted)\"")])
    }
    let beginning = String(String.UnicodeScalarView(text.unicodeScalars.map(caseless)))
    var end = beginning.unicodeScalars
    end.removeLast()
    // What begins with a text is what is not before it, and before the same with the next character at its end.
    let after = (caseless(last).value + 1)..<0x11_0000
    guard let next = after.lazy.compactMap(Unicode.Scalar.init).first else { return nil }
    end.append(next)
    return SQLFragment(
        "SELECT DISTINCT doc FROM \(index)_parts WHERE term >= ? AND term < ?",
        [.text(beginning), .text(String(end))]
    )
}

/// The character as the index has it.
private func caseless(_ character: Unicode.Scalar) -> Unicode.Scalar {
    let lowercase = character.properties.lowercaseMapping.unicodeScalars
    return lowercase.count == 1 ? lowercase.first ?? character : character
}

/// Times compare as whole seconds, as clients see them.
///
/// Source: KFP stores seconds, so that numbers mean seconds since 1970; texts are taken, too.
private func timeCondition(_ predicate: Predicate, _ sql: String) throws -> SQLFragment {
    let times = try times(predicate)
    if predicate.operation == .isIn {
        if times.isEmpty { return SQLFragment("1 = 0") }
        let ranges = times.map { time in timeCondition(.equals, time, sql) }
        return SQLFragment(
            "(\(ranges.map(\.sql).joined(separator: " OR ")))",
            ranges.flatMap(\.arguments)
        )
    }
    guard let time = times.first, predicate.operation != .isSubstring else {
        throw PlatformError.invalid("filter on \(predicate.key): IS_SUBSTRING does not apply to times")
    }
    return timeCondition(predicate.operation, time, sql)
}

private func timeCondition(_ operation: Predicate.Operation, _ time: Instant, _ sql: String) -> SQLFragment {
    let second = time.wholeSecond
    let start = SQLValue.integer(second.milliseconds)
    let end = SQLValue.integer((second + .seconds(1)).milliseconds)
    switch operation {
    case .equals, .isIn, .isSubstring: return SQLFragment("(\(sql) >= ? AND \(sql) < ?)", [start, end])
    case .notEquals: return SQLFragment("(\(sql) < ? OR \(sql) >= ?)", [start, end])
    case .greaterThan: return SQLFragment("\(sql) >= ?", [end])
    case .greaterThanEquals: return SQLFragment("\(sql) >= ?", [start])
    case .lessThan: return SQLFragment("\(sql) < ?", [start])
    case .lessThanEquals: return SQLFragment("\(sql) < ?", [end])
    }
}

private func times(_ predicate: Predicate) throws -> [Instant] {
    func time(_ seconds: Int64) throws -> Instant {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { throw misfit(predicate, expected: "seconds since 1970") }
        return Instant(milliseconds: milliseconds)
    }
    func time(_ text: String) throws -> Instant {
        guard let time = Instant(rfc3339: text) else {
            throw misfit(predicate, expected: "a time such as 2026-08-22T10:00:00Z")
        }
        return time
    }
    switch predicate.operand {
    case .timestamp(let instant): return [instant]
    case .string(let text): return [try time(text)]
    case .integer(let seconds): return [try time(seconds)]
    case .strings(let texts): return try texts.map(time)
    case .integers(let seconds): return try seconds.map(time)
    }
}

/// SQLite's `json_each`; PostgreSQL calls the same thing `json_each_text`.
private func tagCondition(_ predicate: Predicate, of resource: ListedResource) throws -> SQLFragment {
    guard predicate.operation == .equals, case .string(let text) = predicate.operand else {
        throw PlatformError.invalid(
            "filter on \(predicate.key): tags can only be compared by EQUALS with a string_value"
        )
    }
    return SQLFragment(
        """
        EXISTS (SELECT 1 FROM json_each(\(resource.table).tags) AS tag WHERE tag.key = ? AND tag.value = ?)
        """,
        [.text(String(predicate.key.dropFirst("tags.".count))), .text(text)]
    )
}

private func comparison(_ operation: Predicate.Operation) -> String {
    switch operation {
    case .equals, .isIn, .isSubstring: "="
    case .notEquals: "<>"
    case .greaterThan: ">"
    case .greaterThanEquals: ">="
    case .lessThan: "<"
    case .lessThanEquals: "<="
    }
}

private func escapingWildcards(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
        if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
        escaped.unicodeScalars.append(character)
    }
    return escaped
}

private func checkSize(_ predicate: Predicate) throws {
    let texts: [String]
    switch predicate.operand {
    case .string(let text): texts = [text]
    case .strings(let list): texts = list
    case .integer, .integers, .timestamp: texts = []
    }
    guard texts.count <= Limits.listOperandsMax else {
        throw PlatformError.invalid(
            "filter on \(predicate.key): \(texts.count) values, expected at most \(Limits.listOperandsMax)"
        )
    }
    guard texts.allSatisfy({ $0.unicodeScalars.count <= Limits.listOperandCharactersMax }) else {
        throw PlatformError.invalid(
            """
            filter on \(predicate.key): a value has more than \
            \(Limits.listOperandCharactersMax) characters
            """
        )
    }
}

private func misfit(_ predicate: Predicate, expected: String) -> PlatformError {
    let found =
        switch predicate.operand {
        case .integer: "a whole number"
        case .string: "a string"
        case .timestamp: "a timestamp"
        case .integers: "a list of whole numbers"
        case .strings: "a list of strings"
        }
    return .invalid(
        "filter on \(predicate.key): \(predicate.operation.rawValue) with \(found), expected \(expected)"
    )
}

extension Instant {
    /// The second it lies in.
    fileprivate var wholeSecond: Instant {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return Instant(milliseconds: overflow ? .min : product)
    }
}
