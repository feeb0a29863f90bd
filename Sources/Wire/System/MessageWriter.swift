import Model

/// Writes one protobuf message as JSON the way KFP's gateway does: what is unset, zero, empty or false is
/// left out.
///
/// Only the message's own fields are looked at: what lies inside a `Struct` or `Value` stays as it is.
/// Source: protojson with `UseProtoNames` and without `EmitUnpopulated`.
/// - Parameters:
///   - fields: the fields by proto name; `nil` is unset.
///   - always: fields written whatever their value: `Value` fields, and those KFP writes by hand.
func message(
    _ fields: [String: JSONValue?],
    always: [String: JSONValue] = [:]
) -> JSONValue {
    var members = always
    for case (let name, .some(let value)) in fields where !isZero(value) { members[name] = value }
    return .object(members)
}

/// A 64-bit integer as protojson writes it: in quotes, because doubles cannot hold all of them.
func int64Text(_ value: Int) -> JSONValue { .string(String(value)) }

private func isZero(_ value: JSONValue) -> Bool {
    switch value {
    case .null: true
    case .bool(let value): !value
    case .number(let value): value == 0
    case .string(let value): value.isEmpty
    case .array(let value): value.isEmpty
    case .object(let value): value.isEmpty
    }
}

extension Instant {
    /// How times are written on the wire: RFC 3339 with whole seconds.
    var wire: JSONValue { .string(rfc3339) }

    /// How our own additions write times, which serve short tasks: RFC 3339 with milliseconds.
    var wireExact: JSONValue { .string(rfc3339Milliseconds) }
}

extension [String: String] {
    /// A map of texts as a JSON object.
    var wire: JSONValue { .object(mapValues { .string($0) }) }
}
