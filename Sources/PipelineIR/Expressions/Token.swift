extension Expression {
    /// A word of an expression and where it stands, as a range of Unicode scalars.
    struct Token: Sendable {
        let kind: Kind
        let range: Range<Int>

        enum Kind: Sendable {
            /// Anything constant but an int, which may need the sign before it.
            case literal(Value)
            /// The digits of an int; up to 2^63, of which only the negative is an int.
            case integer(UInt64)
            case identifier(String)
            /// An operator, a bracket or the word `in`.
            case symbol(String)
            case end
        }

        /// Whether it is this operator, bracket or word.
        func isSymbol(_ text: String) -> Bool {
            if case .symbol(text) = kind { true } else { false }
        }

        /// The text, if it is a string.
        var string: String? { if case .literal(.string(let text)) = kind { text } else { nil } }
        /// The name, if it is one.
        var identifier: String? { if case .identifier(let name) = kind { name } else { nil } }
    }
}
