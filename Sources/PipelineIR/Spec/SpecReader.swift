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
    /// What was not read of the messages within this one, by its full path.
    private(set) var unknownWithin: [String: JSONValue] = [:]

    init(_ value: JSONValue, path: String) {
        self.path = path
        if let object = value.object {
            members = object
        } else {
            members = [:]
            if value != .null {
                problems.append(SpecProblem(path, "expected an object, found \(value.kindDescription)"))
            }
        }
    }

    /// The members that were not read.
    var unknown: [String: JSONValue] { members }

    /// The members that were not read, here and in every message within this one, by full path.
    var unknownByPath: [String: JSONValue] {
        members.reduce(into: unknownWithin) { $0[place($1.key)] = $1.value }
    }

    mutating func add(_ problems: [SpecProblem]) {
        self.problems += problems
    }

    /// Records that something is wrong with a field.
    mutating func report(_ field: String, _ message: String) {
        problems.append(SpecProblem(place(field), message))
    }

    /// The path of a field; the message's own path for an empty one.
    func place(_ field: String) -> String {
        if field.isEmpty { return path }
        return path.isEmpty ? field : path + "." + field
    }

    /// Whether a field is already known to be wrong, so that nobody calls it missing as well.
    func hasProblem(at path: String) -> Bool { problems.contains { $0.path == path } }

    /// Takes a field as it is; `null` counts as absent.
    mutating func value(_ field: String) -> JSONValue? {
        guard !members.isEmpty else { return nil }
        let found = members.removeValue(forKey: field) ?? members.removeValue(forKey: Self.snakeCase(field))
        return found == .null ? nil : found
    }

    mutating func string(_ field: String) -> String? {
        take(field, "a string") { $0.string }
    }

    /// A string that is not empty; an empty one counts as absent, as in protobuf.
    mutating func text(_ field: String) -> String? {
        string(field).flatMap { $0.isEmpty ? nil : $0 }
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

    /// An integer that must lie in a range; one outside of it is reported and counts as absent.
    mutating func integer(_ field: String, in range: ClosedRange<Int>) -> Int? {
        guard let found = integer(field) else { return nil }
        if range.contains(found) { return found }
        report(field, "expected \(range.lowerBound) to \(range.upperBound), found \(found)")
        return nil
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

    /// A map of strings to strings.
    mutating func texts(_ field: String) -> [String: String] {
        message(field) { $0.takeTexts() } ?? [:]
    }

    /// Takes every member that is left as a string.
    mutating func takeTexts() -> [String: String] {
        var result: [String: String] = [:]
        for key in members.keys.sorted() { result[key] = string(key) }
        return result
    }

    /// Takes every member that is left as it is.
    mutating func takeAll() -> [String: JSONValue] {
        defer { members = [:] }
        return members
    }

    /// One of a closed set of words; any other word is reported and counts as absent.
    mutating func choice<Choice>(_ field: String) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        text(field).flatMap { choice($0, at: field) }
    }

    /// A list of words from a closed set.
    mutating func choices<Choice>(_ field: String) -> [Choice]
    where Choice: RawRepresentable<String> & CaseIterable {
        strings(field).enumerated().compactMap { choice($1, at: "\(field)[\($0)]") }
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

    private mutating func choice<Choice>(_ word: String, at field: String) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        if let choice = Choice(rawValue: word) { return choice }
        let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        report(field, "expected one of \(allowed), found '\(word.prefix(100))'")
        return nil
    }

    private mutating func nested<Message>(
        _ value: JSONValue,
        _ field: String,
        _ read: (inout SpecReader) -> Message
    ) -> Message {
        var reader = SpecReader(value, path: place(field))
        let message = read(&reader)
        problems += reader.problems
        unknownWithin.merge(reader.unknownByPath) { _, new in new }
        return message
    }

    private mutating func take<Value>(
        _ field: String,
        _ expected: String,
        _ convert: (JSONValue) -> Value?
    ) -> Value? {
        guard let found = value(field) else { return nil }
        if let converted = convert(found) { return converted }
        report(field, "expected \(expected), found \(found.kindDescription)")
        return nil
    }

    /// - Parameter name: of a field, in ASCII. Asking each character what Unicode says of it would cost more than the rest of
    ///   reading a spec.
    private static func snakeCase(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 8)
        for byte in name.utf8 {
            let isUppercase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            if isUppercase { bytes.append(UInt8(ascii: "_")) }
            bytes.append(isUppercase ? byte | 0x20 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
