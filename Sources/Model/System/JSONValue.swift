/// Any JSON value; numbers are doubles, as in `google.protobuf.Value`.
///
/// Objects do not keep their order: whatever writes them sorts the keys, so equal values have equal text.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

// `nil` is no literal of this type on purpose: in a closure such as `flatMap { isGood($0) ? $0 : nil }` it would silently
// stand for `null`, not for the absence of a value.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

extension JSONValue {
    /// The text, if this is a string.
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The number, if this is one.
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    /// The truth value, if this is one.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements, if this is an array.
    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The members, if this is an object.
    package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
    /// Whether this is `null`.
    package var isNull: Bool { self == .null }

    /// A whole number that a double tells from all others (within ±(2^53 − 1)), if this is one: 2^53 itself may
    /// have been the number after it.
    package var exactInteger: Int? {
        guard let number, number.rounded() == number, number.magnitude < 9_007_199_254_740_992
        else { return nil }
        return Int(number)
    }

    /// The member of an object, or `nil` if this is no object or has no such member.
    package subscript(key: String) -> JSONValue? { object?[key] }

    /// What kind of value this is, for messages: "a number", "an object", ….
    package var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
