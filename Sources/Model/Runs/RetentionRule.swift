/// Which finished runs of an experiment are kept; a server has one for all experiments, and each may differ.
package struct RetentionRule: Hashable, Sendable {
    /// How far a rule goes.
    package enum Bound<Value: Hashable & Sendable>: Hashable, Sendable {
        /// Everything is kept.
        case unlimited
        /// What lies beyond may go.
        case atMost(Value)
    }

    /// How long runs are kept after their end, longer than 0; `nil` for what the server says.
    package var age: Bound<Duration>?
    /// How many finished runs are kept, the newest, from 1 up; `nil` for what the server says.
    package var count: Bound<Int>?

    /// Makes a rule.
    package init(age: Bound<Duration>? = nil, count: Bound<Int>? = nil) {
        self.age = age
        self.count = count
    }

    /// This rule, with that of the server where this one says nothing.
    package func completed(by general: RetentionRule) -> RetentionRule {
        RetentionRule(age: age ?? general.age, count: count ?? general.count)
    }
}

extension RetentionRule.Bound<Duration> {
    /// Reads an age such as `30d`, or `forever`; `nil` for anything else.
    package init?(ageText text: String) {
        if text == "forever" {
            self = .unlimited
        } else if let duration = Duration(text: text), duration > .zero {
            self = .atMost(duration)
        } else {
            return nil
        }
    }

    /// The age as ``init(ageText:)`` reads it.
    package var ageText: String {
        switch self {
        case .unlimited: "forever"
        case .atMost(let duration): duration.exactText
        }
    }
}

extension RetentionRule.Bound<Int> {
    /// Reads a number from 1 up, or `all`; `nil` for anything else.
    package init?(countText text: String) {
        if text == "all" {
            self = .unlimited
        } else if let count = Int(text), count > 0, text.allSatisfy(\.isNumber) {
            self = .atMost(count)
        } else {
            return nil
        }
    }

    /// The number as ``init(countText:)`` reads it.
    package var countText: String {
        switch self {
        case .unlimited: "all"
        case .atMost(let count): String(count)
        }
    }
}

extension RetentionRule {
    /// `{"age": "30d", "count": "100"}`, with `forever` and `all` for no bound; what the server decides is left out.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["age"] = age.map { .string($0.ageText) }
        members["count"] = count.map { .string($0.countText) }
        return .object(members)
    }

    /// Reads a rule; a number may also stand as one, and `""` is as good as nothing.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the member below `place`.
    package init(json: JSONValue, at place: String = "retention") throws {
        guard let members = json.object else {
            throw PlatformError.invalid(
                "\(place): expected an object such as {\"age\": \"30d\", \"count\": \"100\"}, found \(json.jsonText.prefix(80))"
            )
        }
        for name in members.keys.sorted() where name != "age" && name != "count" {
            throw PlatformError.invalid("\(place).\(name) is not known; known are age, count")
        }
        func text(_ name: String) -> String? {
            guard let value = members[name], value != .null, value != .string("") else { return nil }
            return value.string ?? value.jsonText
        }
        self.init()
        if let text = text("age") { age = try Self.age(text, at: "\(place).age") }
        if let text = text("count") { count = try Self.count(text, at: "\(place).count") }
    }

    /// Reads an age.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the place.
    package static func age(_ text: String, at place: String) throws -> Bound<Duration> {
        guard let age = Bound<Duration>(ageText: text) else {
            throw PlatformError.invalid(
                "\(place): expected a length of time such as 30d or 12h, or forever, found '\(text.prefix(80))'"
            )
        }
        return age
    }

    /// Reads a number of runs.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the place.
    package static func count(_ text: String, at place: String) throws -> Bound<Int> {
        guard let count = Bound<Int>(countText: text) else {
            throw PlatformError.invalid(
                "\(place): expected a whole number from 1 up, or all, found '\(text.prefix(80))'"
            )
        }
        return count
    }
}
