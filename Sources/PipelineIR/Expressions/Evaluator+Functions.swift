import Model

extension Expression.Evaluator {
    /// The value of a function; a receiver is the first argument.
    mutating func call(
        _ function: Function,
        _ arguments: [Value],
        at position: Int
    ) throws(Fault) -> Value {
        for case .string(let text) in arguments { try spend(steps(for: text), at: position) }
        switch (function, arguments.first, arguments.dropFirst().first) {
        case (.dyn, let value?, _): return value
        case (.int, let value?, _): return .int(try Value.int(value, at: position))
        case (.uint, let value?, _): return .uint(try Value.uint(value, at: position))
        case (.double, let value?, _): return .double(try Value.double(value, at: position))
        case (.bool, let value?, _): return .bool(try Value.bool(value, at: position))
        case (.string, let value?, _): return .string(try Value.string(value, at: position))
        case (.size, .string(let text), _): return .int(Int64(text.unicodeScalars.count))
        case (.size, .list(let elements), _): return .int(Int64(elements.count))
        case (.size, .map(let entries), _): return .int(Int64(entries.count))
        case (.lowerAscii, .string(let text), _): return .string(text.mapASCII("A"..."Z", by: 0x20))
        case (.upperAscii, .string(let text), _): return .string(text.mapASCII("a"..."z", by: -0x20))
        case (.startsWith, .string(let text), .string(let part)):
            return .bool(text.utf8.starts(with: part.utf8))
        case (.endsWith, .string(let text), .string(let part)):
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case (.contains, .string(let text), .string(let part)):
            return .bool(text.utf8.contains(part.utf8))
        case (.matches, .string(let text), .string(let pattern)):
            return .bool(try matches(text, pattern, at: position))
        case (.parseJson, .string(let text), _):
            return try parsed(text, at: position)
        default:
            let found = arguments.map(\.description).joined(separator: " and ")
            throw Fault(position, "'\(function.rawValue)' expects \(function.expected), found \(found)")
        }
    }

    private mutating func parsed(
        _ text: String,
        at position: Int
    ) throws(Fault) -> Value {
        let json: JSONValue
        do throws(JSONSyntaxError) {
            json = try JSONValue(json: text)
        } catch {
            throw Fault(position, "'parseJson' found no JSON in '\(shortened(text, to: 80))': \(error)")
        }
        return try converted(json, at: position)
    }
}

extension Expression.Function {
    fileprivate var expected: String {
        switch self {
        case .size: "a string, a list or a map"
        case .startsWith, .endsWith, .contains, .matches: "two strings"
        case .lowerAscii, .upperAscii, .parseJson: "a string"
        case .int, .uint, .double, .string, .bool, .dyn: "a value"
        }
    }
}

extension String {
    /// The text with the letters of one range moved; everything else stays, other alphabets too.
    fileprivate func mapASCII(_ range: ClosedRange<Unicode.Scalar>, by distance: Int32) -> String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.lazy.map { scalar in
                    guard range.contains(scalar) else { return scalar }
                    return Unicode.Scalar(UInt32(bitPattern: Int32(scalar.value) + distance)) ?? scalar
                }
            )
        )
    }
}
