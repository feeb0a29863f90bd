import Model

extension Expression.Value {
    /// `int(value)`: doubles lose their fraction, strings are read as decimals.
    static func int(_ value: Self, at position: Int) throws(Fault) -> Int64 {
        let number: Int64? =
            switch value {
            case .int(let number): number
            case .uint(let number): Int64(exactly: number)
            case .double(let number): Int64(exactly: number.rounded(.towardZero))
            case .string(let text): Int64(text)
            case .null, .bool, .list, .map: nil
            }
        guard let number else { throw refused(value, "int", "a whole number within 64 bits", position) }
        return number
    }

    /// `uint(value)`: doubles lose their fraction, strings are read as decimals.
    static func uint(_ value: Self, at position: Int) throws(Fault) -> UInt64 {
        let number: UInt64? =
            switch value {
            case .int(let number): UInt64(exactly: number)
            case .uint(let number): number
            case .double(let number): number < 0 ? nil : UInt64(exactly: number.rounded(.towardZero))
            case .string(let text): UInt64(text)
            case .null, .bool, .list, .map: nil
            }
        guard let number else {
            throw refused(value, "uint", "a whole number from 0 within 64 bits", position)
        }
        return number
    }

    /// `double(value)`: whole numbers become the nearest double, strings are read as decimals.
    static func double(_ value: Self, at position: Int) throws(Fault) -> Double {
        let number: Double? =
            switch value {
            case .int(let number): Double(number)
            case .uint(let number): Double(number)
            case .double(let number): number
            case .string(let text): Double(text)
            case .null, .bool, .list, .map: nil
            }
        guard let number else { throw refused(value, "double", "a number", position) }
        return number
    }

    /// `bool(value)`: the spellings of true and false that the language knows.
    static func bool(_ value: Self, at position: Int) throws(Fault) -> Bool {
        switch value {
        case .bool(let truth): return truth
        case .string(let text):
            if ["1", "t", "T", "true", "TRUE", "True"].contains(text) { return true }
            if ["0", "f", "F", "false", "FALSE", "False"].contains(text) { return false }
        case .null, .int, .uint, .double, .list, .map: break
        }
        throw refused(value, "bool", "true or false", position)
    }

    /// `string(value)`: numbers in the shortest decimals, without a fraction when they are whole.
    static func string(_ value: Self, at position: Int) throws(Fault) -> String {
        switch value {
        case .bool(let truth): truth ? "true" : "false"
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double(let number): decimalText(number)
        case .string(let text): text
        case .null, .list, .map:
            throw refused(value, "string", "a string, a number, true or false", position)
        }
    }

    private static func refused(
        _ value: Self,
        _ cast: String,
        _ expected: String,
        _ position: Int
    ) -> Fault {
        Fault(position, "'\(cast)' expects \(expected), found \(value)")
    }
}
