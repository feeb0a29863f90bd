import Model

extension Expression {
    /// Reads the text of a pattern.
    struct PatternParser {
        typealias Problem = Pattern.Problem

        /// A part of a pattern.
        indirect enum Piece {
            case take(ScalarSet)
            case anchor(Pattern.Anchor)
            case sequence([Piece])
            case choice([Piece])
            /// - `most`: `nil` for any number.
            case repeated(Piece, least: Int, most: Int?)
        }

        private let scalars: [Unicode.Scalar]
        private var position = 0
        private var nesting = 0

        init(_ text: String) {
            scalars = Array(text.unicodeScalars)
        }

        /// The whole pattern.
        mutating func whole() throws(Problem) -> Piece {
            let most = Limits.patternCharactersMax
            if scalars.count > most {
                throw Problem(text: "the pattern has \(scalars.count) characters, expected at most \(most)")
            }
            let piece = try choice()
            if position < scalars.count { throw problem("found ')' without '('") }
            return piece
        }

        private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard next == scalar else { return false }
            position += 1
            return true
        }

        private func problem(_ text: String) -> Problem {
            Problem(text: "\(text) at character \(position + 1) of the pattern")
        }

        private mutating func choice() throws(Problem) -> Piece {
            nesting += 1
            defer { nesting -= 1 }
            if nesting > Limits.expressionNestingMax { throw problem("too many groups within each other") }
            var options = [try sequence()]
            while take("|") { options.append(try sequence()) }
            return options.count == 1 ? options[0] : .choice(options)
        }

        private mutating func sequence() throws(Problem) -> Piece {
            var pieces: [Piece] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                pieces.append(try repeated(try atom()))
            }
            return .sequence(pieces)
        }

        private mutating func repeated(_ piece: Piece) throws(Problem) -> Piece {
            guard let (least, most) = try counts() else { return piece }
            // Lazy or not makes no difference to whether there is a match.
            _ = take("?")
            if try counts() != nil { throw problem("found a repetition of a repetition") }
            return .repeated(piece, least: least, most: most)
        }

        /// How often what stands before is repeated; no upper bound for any number.
        private mutating func counts() throws(Problem) -> (least: Int, most: Int?)? {
            if take("*") { return (0, nil) }
            if take("+") { return (1, nil) }
            if take("?") { return (0, 1) }
            return try countsInBraces()
        }

        /// `{2}`, `{2,}`, `{2,5}`; other braces stand for themselves.
        private mutating func countsInBraces() throws(Problem) -> (least: Int, most: Int?)? {
            guard next == "{", let end = scalars[position...].firstIndex(of: "}") else { return nil }
            let text = String(String.UnicodeScalarView(scalars[(position + 1)..<end]))
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count <= 2, let first = parts.first, let least = Self.count(first) else { return nil }
            let most = parts.count == 1 ? least : parts[1].isEmpty ? nil : Self.count(parts[1])
            if parts.count == 2, !parts[1].isEmpty, most == nil { return nil }
            guard least <= 1000, most.map({ $0 <= 1000 && $0 >= least }) ?? true else {
                throw problem("expected a repetition from small to large and up to 1000, found {\(text)}")
            }
            position = end + 1
            return (least, most)
        }

        private static func count(_ text: Substring) -> Int? {
            text.unicodeScalars.allSatisfy(\.isDigit) ? Int(text) : nil
        }

        private mutating func atom() throws(Problem) -> Piece {
            if try counts() != nil { throw problem("found a repetition with nothing before it") }
            guard let scalar = next else { throw problem("expected a character") }
            position += 1
            switch scalar {
            case ".": return .take(.anyButNewline)
            case "^": return .anchor(.start)
            case "$": return .anchor(.end)
            case "(":
                if take("?"), !take(":") {
                    throw problem("groups with '(?' other than '(?:' are not supported")
                }
                let piece = try choice()
                if !take(")") { throw problem("expected ')'") }
                return piece
            case "[": return .take(try characterClass())
            case "\\": return try escaped()
            default: return .take(.one(scalar))
            }
        }

        private mutating func escaped() throws(Problem) -> Piece {
            let anchors: [Unicode.Scalar: Pattern.Anchor] = [
                "A": .start, "z": .end, "b": .wordBoundary, "B": .noWordBoundary,
            ]
            if let scalar = next, let anchor = anchors[scalar] {
                position += 1
                return .anchor(anchor)
            }
            return .take(try escapedSet())
        }

        /// What follows a backslash, as a set.
        private mutating func escapedSet() throws(Problem) -> ScalarSet {
            guard let scalar = next else { throw problem("found the end after a backslash") }
            position += 1
            if let set = ScalarSet.named(scalar) { return set }
            let controls: [Unicode.Scalar: Unicode.Scalar] = [
                "n": "\n", "t": "\t", "r": "\r", "f": "\u{0C}", "v": "\u{0B}", "a": "\u{07}",
            ]
            if let control = controls[scalar] { return .one(control) }
            if scalar.continuesName { throw problem("'\\\(scalar)' is not supported") }
            return .one(scalar)
        }

        private mutating func characterClass() throws(Problem) -> ScalarSet {
            var set = ScalarSet(isInverted: take("^"))
            var isFirst = true
            while let scalar = next, isFirst || scalar != "]" {
                isFirst = false
                position += 1
                if scalar == "[", next == ":" {
                    throw problem("named classes such as [:alpha:] are not supported")
                }
                let low = scalar == "\\" ? try escapedSet() : .one(scalar)
                guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                    set.formUnion(low)
                    continue
                }
                position += 1
                set.insert(try range(from: low))
            }
            if !take("]") { throw problem("expected ']'") }
            return set
        }

        private mutating func range(from low: ScalarSet) throws(Problem) -> ClosedRange<Unicode.Scalar> {
            guard let scalar = next else { throw problem("expected the end of a range") }
            position += 1
            let high = scalar == "\\" ? try escapedSet() : .one(scalar)
            guard let first = low.single, let last = high.single, first <= last else {
                throw problem("expected a range from a character to a later one")
            }
            return first...last
        }
    }
}

extension Expression.ScalarSet {
    /// The only character it takes, if it is one.
    fileprivate var single: Unicode.Scalar? {
        guard !isInverted, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return Unicode.Scalar(ranges[0].lowerBound)
    }
}
