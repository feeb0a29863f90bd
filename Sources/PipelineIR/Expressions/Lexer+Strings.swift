extension Expression.Lexer {
    /// Reads a string in any of its forms: `'…'`, `"…"`, `'''…'''`, `"""…"""`, and raw with an `r` before it.
    /// - Returns: `nil` when no string starts here.
    mutating func string() throws(Fault) -> String? {
        let start = position
        var offset = 0
        if let prefix = peek(), prefix == "r" || prefix == "R" { offset = 1 }
        guard let quote = peek(offset), quote == "'" || quote == "\"" else {
            try refuseBytes()
            return nil
        }
        position += offset
        let triple = String(repeating: Character(quote), count: 3)
        let end = sees(triple) ? triple : String(quote)
        position += end.unicodeScalars.count
        return try content(until: end, isRaw: offset == 1, from: start)
    }

    private func refuseBytes() throws(Fault) {
        let text = String(String.UnicodeScalarView(scalars[position...].prefix(3))).lowercased()
        if ["b'", "b\"", "br'", "br\"", "rb'", "rb\""].contains(where: text.hasPrefix) {
            throw Fault(position, "found bytes, which JSON does not have; use a string")
        }
    }

    private mutating func content(
        until end: String,
        isRaw: Bool,
        from start: Int
    ) throws(Fault) -> String {
        var content = String.UnicodeScalarView()
        while let scalar = peek() {
            if sees(end) {
                position += end.unicodeScalars.count
                return String(content)
            }
            if end.unicodeScalars.count == 1, scalar == "\n" || scalar == "\r" {
                throw Fault(
                    position,
                    "found the end of the line in a string; write \\n, or three quotes around the string"
                )
            }
            position += 1
            content.append(scalar == "\\" && !isRaw ? try escaped() : scalar)
        }
        let followsName = start > 0 && scalars[start - 1].continuesName
        let advice = followsName ? "; a quote within a string is written \\' or \\\"" : ""
        throw Fault(start, "the string that starts here has no end; expected \(end)\(advice)")
    }

    /// Reads what follows a backslash.
    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard let scalar = peek() else { throw Fault(position, "found the end after a backslash") }
        position += 1
        switch scalar {
        case "\\", "'", "\"", "`", "?": return scalar
        case "a": return "\u{07}"
        case "b": return "\u{08}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "x", "X": return try numbered(digits: 2, radix: 16)
        case "u": return try numbered(digits: 4, radix: 16)
        case "U": return try numbered(digits: 8, radix: 16)
        case "0"..."3":
            position -= 1
            return try numbered(digits: 3, radix: 8)
        default:
            throw Fault(
                position - 2,
                "'\\' before \(scalar.described) is no escape; write \\\\ for a backslash,"
                    + " or r before the string"
            )
        }
    }

    private mutating func numbered(digits count: Int, radix: Int) throws(Fault) -> Unicode.Scalar {
        let digits = scalars[position...].prefix(count)
        let text = String(String.UnicodeScalarView(digits))
        guard digits.count == count, digits.allSatisfy(\.isHexadecimalDigit),
            let number = UInt32(text, radix: radix), let scalar = Unicode.Scalar(number)
        else { throw Fault(position, "found '\(text)', expected \(count) digits that name a character") }
        position += count
        return scalar
    }
}
