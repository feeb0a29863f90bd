import Model

/// Reads one protobuf message from JSON: field by field, each error with its place.
///
/// Both `snake_case` and `lowerCamelCase` names are taken and `null` is unset. Requests are read strictly, so
/// a misspelt field is an error; responses may hold fields this build does not know.
/// Source: protojson, `DiscardUnknown=false`.
struct MessageReader {
    /// Where the message stands, such as `run.runtime_config`.
    let place: String
    private let members: [String: JSONValue]

    /// Reads a message of a request.
    /// - Parameter known: every field of the message by proto name, also those that are not looked at.
    /// - Throws: ``PlatformError`` with `invalidArgument` for anything but an object and for unknown fields.
    init(_ value: JSONValue, at place: String, known: [String]) throws {
        self.place = place
        self.members = try Self.object(value, at: place)
        let names = Set(known.flatMap { [$0, lowerCamelCase($0)] })
        for name in members.keys.sorted() where !names.contains(name) {
            throw PlatformError.invalid(
                "\(place).\(name): unknown field; known are \(known.sorted().joined(separator: ", "))"
            )
        }
        for name in known where name != lowerCamelCase(name) {
            if members[name] != nil, members[lowerCamelCase(name)] != nil {
                throw PlatformError.invalid(
                    "\(place).\(name): given twice, also as \(lowerCamelCase(name)); give it once"
                )
            }
        }
    }

    /// Reads a message of a response.
    /// - Throws: ``PlatformError`` with `invalidArgument` for anything but an object.
    init(response value: JSONValue, at place: String) throws {
        self.place = place
        self.members = try Self.object(value, at: place)
    }

    /// The place of a field of this message.
    func place(of name: String) -> String { "\(place).\(name)" }

    /// A field as it stands; `nil` if it is unset.
    func value(_ name: String) -> JSONValue? {
        guard let value = members[name] ?? members[lowerCamelCase(name)], !value.isNull else { return nil }
        return value
    }

    /// A text; empty when unset.
    func string(_ name: String) throws -> String {
        try optionalString(name) ?? ""
    }

    /// A text; `nil` when unset or empty, which protobuf does not tell apart.
    func optionalString(_ name: String) throws -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw wrongKind(name, value, expected: "a string") }
        return text.isEmpty ? nil : text
    }

    /// A text that must be there.
    func requiredString(_ name: String) throws -> String {
        guard let text = try optionalString(name) else {
            throw PlatformError.invalid("\(place(of: name)): missing; give it a text that is not empty")
        }
        return text
    }

    /// A whole number, also in quotes; `nil` when unset. Numbers beyond ±2^53 must be in quotes to be exact.
    func integer(_ name: String) throws -> Int64? {
        guard let value = value(name) else { return nil }
        return try int64(value, at: place(of: name))
    }

    /// A truth value; false when unset.
    func bool(_ name: String) throws -> Bool {
        guard let value = value(name) else { return false }
        guard let bool = value.bool else { throw wrongKind(name, value, expected: "true or false") }
        return bool
    }

    /// A time; `nil` when unset.
    func instant(_ name: String) throws -> Instant? {
        guard let value = value(name) else { return nil }
        guard let text = value.string, let instant = Instant(rfc3339: text) else {
            throw wrongKind(name, value, expected: "a time such as 2026-08-22T10:00:00Z")
        }
        return instant
    }

    /// A time that must be there.
    func requiredInstant(_ name: String) throws -> Instant {
        guard let instant = try instant(name) else {
            throw PlatformError.invalid(
                "\(place(of: name)): missing; expected a time such as 2026-08-22T10:00:00Z"
            )
        }
        return instant
    }

    /// An enum's value by name or number; `nil` when unset or number 0, the unspecified value.
    /// - Parameter numbered: the values in the proto's order, from number 1.
    func choice<Value: RawRepresentable<String>>(
        _ name: String,
        _ numbered: [Value]
    ) throws -> Value? {
        guard let value = value(name) else { return nil }
        if let text = value.string {
            if let choice = numbered.first(where: { $0.rawValue == text }) { return choice }
            if text.hasSuffix("_UNSPECIFIED") { return nil }
        } else if let number = value.exactInteger {
            if number == 0 { return nil }
            if numbered.indices.contains(number - 1) { return numbered[number - 1] }
        }
        let names = numbered.map(\.rawValue).joined(separator: ", ")
        throw wrongKind(name, value, expected: "one of \(names)")
    }

    /// The elements of a list; none when unset.
    func list(_ name: String) throws -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard let elements = value.array else { throw wrongKind(name, value, expected: "a list") }
        return elements
    }

    /// The members of a map or struct; none when unset.
    func map(_ name: String) throws -> [String: JSONValue] {
        guard let value = value(name) else { return [:] }
        guard let members = value.object else { throw wrongKind(name, value, expected: "an object") }
        return members
    }

    /// A map of texts; empty when unset.
    func texts(_ name: String) throws -> [String: String] {
        var texts: [String: String] = [:]
        for (key, value) in try map(name) {
            guard let text = value.string else {
                throw PlatformError.invalid(
                    "\(place(of: name)).\(key): expected a string, found \(value.kindDescription)"
                )
            }
            texts[key] = text
        }
        return texts
    }

    private func wrongKind(_ name: String, _ value: JSONValue, expected: String) -> PlatformError {
        let found = value.string.map { "\"\($0.prefix(80))\"" } ?? value.kindDescription
        return .invalid("\(place(of: name)): expected \(expected), found \(found)")
    }

    private static func object(
        _ value: JSONValue,
        at place: String
    ) throws -> [String: JSONValue] {
        guard let members = value.object else {
            throw PlatformError.invalid("\(place): expected an object, found \(value.kindDescription)")
        }
        return members
    }
}

/// A 64-bit integer as protojson takes it: a whole number or the same in quotes.
/// - Throws: ``PlatformError`` with `invalidArgument`, naming the place.
func int64(_ value: JSONValue, at place: String) throws -> Int64 {
    if let text = value.string {
        if let number = Int64(text) { return number }
        throw PlatformError.invalid(
            "\(place): expected a whole number of 64 bits, found \"\(text.prefix(80))\""
        )
    }
    if let number = value.exactInteger { return Int64(number) }
    let found = value.number.map(decimalText) ?? value.kindDescription
    throw PlatformError.invalid("\(place): expected a whole number (in quotes beyond 2^53), found \(found)")
}

/// `pipeline_spec` becomes `pipelineSpec`. Source: protobuf JSON mapping.
func lowerCamelCase(_ name: String) -> String {
    var result = ""
    var upper = false
    for character in name {
        if character == "_" {
            upper = true
        } else {
            result += upper ? character.uppercased() : String(character)
            upper = false
        }
    }
    return result
}
