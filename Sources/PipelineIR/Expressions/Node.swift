extension Expression {
    /// A part of an expression and the place it starts at.
    struct Node: Sendable {
        /// Unicode scalars before it in the text.
        let position: Int
        /// Nodes from here to the deepest one below; 1 for a leaf.
        let depth: Int
        let form: Form

        init(_ position: Int, _ form: Form) {
            self.position = position
            self.form = form
            depth = 1 + (form.children.lazy.map(\.depth).max() ?? 0)
        }
    }

    /// What a part of an expression is.
    indirect enum Form: Sendable {
        case literal(Value)
        /// A path of constants from a variable.
        case read(Reference)
        /// The variable of a macro around it.
        case local(String)
        case list([Node])
        case map([(key: Node, value: Node)])
        case field(of: Node, name: String)
        case element(of: Node, at: Node)
        case has(Node, name: String)
        case not(Node)
        case negative(Node)
        /// `&&`, of two or more.
        case all([Node])
        /// `||`, of two or more.
        case any([Node])
        case compare(Comparison, Node, Node)
        case calculate(Calculation, Node, Node)
        case contained(Node, in: Node)
        case choice(Node, then: Node, else: Node)
        /// A function; a receiver is the first argument.
        case call(Function, [Node])
        case each(Macro, of: Node, as: String, [Node])

        var children: [Node] {
            switch self {
            case .literal, .read, .local: []
            case .list(let nodes), .all(let nodes), .any(let nodes), .call(_, let nodes): nodes
            case .map(let entries): entries.flatMap { [$0.key, $0.value] }
            case .field(let node, _), .has(let node, _), .not(let node), .negative(let node): [node]
            case .element(let left, let right), .compare(_, let left, let right),
                .calculate(_, let left, let right), .contained(let left, let right):
                [left, right]
            case .choice(let condition, let met, let otherwise): [condition, met, otherwise]
            case .each(_, let range, _, let bodies): [range] + bodies
            }
        }
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    enum Calculation: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
    }

    /// What is done with each element of a list or each key of a map.
    enum Macro: String, CaseIterable, Sendable {
        case all
        case exists
        case existsOne = "exists_one"
        case map
        case filter

        /// How many expressions may follow the variable.
        var bodies: ClosedRange<Int> { self == .map ? 1...2 : 1...1 }
    }

    /// The functions of the language.
    enum Function: String, CaseIterable, Sendable {
        case size
        case startsWith
        case endsWith
        case contains
        case matches
        case lowerAscii
        case upperAscii
        case int
        case uint
        case double
        case string
        case bool
        case dyn
        case parseJson

        /// How many arguments it takes, a receiver included.
        var arity: Int {
            switch self {
            case .startsWith, .endsWith, .contains, .matches: 2
            case .size, .lowerAscii, .upperAscii, .int, .uint, .double, .string, .bool, .dyn, .parseJson: 1
            }
        }

        /// Whether it may be written `x.name(…)`.
        var takesReceiver: Bool {
            switch self {
            case .size, .startsWith, .endsWith, .contains, .matches, .lowerAscii, .upperAscii: true
            case .int, .uint, .double, .string, .bool, .dyn, .parseJson: false
            }
        }

        /// Whether it may be written `name(x, …)`.
        var standsAlone: Bool {
            switch self {
            case .size, .matches, .int, .uint, .double, .string, .bool, .dyn, .parseJson: true
            case .startsWith, .endsWith, .contains, .lowerAscii, .upperAscii: false
            }
        }
    }
}
