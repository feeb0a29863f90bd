extension Expression.Parser {
    /// A constant, a name, a call, a list, a map, or an expression in parentheses.
    mutating func primary() throws(Fault) -> Node {
        let start = token.range.lowerBound
        switch token.kind {
        case .literal(let value):
            index += 1
            return Node(start, .literal(value))
        case .integer(let digits):
            index += 1
            return try integer(digits, isNegative: false, at: start)
        case .identifier(let name):
            index += 1
            return try named(name, at: start)
        case .symbol("("):
            index += 1
            let inner = try expression()
            try expect(")", "for the '(' at column \(start + 1)")
            return inner
        case .symbol("["):
            index += 1
            return try node(start, .list(try items(until: "]", from: start)))
        case .symbol("{"):
            index += 1
            return try map(from: start)
        case .symbol, .end:
            throw Fault(start, "expected a value, \(found)")
        }
    }

    /// What may follow an operand: fields, elements, calls of functions and macros on it.
    mutating func postfix(_ operand: Node) throws(Fault) -> Node {
        var operand = operand
        while true {
            let position = operand.position
            if token.isSymbol("[") {
                let bracket = token.range.lowerBound
                index += 1
                let element = try expression()
                try expect("]", "for the '[' at column \(bracket + 1)")
                operand = try node(position, .element(of: operand, at: element))
            } else if take(".") {
                let (name, start) = try fieldName()
                if token.isSymbol("(") {
                    index += 1
                    operand = try call(name, on: operand, at: start)
                } else {
                    operand = try node(position, .field(of: operand, name: name))
                }
            } else {
                return operand
            }
        }
    }

    private mutating func fieldName() throws(Fault) -> (name: String, start: Int) {
        let start = token.range.lowerBound
        guard let name = token.identifier else { throw Fault(start, "expected a name after '.', \(found)") }
        index += 1
        return (name, start)
    }

    private mutating func items(until end: String, from start: Int) throws(Fault) -> [Node] {
        var items: [Node] = []
        while !take(end) {
            items.append(try expression())
            if !take(",") {
                try expect(end, "or ',' for the bracket at column \(start + 1)")
                break
            }
        }
        return items
    }

    private mutating func map(from start: Int) throws(Fault) -> Node {
        var entries: [(key: Node, value: Node)] = []
        while !take("}") {
            let key = try expression()
            try expect(":", "after the key of a map")
            entries.append((key, try expression()))
            if !take(",") {
                try expect("}", "or ',' for the '{' at column \(start + 1)")
                break
            }
        }
        return try node(start, .map(entries))
    }

    private mutating func named(_ name: String, at start: Int) throws(Fault) -> Node {
        if take("(") {
            return name == "has" ? try has(at: start) : try call(name, at: start)
        }
        if locals.contains(name) { return Node(start, .local(name)) }
        let reference = path(from: name)
        readings.append(.init(reference: reference, range: start..<tokens[index - 1].range.upperBound))
        return Node(start, .read(reference))
    }

    /// Goes on from a variable for as long as the steps are constants.
    private mutating func path(from root: String) -> Reference {
        var steps: [Reference.Step] = []
        while index + 2 < tokens.count {
            if token.isSymbol("."), let name = tokens[index + 1].identifier, !tokens[index + 2].isSymbol("(")
            {
                steps.append(.field(name))
                index += 2
            } else if token.isSymbol("["), tokens[index + 2].isSymbol("]"),
                let step = constantStep(tokens[index + 1].kind)
            {
                steps.append(step)
                index += 3
            } else {
                break
            }
        }
        return Reference(root, steps)
    }

    private func constantStep(_ kind: Token.Kind) -> Reference.Step? {
        switch kind {
        case .literal(.string(let key)): .key(key)
        case .integer(let digits): Int(exactly: digits).map { .index($0) }
        case .literal, .identifier, .symbol, .end: nil
        }
    }

    private mutating func has(at start: Int) throws(Fault) -> Node {
        let operand = try expression()
        try expect(")", "after the field of 'has'")
        switch operand.form {
        case .field(let of, let name):
            return try node(start, .has(of, name: name))
        case .read(let reference):
            if case .field(let name) = reference.steps.last, let parent = reference.parent {
                return try node(start, .has(Node(operand.position, .read(parent)), name: name))
            }
        default: break
        }
        throw Fault(operand.position, "expected a field in 'has', as in has(a.b)")
    }
}

extension Expression.Parser {
    /// A function that stands alone, after its parenthesis.
    private mutating func call(_ name: String, at start: Int) throws(Fault) -> Node {
        guard let function = Function(rawValue: name), function.standsAlone else {
            let known = Function.allCases.filter(\.standsAlone).map(\.rawValue) + ["has"]
            throw Fault(start, "there is no function '\(name)'; there are \(known.joined(separator: ", "))")
        }
        return try call(function, try items(until: ")", from: start), at: start)
    }

    /// A function or a macro on an operand, after its parenthesis.
    private mutating func call(
        _ name: String,
        on operand: Node,
        at start: Int
    ) throws(Fault) -> Node {
        if let macro = Macro(rawValue: name) { return try each(macro, of: operand, at: start) }
        guard let function = Function(rawValue: name), function.takesReceiver else {
            let known =
                Function.allCases.filter(\.takesReceiver).map(\.rawValue)
                + Macro.allCases.map(\.rawValue)
            throw Fault(start, "there is no function '.\(name)'; there are \(known.joined(separator: ", "))")
        }
        return try call(function, [operand] + (try items(until: ")", from: start)), at: start)
    }

    private func call(
        _ function: Function,
        _ arguments: [Node],
        at start: Int
    ) throws(Fault) -> Node {
        guard arguments.count == function.arity else {
            throw Fault(
                start,
                "'\(function.rawValue)' takes \(function.arity), what stands before it included,"
                    + " found \(arguments.count)"
            )
        }
        return try node(start, .call(function, arguments))
    }

    private mutating func each(
        _ macro: Macro,
        of range: Node,
        at start: Int
    ) throws(Fault) -> Node {
        guard let variable = token.identifier else {
            throw Fault(
                token.range.lowerBound,
                "expected the name of a variable for '\(macro.rawValue)', \(found)"
            )
        }
        index += 1
        try expect(",", "after the variable of '\(macro.rawValue)'")
        locals.append(variable)
        defer { locals.removeLast() }
        let bodies = try items(until: ")", from: start)
        guard macro.bodies.contains(bodies.count) else {
            let expected = macro.bodies.count == 1 ? "one expression" : "one or two expressions"
            throw Fault(
                start,
                "'\(macro.rawValue)' takes a variable and \(expected), found \(bodies.count)"
            )
        }
        return try node(range.position, .each(macro, of: range, as: variable, bodies))
    }
}
