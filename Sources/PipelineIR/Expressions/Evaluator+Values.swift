import Model

extension Expression.Evaluator {
    /// Turns JSON into a value, each part of it a step.
    mutating func converted(_ json: JSONValue, at position: Int) throws(Fault) -> Value {
        try spend(1, at: position)
        switch json {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let value): return .double(value)
        case .string(let value): return .string(value)
        case .array(let elements):
            var values: [Value] = []
            for element in elements { values.append(try converted(element, at: position)) }
            return .list(values)
        case .object(let members):
            var map: [Key: Value] = [:]
            for (name, member) in members { map[.string(name)] = try converted(member, at: position) }
            return .map(map)
        }
    }

    /// Turns a value into JSON, each part of it a step.
    /// - Throws: `Fault` for infinities and what is not a number.
    mutating func json(_ value: Value, at position: Int) throws(Fault) -> JSONValue {
        try spend(1, at: position)
        switch value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .number(Double(value))
        case .uint(let value): return .number(Double(value))
        case .double(let value):
            guard value.isFinite else {
                throw Fault(position, "the result is \(value), a number that JSON does not have")
            }
            return .number(value)
        case .string(let value): return .string(value)
        case .list(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try json(element, at: position)) }
            return .array(values)
        case .map(let entries):
            var members: [String: JSONValue] = [:]
            for (key, entry) in entries { members[key.text] = try json(entry, at: position) }
            return .object(members)
        }
    }

    /// The key of a map that a value stands for.
    func key(_ value: Value, at position: Int) throws(Fault) -> Key {
        guard let key = Key(value) else {
            throw Fault(position, "expected a key (a string, a whole number, true or false), found \(value)")
        }
        return key
    }

    /// `range[selector]`, and `range.name`.
    func element(
        _ selector: Value,
        of range: Value,
        at position: Int
    ) throws(Fault) -> Value {
        switch range {
        case .map(let entries):
            let key = try self.key(selector, at: position)
            guard let value = entries[key] else {
                let known = entries.keys.map(\.text).sorted().joined(separator: ", ")
                throw Fault(position, "there is no '\(key.text)'; there are: \(shortened(known, to: 300))")
            }
            return value
        case .list(let elements):
            switch Key(selector) {
            case .int(let index):
                guard let place = Int(exactly: index), elements.indices.contains(place) else {
                    throw Fault(position, "there is no element \(index); the list has \(elements.count)")
                }
                return elements[place]
            case .bool, .uint, .string, nil:
                throw Fault(position, "expected the number of an element of a list, found \(selector)")
            }
        case .null, .bool, .int, .uint, .double, .string:
            throw Fault(position, "expected a map or a list before \(selector), found \(range)")
        }
    }

    /// Whether a map has a member.
    func has(
        _ name: String,
        _ map: Value,
        at position: Int
    ) throws(Fault) -> Value {
        guard case .map(let entries) = map else {
            throw Fault(position, "'has' looks for '\(name)' in a map, found \(map)")
        }
        return .bool(entries[.string(name)] != nil)
    }

    /// `item in range`: among the elements of a list, or the keys of a map.
    mutating func contains(
        _ item: Value,
        in range: Value,
        at position: Int
    ) throws(Fault) -> Bool {
        switch range {
        case .list(let elements):
            for element in elements where try equal(item, element, at: position) { return true }
            return false
        case .map(let entries):
            // A fraction may be looked for, but nothing is found under it.
            if case .double = item, Key(item) == nil { return false }
            return entries[try key(item, at: position)] != nil
        case .null, .bool, .int, .uint, .double, .string:
            throw Fault(position, "expected a list or a map after 'in', found \(range)")
        }
    }

    /// Whether two values are equal; values of different types are not, but numbers are by their value.
    mutating func equal(
        _ left: Value,
        _ right: Value,
        at position: Int
    ) throws(Fault) -> Bool {
        try spend(1, at: position)
        switch (left, right) {
        case (.null, .null): return true
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) where try !equal(left, right, at: position) { return false }
            return true
        case (.map(let left), .map(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in left {
                guard let other = right[key], try equal(value, other, at: position) else { return false }
            }
            return true
        case (.string(let text), .string):
            try spend(steps(for: text), at: position)
            return Value.order(left, right) == .equal
        default: return Value.order(left, right) == .equal
        }
    }

    /// `==`, `!=` and the four orders.
    mutating func compare(
        _ comparison: Comparison,
        _ left: Value,
        _ right: Value,
        at position: Int
    ) throws(Fault) -> Bool {
        switch comparison {
        case .equal: return try equal(left, right, at: position)
        case .notEqual: return try !equal(left, right, at: position)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: break
        }
        if case .string(let text) = left { try spend(steps(for: text), at: position) }
        guard let order = Value.order(left, right) else {
            throw Fault(
                position,
                "'\(comparison.rawValue)' expects two values of one type, found \(left) and \(right)"
            )
        }
        return switch comparison {
        case .less: order == .less
        case .lessOrEqual: order == .less || order == .equal
        case .greater: order == .greater
        case .greaterOrEqual: order == .greater || order == .equal
        case .equal: order == .equal
        case .notEqual: order != .equal
        }
    }
}
