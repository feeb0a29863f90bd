import Model

extension Expression {
    /// Cuts the text of an expression into words.
    struct Lexer {
        // For the extensions, which do not see what lies around the type.
        typealias Fault = Expression.Fault

        let scalars: [Unicode.Scalar]
        var position = 0

        /// - Throws: ``Fault`` for a text longer than ``Limits/expressionCharactersMax``.
        init(_ text: String) throws(Fault) {
            scalars = Array(text.unicodeScalars)
            let most = Limits.expressionCharactersMax
            guard scalars.count <= most else {
                throw Fault(most, "it has \(scalars.count) characters, expected at most \(most)")
            }
        }

        /// All words, the end last.
        mutating func tokens() throws(Fault) -> [Token] {
            var tokens: [Token] = []
            while true {
                skipSpace()
                let start = position
                let kind = try next()
                tokens.append(Token(kind: kind, range: start..<position))
                if case .end = kind { return tokens }
            }
        }

        /// The scalar `offset` places ahead.
        func peek(_ offset: Int = 0) -> Unicode.Scalar? {
            scalars.indices.contains(position + offset) ? scalars[position + offset] : nil
        }

        /// Whether the text goes on so.
        func sees(_ text: String) -> Bool { scalars[position...].starts(with: text.unicodeScalars) }

        private mutating func next() throws(Fault) -> Token.Kind {
            guard let scalar = peek() else { return .end }
            if scalar.isDigit || (scalar == "." && peek(1)?.isDigit == true) { return try number() }
            if let string = try string() { return .literal(.string(string)) }
            if scalar.startsName { return word() }
            for symbol in Self.symbols where sees(symbol) {
                position += symbol.unicodeScalars.count
                return .symbol(symbol)
            }
            throw Fault(position, unexpected(scalar))
        }

        /// The longer ones first.
        private static let symbols = [
            "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",",
            "(",
            ")", "[", "]", "{", "}",
        ]

        private func unexpected(_ scalar: Unicode.Scalar) -> String {
            switch scalar {
            case "=": "found '=', expected '=='"
            case "&", "|": "found '\(scalar)', expected '\(scalar)\(scalar)'"
            default: "found the character \(scalar.described), which means nothing here"
            }
        }

        private mutating func skipSpace() {
            while let scalar = peek() {
                if sees("//") {
                    while let comment = peek(), comment != "\n" { position += 1 }
                } else if [" ", "\t", "\n", "\r", "\u{0C}"].contains(scalar) {
                    position += 1
                } else {
                    return
                }
            }
        }

        private mutating func word() -> Token.Kind {
            let name = take { $0.continuesName }
            return switch name {
            case "true": .literal(.bool(true))
            case "false": .literal(.bool(false))
            case "null": .literal(.null)
            case "in": .symbol(name)
            default: .identifier(name)
            }
        }

        private mutating func number() throws(Fault) -> Token.Kind {
            let start = position
            let isHexadecimal = sees("0x") || sees("0X")
            if isHexadecimal { position += 2 }
            var digits = take { isHexadecimal ? $0.isHexadecimalDigit : $0.isDigit }
            var isDouble = false
            if !isHexadecimal, peek() == ".", peek(1)?.isDigit == true {
                position += 1
                digits += "." + take(while: \.isDigit)
                isDouble = true
            }
            if !isHexadecimal, let exponent = try exponent() {
                digits += exponent
                isDouble = true
            }
            if isDouble {
                try endNumber(start)
                // A fraction may stand without the zero before it.
                guard let number = Double("0" + digits) else {
                    throw Fault(start, "'\(digits)' is no double")
                }
                return .literal(.double(number))
            }
            let isUnsigned = peek() == "u" || peek() == "U"
            if isUnsigned { position += 1 }
            try endNumber(start)
            guard let number = UInt64(digits, radix: isHexadecimal ? 16 : 10) else {
                let problem =
                    digits.isEmpty ? "expected digits after '0x'" : "\(digits) does not fit in 64 bits"
                throw Fault(start, problem)
            }
            return isUnsigned ? .literal(.uint(number)) : .integer(number)
        }

        private mutating func exponent() throws(Fault) -> String? {
            guard peek() == "e" || peek() == "E" else { return nil }
            position += 1
            var exponent = "e"
            if let sign = peek(), sign == "+" || sign == "-" {
                exponent.unicodeScalars.append(sign)
                position += 1
            }
            let digits = take(while: \.isDigit)
            if digits.isEmpty { throw Fault(position, "expected the digits of an exponent") }
            return exponent + digits
        }

        private func endNumber(_ start: Int) throws(Fault) {
            guard let scalar = peek(), scalar.continuesName else { return }
            throw Fault(position, "found \(scalar.described) directly after a number, expected an operator")
        }

        private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String {
            var text = String.UnicodeScalarView()
            while let scalar = peek(), belongs(scalar) {
                text.append(scalar)
                position += 1
            }
            return String(text)
        }
    }
}

extension Unicode.Scalar {
    /// `0` to `9`, and no digit of other scripts.
    var isDigit: Bool { ("0"..."9").contains(self) }
    /// `0` to `9`, `a` to `f` in both cases.
    var isHexadecimalDigit: Bool {
        isDigit || ("a"..."f").contains(self) || ("A"..."F").contains(self)
    }
    /// Whether a name may begin with it.
    var startsName: Bool { self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    /// Whether a name may go on with it.
    var continuesName: Bool { startsName || isDigit }
    /// The scalar in a message, by its number when it cannot be seen.
    var described: String {
        value > 0x20 && value != 0x7F ? "'\(self)'" : "U+\(String(value, radix: 16, uppercase: true))"
    }
}
