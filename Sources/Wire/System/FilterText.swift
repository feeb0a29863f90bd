import Model

/// The `filter` parameter of list requests: `{"predicates": [{"key": …, "operation": …, <one value>}]}`.
///
/// Source: KFP v2beta1 `Filter` and `Predicate`.
enum FilterText {
    /// Reads the parameter's text, from which HTTP's percent-encoding is already gone.
    ///
    /// KFP removes percent-encoding once more, so clients may have put it on twice; text that is JSON as it
    /// stands is left alone, so that a plain `%` or `+` in a value survives.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the place.
    /// - Parameter isV1: whether the operation is called `op`, as in KFP's first API generation.
    static func predicates(from text: String, isV1: Bool = false) throws -> [Predicate] {
        let json: JSONValue
        do {
            json = try JSONValue(json: text)
        } catch {
            guard let again = percentDecoded(text, plusIsSpace: true),
                let decoded = try? JSONValue(json: again)
            else { throw PlatformError.invalid("filter: not JSON: \(error)") }
            json = decoded
        }
        return try predicates(from: json, isV1: isV1)
    }

    /// Reads the filter message.
    static func predicates(from json: JSONValue, isV1: Bool = false) throws -> [Predicate] {
        let filter = try MessageReader(json, at: "filter", known: ["predicates"])
        var predicates: [Predicate] = []
        for (index, element) in try filter.list("predicates").enumerated() {
            predicates.append(
                try predicate(element, at: "filter.predicates[\(index)]", isV1 ? "op" : "operation")
            )
        }
        return predicates
    }

    /// Writes the filter message.
    static func json(_ predicates: [Predicate]) -> JSONValue {
        message([
            "predicates": .array(
                predicates.map { predicate in
                    let (name, value) = field(predicate.operand)
                    // The value is written whatever it is: comparing with "" or 0 means something.
                    return message(
                        ["key": .string(predicate.key), "operation": .string(predicate.operation.rawValue)],
                        always: [name: value]
                    )
                }
            )
        ])
    }

    /// Source: KFP v2beta1 `Predicate.Operation`; 0 is unspecified and 4 was never given out.
    private static let operations: [Int64: Predicate.Operation] = [
        1: .equals, 2: .notEquals, 3: .greaterThan, 5: .greaterThanEquals, 6: .lessThan, 7: .lessThanEquals,
        8: .isIn, 9: .isSubstring,
    ]

    private static let valueFields = [
        "int_value", "long_value", "string_value", "timestamp_value", "int_values", "long_values",
        "string_values",
    ]

    private static func predicate(
        _ json: JSONValue,
        at place: String,
        _ operationField: String
    ) throws -> Predicate {
        let reader = try MessageReader(json, at: place, known: [operationField, "key"] + valueFields)
        let key = try reader.requiredString("key")
        let operation = try operation(reader, operationField)
        let given = valueFields.filter { reader.value($0) != nil }
        guard given.count == 1, let field = given.first else {
            throw PlatformError.invalid(
                "\(place): expected one of \(valueFields.joined(separator: ", ")), found \(given.count)"
            )
        }
        let operand = try operand(reader, field)
        try check(key, operation, operand, field, at: place)
        return Predicate(key: key, operation: operation, operand: operand)
    }

    private static func operation(_ reader: MessageReader, _ field: String) throws -> Predicate.Operation {
        let value = reader.value(field) ?? .null
        if let name = value.string, let operation = Predicate.Operation(rawValue: name) { return operation }
        if let number = value.exactInteger, let operation = operations[Int64(number)] { return operation }
        let names = Predicate.Operation.allCases.map(\.rawValue).joined(separator: ", ")
        let found =
            value.string.map { "\"\($0.prefix(80))\"" } ?? value.number.map(decimalText)
            ?? value.kindDescription
        throw PlatformError.invalid(
            "\(reader.place(of: field)): expected one of \(names), found \(found)"
        )
    }

    private static func operand(
        _ reader: MessageReader,
        _ field: String
    ) throws -> Predicate.Operand {
        switch field {
        case "int_value", "long_value": return .integer(try reader.integer(field) ?? 0)
        case "timestamp_value": return .timestamp(try reader.requiredInstant(field))
        case "string_value": return .string(try reader.string(field))
        default: break
        }
        let place = reader.place(of: field)
        let list = try MessageReader(reader.value(field) ?? .null, at: place, known: ["values"]).list(
            "values"
        )
        if field == "string_values" {
            var strings: [String] = []
            for (index, element) in list.enumerated() {
                guard let string = element.string else {
                    throw PlatformError.invalid(
                        "\(place).values[\(index)]: expected a string, found \(element.kindDescription)"
                    )
                }
                strings.append(string)
            }
            return .strings(strings)
        }
        var integers: [Int64] = []
        for (index, element) in list.enumerated() {
            integers.append(try int64(element, at: "\(place).values[\(index)]"))
        }
        return .integers(integers)
    }

    private static func check(
        _ key: String,
        _ operation: Predicate.Operation,
        _ operand: Predicate.Operand,
        _ field: String,
        at place: String
    ) throws {
        let isList: Bool
        switch operand {
        case .integers, .strings: isList = true
        case .integer, .string, .timestamp: isList = false
        }
        let name = operation.rawValue
        if operation == .isIn, !isList {
            throw PlatformError.invalid("\(place): IN needs a list such as string_values, found \(field)")
        }
        if operation != .isIn, isList {
            throw PlatformError.invalid(
                "\(place): \(name) needs a single value, found \(field); use IN for a list"
            )
        }
        if operation == .isSubstring, field != "string_value" {
            throw PlatformError.invalid("\(place): IS_SUBSTRING needs string_value, found \(field)")
        }
        if key.hasPrefix("tags."), operation != .equals {
            throw PlatformError.invalid("\(place): tags can only be compared with EQUALS, found \(name)")
        }
    }

    private static func field(_ operand: Predicate.Operand) -> (String, JSONValue) {
        switch operand {
        case .integer(let value): ("long_value", .string(String(value)))
        case .string(let value): ("string_value", .string(value))
        // Milliseconds stay, so that a filter within a page token is the one that was sent.
        case .timestamp(let value): ("timestamp_value", value.wireExact)
        case .integers(let values): ("long_values", ["values": .array(values.map { .string(String($0)) })])
        case .strings(let values): ("string_values", ["values": .array(values.map { .string($0) })])
        }
    }
}
