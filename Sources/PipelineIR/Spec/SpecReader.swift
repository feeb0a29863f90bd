import Model

/// One thing wrong with a pipeline spec, and where.
package struct SpecProblem: Hashable, Sendable, CustomStringConvertible {
    /// The place, as a path of field names: `root.dag.tasks.train.inputs.parameters.x`.
    package let path: String
    /// What was found, what was expected.
    package let message: String

    /// Makes a problem.
    package init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// A pipeline spec that cannot be run, with everything found wrong with it.
package struct InvalidSpec: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one problem, in the order of the document.
    package let problems: [SpecProblem]

    /// Makes the error.
    package init(_ problems: [SpecProblem]) {
        self.problems = problems
    }

    /// The first problems in one line; a long list is cut with a count.
    package var description: String {
        let shown = problems.prefix(5).map(\.description).joined(separator: "; ")
        return problems.count > 5 ? shown + "; and \(problems.count - 5) more" : shown
    }
}

/// Reads one message of the pipeline spec from JSON, field by field.
///
/// Problems are collected, not thrown, so that a person sees all of them at once. Fields nobody asked for are kept, see
/// ``unknown``. Field names are taken in lowerCamelCase and in snake_case, as protobuf's JSON mapping does.
struct SpecReader {
    let path: String
    private var members: [String: JSONValue]
    private(set) var problems: [SpecProblem] = []

    init(_ value: JSONValue, path: String) {
        self.path = path
        if let object = value.object {
            members = object
        } else {
            members = [:]
            if value != .null { problems.append(SpecProblem(path, "expected an object, found \(value.kindDescription)")) }
        }
    }

    /// The members that were not read.
    var unknown: [String: JSONValue] { members }

    mutating func add(_ problems: [SpecProblem]) {
        self.problems += problems
    }

    /// Records that something is wrong with a field.
    mutating func report(_ field: String, _ message: String) {
        problems.append(SpecProblem(place(field), message))
    }

    /// Whether a field is already known to be wrong, so that nobody calls it missing as well.
    func hasProblem(at path: String) -> Bool { problems.contains { $0.path == path } }

    func place(_ field: String) -> String { path.isEmpty ? field : path + "." + field }

    /// Takes a field as it is; `null` counts as absent.
    mutating func value(_ field: String) -> JSONValue? {
        let found = members.removeValue(forKey: field) ?? members.removeValue(forKey: Self.snakeCase(field))
        return found == .null ? nil : found
    }

    mutating func string(_ field: String) -> String? {
        take(field, "a string") { $0.string }
    }

    mutating func bool(_ field: String) -> Bool? {
        take(field, "a boolean") { $0.bool }
    }

    mutating func number(_ field: String) -> Double? {
        // Protobuf's JSON mapping writes 64-bit integers as strings, and also "NaN" and "Infinity", which fit no field.
        take(field, "a finite number") {
            ($0.number ?? $0.string.flatMap(Double.init)).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    mutating func integer(_ field: String) -> Int? {
        take(field, "an integer") { $0.exactInteger ?? $0.string.flatMap(Int.init) }
    }

    mutating func strings(_ field: String) -> [String] {
        elements(field).enumerated().compactMap { index, element in
            if let string = element.string { return string }
            report("\(field)[\(index)]", "expected a string, found \(element.kindDescription)")
            return nil
        }
    }

    mutating func elements(_ field: String) -> [JSONValue] {
        take(field, "a list") { $0.array } ?? []
    }

    mutating func members(_ field: String) -> [String: JSONValue] {
        take(field, "an object") { $0.object } ?? [:]
    }

    /// A protobuf duration such as `3.5s`.
    mutating func duration(_ field: String) -> Duration? {
        take(field, "a duration such as \"30s\"") { value in
            guard let text = value.string, text.hasSuffix("s"), let seconds = Double(text.dropLast()),
                seconds >= 0, seconds < 1e10
            else { return nil }
            return .milliseconds(Int64(seconds * 1000))
        }
    }

    /// A constant as formats before 2.1 write it: `{"intValue": "3"}`. Source: KFP `Value`, `constant_value`.
    mutating func legacyConstant() -> JSONValue? {
        message("constantValue") { value in
            value.string("stringValue").map { .string($0) }
                ?? (value.number("intValue") ?? value.number("doubleValue")).map { .number($0) }
        }.flatMap { $0 }
    }

    /// Reads a nested message, if the field is there.
    mutating func message<Message>(_ field: String, _ read: (inout SpecReader) -> Message) -> Message? {
        guard let value = value(field) else { return nil }
        return nested(value, field, read)
    }

    /// Reads a map of messages.
    mutating func map<Message>(_ field: String, _ read: (inout SpecReader) -> Message) -> [String: Message] {
        var result: [String: Message] = [:]
        // Sorted, so that problems come in a stable order.
        for (key, value) in members(field).sorted(by: { $0.key < $1.key }) {
            result[key] = nested(value, field + "." + key, read)
        }
        return result
    }

    /// Reads a list of messages.
    mutating func list<Message>(_ field: String, _ read: (inout SpecReader) -> Message) -> [Message] {
        elements(field).enumerated().map { nested($1, "\(field)[\($0)]", read) }
    }

    private mutating func nested<Message>(
        _ value: JSONValue, _ field: String, _ read: (inout SpecReader) -> Message
    ) -> Message {
        var reader = SpecReader(value, path: place(field))
        let message = read(&reader)
        problems += reader.problems
        return message
    }

    private mutating func take<Value>(
        _ field: String, _ expected: String, _ convert: (JSONValue) -> Value?
    ) -> Value? {
        guard let found = value(field) else { return nil }
        if let converted = convert(found) { return converted }
        report(field, "expected \(expected), found \(found.kindDescription)")
        return nil
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            if character.isUppercase { result.append("_") }
            result.append(contentsOf: character.lowercased())
        }
    }
}
