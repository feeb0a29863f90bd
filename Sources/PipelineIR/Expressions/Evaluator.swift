import Model

extension Expression {
    /// Works out the value of an expression, part by part, in a bounded number of steps.
    struct Evaluator {
        // For the extensions, which do not see what lies around the type.
        typealias Calculation = Expression.Calculation
        typealias Comparison = Expression.Comparison
        typealias Fault = Expression.Fault
        typealias Function = Expression.Function
        typealias Key = Expression.Key
        typealias Macro = Expression.Macro
        typealias Node = Expression.Node
        typealias Value = Expression.Value

        private let variables: [String: JSONValue]
        private var locals: [(name: String, value: Value)] = []
        private var stepsLeft = Limits.expressionStepsMax

        init(_ variables: [String: JSONValue]) {
            self.variables = variables
        }

        /// The value of a part.
        mutating func value(of node: Node) throws(Fault) -> Value {
            try spend(1, at: node.position)
            switch node.form {
            case .literal(let value): return value
            case .read(let reference): return try read(reference, at: node.position)
            case .local(let name): return try local(name, at: node.position)
            case .list(let nodes): return .list(try values(of: nodes))
            case .map(let entries): return try map(entries)
            case .field(let of, let name):
                return try element(.string(name), of: try value(of: of), at: node.position)
            case .element(let of, let at):
                return try element(try value(of: at), of: try value(of: of), at: at.position)
            case .has(let of, let name): return try has(name, try value(of: of), at: node.position)
            case .not(let inner): return .bool(try !truth(of: inner))
            case .negative(let inner): return try Value.negated(try value(of: inner), at: node.position)
            case .all(let nodes): return .bool(try decided(by: false, nodes))
            case .any(let nodes): return .bool(try decided(by: true, nodes))
            case .compare(let comparison, let left, let right):
                return .bool(
                    try compare(comparison, try value(of: left), try value(of: right), at: node.position)
                )
            case .calculate(let calculation, let left, let right):
                return try calculate(
                    calculation,
                    try value(of: left),
                    try value(of: right),
                    at: node.position
                )
            case .contained(let item, let range):
                return .bool(try contains(try value(of: item), in: try value(of: range), at: node.position))
            case .choice(let condition, let met, let otherwise):
                return try value(of: try truth(of: condition) ? met : otherwise)
            case .call(let function, let nodes):
                return try call(function, try values(of: nodes), at: node.position)
            case .each(let macro, let of, let variable, let bodies):
                return try each(macro, try value(of: of), variable, bodies, at: of.position)
            }
        }

        /// Takes steps from what may still be done. Texts count by their length, see ``steps(for:)``.
        mutating func spend(_ steps: Int, at position: Int) throws(Fault) {
            stepsLeft -= steps
            if stepsLeft < 0 {
                throw Fault(position, "it took more than \(Limits.expressionStepsMax) steps and was stopped")
            }
        }

        /// What looking through a text costs.
        func steps(for text: String) -> Int { text.utf8.count / 64 }

        private mutating func values(of nodes: [Node]) throws(Fault) -> [Value] {
            var values: [Value] = []
            for node in nodes { values.append(try value(of: node)) }
            return values
        }

        private mutating func map(_ entries: [(key: Node, value: Node)]) throws(Fault) -> Value {
            var map: [Key: Value] = [:]
            for entry in entries {
                let name = try value(of: entry.key)
                if case .double = name {
                    throw Fault(entry.key.position, "\(name) is no key of a map; write int(…)")
                }
                let key = try self.key(name, at: entry.key.position)
                guard map.updateValue(try value(of: entry.value), forKey: key) == nil else {
                    throw Fault(entry.key.position, "the map has the key '\(key.text)' twice")
                }
            }
            return .map(map)
        }

        /// Whether a part is true.
        /// - Throws: ``Fault`` when it is neither true nor false.
        mutating func truth(of node: Node) throws(Fault) -> Bool {
            let value = try value(of: node)
            guard case .bool(let truth) = value else {
                throw Fault(node.position, "expected true or false, found \(value)")
            }
            return truth
        }

        /// `&&` (decided by false) and `||` (decided by true). One part that decides is enough, whatever is
        /// wrong with the others and on whichever side they stand.
        private mutating func decided(by decisive: Bool, _ nodes: [Node]) throws(Fault) -> Bool {
            var verdict = Verdict(decisive)
            for node in nodes {
                do throws(Fault) { verdict.add(try truth(of: node)) } catch { verdict.add(error) }
                if verdict.isDecided { return decisive }
            }
            return try verdict.result()
        }

        /// Runs `body` with a variable of a macro.
        mutating func with<Result>(
            _ name: String,
            _ value: Value,
            _ body: (inout Self) throws(Fault) -> Result
        ) throws(Fault) -> Result {
            locals.append((name, value))
            defer { locals.removeLast() }
            return try body(&self)
        }

        private func local(_ name: String, at position: Int) throws(Fault) -> Value {
            guard let local = locals.last(where: { $0.name == name }) else {
                throw Fault(position, "there is no variable '\(name)' here")
            }
            return local.value
        }

        private mutating func read(_ reference: Reference, at position: Int) throws(Fault) -> Value {
            guard var json = variables[reference.root] else {
                let known = variables.keys.sorted().joined(separator: ", ")
                throw Fault(position, "there is no variable '\(reference.root)'; there are: \(known)")
            }
            for (count, step) in reference.steps.enumerated() {
                guard let next = step.value(in: json) else {
                    let path = Reference(reference.root, Array(reference.steps.prefix(count)))
                    throw Fault(position, json.missing(step, path.description))
                }
                json = next
            }
            return try converted(json, at: position)
        }
    }
}

extension JSONValue {
    /// Says that a step leads nowhere from this value, and where one could go.
    fileprivate func missing(_ step: Expression.Reference.Step, _ path: String) -> String {
        switch (self, step) {
        case (.object(let members), .field(let name)), (.object(let members), .key(let name)):
            "\(path) has no '\(name)'; it has: "
                + shortened(members.keys.sorted().joined(separator: ", "), to: 300)
        case (.array(let elements), .index(let index)):
            "\(path) has no element \(index); it has \(elements.count)"
        case (_, .index(let index)):
            "\(path) is \(kindDescription), which has no element \(index)"
        case (_, .field(let name)), (_, .key(let name)):
            "\(path) is \(kindDescription), which has no '\(name)'"
        }
    }
}
