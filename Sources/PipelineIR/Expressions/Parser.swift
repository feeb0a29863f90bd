import Model

extension Expression {
    /// Reads an expression, each operator by how strongly it binds.
    struct Parser {
        // For the extensions, which do not see what lies around the type.
        typealias Calculation = Expression.Calculation
        typealias Comparison = Expression.Comparison
        typealias Fault = Expression.Fault
        typealias Function = Expression.Function
        typealias Macro = Expression.Macro
        typealias Node = Expression.Node
        typealias Reference = Expression.Reference
        typealias Token = Expression.Token

        let scalars: [Unicode.Scalar]
        let tokens: [Token]
        var index = 0
        /// Constant paths found so far.
        var readings: [Reading] = []
        /// Variables of the macros around this place, the innermost last.
        var locals: [String] = []
        private var nesting = 0

        init(_ text: String) throws(Fault) {
            var lexer = try Lexer(text)
            tokens = try lexer.tokens()
            scalars = lexer.scalars
        }

        /// The word at hand; past the last one there is always the end.
        var token: Token { tokens[min(index, tokens.count - 1)] }

        /// The whole text as one expression.
        mutating func whole() throws(Fault) -> (root: Node, readings: [Reading]) {
            let root = try expression()
            guard case .end = token.kind else {
                throw Fault(token.range.lowerBound, "expected an operator or the end, \(found)\(quotingHint)")
            }
            return (root, readings)
        }

        /// An expression whose operators bind at least as strongly as `power`.
        mutating func expression(_ power: Power = .choice) throws(Fault) -> Node {
            nesting += 1
            defer { nesting -= 1 }
            if nesting > Limits.expressionNestingMax {
                throw tooDeep(token.range.lowerBound, Limits.expressionNestingMax)
            }
            var left = try prefix()
            while let infix = Infix(token), infix.power >= power {
                index += 1
                left = try operation(infix, left)
            }
            return left
        }

        private mutating func operation(_ infix: Infix, _ left: Node) throws(Fault) -> Node {
            let position = left.position
            switch infix {
            case .choice:
                let met = try expression()
                try expect(":", "after the first choice of '?'")
                return try node(position, .choice(left, then: met, else: try expression()))
            case .any:
                return try node(position, .any(try chain(from: left, by: "||", .all)))
            case .all:
                return try node(position, .all(try chain(from: left, by: "&&", .relation)))
            case .contained:
                return try node(position, .contained(left, in: try expression(.sum)))
            case .compare(let comparison):
                return try node(position, .compare(comparison, left, try expression(.sum)))
            case .calculate(let calculation):
                let next: Power = infix.power == .sum ? .product : .prefix
                return try node(position, .calculate(calculation, left, try expression(next)))
            }
        }

        /// All operands of a row of the same operator, so that a long row is not deep.
        private mutating func chain(
            from first: Node,
            by symbol: String,
            _ power: Power
        ) throws(Fault) -> [Node] {
            var operands = [first]
            repeat { operands.append(try expression(power)) } while take(symbol)
            return operands
        }

        private mutating func prefix() throws(Fault) -> Node {
            let start = token.range.lowerBound
            if take("!") { return try node(start, .not(try expression(.prefix))) }
            if take("-") {
                if case .integer(let digits) = token.kind {
                    index += 1
                    return try postfix(try integer(digits, isNegative: true, at: start))
                }
                return try node(start, .negative(try expression(.prefix)))
            }
            return try postfix(try primary())
        }

        func integer(_ digits: UInt64, isNegative: Bool, at position: Int) throws(Fault) -> Node {
            let most = isNegative ? UInt64(1) << 63 : UInt64(Int64.max)
            guard digits <= most else {
                throw Fault(position, "\(isNegative ? "-" : "")\(digits) does not fit an int of 64 bits")
            }
            return Node(position, .literal(.int(Int64(bitPattern: isNegative ? 0 &- digits : digits))))
        }

        /// Makes a node, unless it lies too deep for what walks the tree later.
        func node(_ position: Int, _ form: Form) throws(Fault) -> Node {
            let node = Node(position, form)
            if node.depth > Limits.expressionDepthMax { throw tooDeep(position, Limits.expressionDepthMax) }
            return node
        }

        private func tooDeep(_ position: Int, _ most: Int) -> Fault {
            Fault(
                position,
                "more than \(most) parts lie within each other; make it simpler"
            )
        }
    }
}

extension Expression.Parser {
    /// Steps over this operator or bracket, if it is at hand.
    mutating func take(_ symbol: String) -> Bool {
        guard token.isSymbol(symbol) else { return false }
        index += 1
        return true
    }

    /// Steps over this operator or bracket.
    /// - Throws: `Fault` if something else is at hand.
    mutating func expect(_ symbol: String, _ place: String) throws(Fault) {
        if take(symbol) { return }
        throw Fault(token.range.lowerBound, "expected '\(symbol)' \(place), \(found)\(quotingHint)")
    }

    /// The word at hand, for messages.
    var found: String {
        if case .end = token.kind { return "found the end" }
        let text = String(String.UnicodeScalarView(scalars[token.range]))
        return "found \(shortened(text, to: 40))"
    }

    /// Says what is the matter where a string is directly followed by a word: a quote within it.
    var quotingHint: String {
        guard index > 0, tokens[index - 1].range.upperBound == token.range.lowerBound,
            let before = tokens[index - 1].string
        else { return "" }
        if before.hasSuffix("inputs.parameter_values[") {
            return
                "; the KFP compiler writes this where a parameter is compared with a value of another"
                + " type: compare it with a value of its own type"
        }
        return "; a quote within a string is written \\' or \\\""
    }

    /// How strongly operators bind, weakest first.
    enum Power: Int, Comparable {
        case choice
        case any
        case all
        case relation
        case sum
        case product
        case prefix

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// An operator between two operands.
    enum Infix {
        case choice
        case any
        case all
        case contained
        case compare(Comparison)
        case calculate(Calculation)

        init?(_ token: Token) {
            guard case .symbol(let text) = token.kind else { return nil }
            switch text {
            case "?": self = .choice
            case "||": self = .any
            case "&&": self = .all
            case "in": self = .contained
            default:
                if let comparison = Comparison(rawValue: text) {
                    self = .compare(comparison)
                } else if let calculation = Calculation(rawValue: text) {
                    self = .calculate(calculation)
                } else {
                    return nil
                }
            }
        }

        var power: Power {
            switch self {
            case .choice: .choice
            case .any: .any
            case .all: .all
            case .contained, .compare: .relation
            case .calculate(.add), .calculate(.subtract): .sum
            case .calculate(.multiply), .calculate(.divide), .calculate(.remainder): .product
            }
        }
    }
}
