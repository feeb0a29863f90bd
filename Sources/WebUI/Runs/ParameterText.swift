package import Model
package import PipelineIR

/// Parameters as a form has them: text as it is, everything else as JSON. An empty field is no value; a text that
/// is empty, or looks like JSON text, stands in quotes.
package enum ParameterText {
    /// What the name of a field begins with that holds a parameter.
    static let fieldPrefix = "p."

    /// What a form shows for a value.
    package static func text(of value: JSONValue, type: ParameterType) -> String {
        guard type == .string, let text = value.string else { return value.jsonText }
        return text.isEmpty || isQuoted(text) ? value.jsonText : text
    }

    /// The value that was written; `nil` for none.
    /// - Throws: `invalidArgument` for what is not of the type.
    package static func value(of text: String, type: ParameterType, name: String) throws -> JSONValue? {
        let trimmed = text.replacing("\r\n", with: "\n")
        if trimmed.isEmpty { return nil }
        if type == .string, !isQuoted(trimmed) { return .string(trimmed) }
        guard let value = try? JSONValue(json: trimmed), type.accepts(value) else {
            throw PlatformError.invalid(
                "\(name): expected \(type.expectation), found '\(clipped(trimmed, 80))'"
            )
        }
        return value
    }

    /// Whether what was written is a value that an input may have.
    static func fits(_ text: String, _ input: InputParameterSpec) -> Bool {
        guard let value = try? value(of: text, type: input.type, name: "") else { return false }
        return input.literals.isEmpty || input.literals.contains(value)
    }

    private static func isQuoted(_ text: String) -> Bool {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    }
}

extension ParameterType {
    /// The name for people.
    var word: String {
        switch self {
        case .integer: "whole number"
        case .double: "number"
        case .string: "text"
        case .boolean: "true or false"
        case .list: "list, as JSON"
        case .structure, .taskFinalStatus, .taskConfig: "object, as JSON"
        case .unknown(let name): name
        }
    }
}
