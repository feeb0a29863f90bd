import Model

extension Expression {
    /// A value while an expression is evaluated. Unlike JSON it tells whole numbers from doubles.
    enum Value: Sendable {
        // For the extensions, which do not see what lies around the type.
        typealias Calculation = Expression.Calculation
        typealias Fault = Expression.Fault

        case null
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case list([Value])
        case map([Key: Value])
    }

    /// What a map finds its values by. Whole numbers are equal across their types, as the language asks.
    enum Key: Hashable, Sendable {
        case bool(Bool)
        case int(Int64)
        /// Only numbers that are no `int`.
        case uint(UInt64)
        case string(String)

        /// The key that a value stands for; doubles stand for the whole number they are equal to.
        init?(_ value: Value) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .uint(let value): self = Int64(exactly: value).map { .int($0) } ?? .uint(value)
            case .double(let value):
                if let number = Int64(exactly: value) {
                    self = .int(number)
                } else if let number = UInt64(exactly: value) {
                    self = .uint(number)
                } else {
                    return nil
                }
            case .string(let value): self = .string(value)
            case .null, .list, .map: return nil
            }
        }

        /// The value that stands for the key.
        var value: Value {
            switch self {
            case .bool(let value): .bool(value)
            case .int(let value): .int(value)
            case .uint(let value): .uint(value)
            case .string(let value): .string(value)
            }
        }

        /// The key as the name of a JSON member.
        var text: String {
            switch self {
            case .bool(let value): value ? "true" : "false"
            case .int(let value): String(value)
            case .uint(let value): String(value)
            case .string(let value): value
            }
        }
    }
}

extension Expression.Value: CustomStringConvertible {
    /// The value in a message: `the string 'heads'`, `the int 3`, `a list of 2`.
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): "the int \(value)"
        case .uint(let value): "the uint \(value)"
        case .double(let value): "the double \(decimalText(value))"
        case .string(let value): "the string '\(shortened(value, to: 80))'"
        case .list(let elements): "a list of \(elements.count)"
        case .map(let entries): "a map of \(entries.count)"
        }
    }
}
