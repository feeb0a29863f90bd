package import Model

/// A parameter as text, as programs see it: strings as they are, numbers in plain decimals without an exponent,
/// `true`/`false`, lists and structs as JSON. Source: KFP launcher, `PbValueToText`.
package func parameterText(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .number(let number): plainDecimalText(number)
    case .null: ""
    case .bool, .array, .object: value.jsonText
    }
}

/// The shortest digits that read back as the same double, never with an exponent: `0.000001`, `1000000000000000000000`.
package func plainDecimalText(_ number: Double) -> String {
    let text = decimalText(number)
    guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }),
        let exponent = Int(text[text.index(after: mark)...])
    else { return text }
    var digits = text[..<mark]
    let sign = digits.hasPrefix("-") ? "-" : ""
    digits = digits.drop { $0 == "-" }
    let parts = digits.split(separator: ".", maxSplits: 1)
    let whole = parts.first.map(String.init) ?? ""
    let fraction = parts.count > 1 && parts[1] != "0" ? String(parts[1]) : ""
    let all = whole + fraction
    let point = whole.count + exponent
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + all }
    if point >= all.count { return sign + all + String(repeating: "0", count: point - all.count) }
    return sign + all.prefix(point) + "." + all.dropFirst(point)
}

extension TaskGraph {
    /// Reads values that came as text by the types of the root's inputs.
    ///
    /// What cannot be read, or is no input, stays text, so that the check of the values says what is wrong with it.
    package func parameters(fromTexts texts: [String: String]) -> [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: texts.map { name, text in
                (name, root.component.inputParameters[name]?.type.value(ofText: text) ?? .string(text))
            }
        )
    }
}

extension ParameterType {
    /// A value as JSON, or as Python writes truth values; `nil` when the text is no value of this type.
    fileprivate func value(ofText text: String) -> JSONValue? {
        let text = self == .boolean ? text.lowercased() : text
        guard self != .string, let value = try? JSONValue(json: text), accepts(value) else { return nil }
        return value
    }
}
