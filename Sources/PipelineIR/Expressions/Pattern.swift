import Model

extension Expression {
    /// A regular expression, for `matches`, that takes time in proportion to the text for every pattern.
    ///
    /// It follows all ways through the pattern at once, one character of the text after the other, and never
    /// goes back; Swift's own `Regex` does, which a pattern like `(a+)+b` turns into hours.
    /// Source: RE2 syntax, without flags, named groups, Unicode classes and multiple lines.
    struct Pattern: Sendable {
        /// What to do at one place of the pattern.
        enum Instruction: Sendable {
            /// Takes one character of a set.
            case take(ScalarSet)
            /// Goes on at both places.
            case fork(Int, Int)
            case jump(Int)
            case anchor(Anchor)
            case match
        }

        /// A place in the text, rather than a character.
        enum Anchor: Sendable {
            case start
            case end
            case wordBoundary
            case noWordBoundary
        }

        /// What is wrong with a pattern.
        struct Problem: Error {
            let text: String
        }

        private let program: [Instruction]
        private let weight: Int

        /// Reads a pattern.
        /// - Throws: ``Problem`` for what is no pattern, is not supported, or is too large.
        init(_ pattern: String) throws(Problem) {
            var parser = PatternParser(pattern)
            var compiler = PatternCompiler()
            try compiler.add(try parser.whole())
            program = compiler.program + [.match]
            weight = compiler.weight
        }

        /// An upper bound of the work for a text, in simple comparisons.
        func work(for text: String) -> Int { (text.unicodeScalars.count + 1) * weight }

        /// Whether the pattern matches some part of the text.
        func matches(in text: String) -> Bool {
            var ways = Ways(places: program.count)
            var next = Ways(places: program.count)
            var before: Unicode.Scalar?
            for scalar in text.unicodeScalars {
                if follow(0, before, scalar, &ways) { return true }
                next.removeAll()
                for place in ways.waiting {
                    guard case .take(let set) = program[place], set.contains(scalar) else { continue }
                    // Followed in the next round: anchors ask for the character after it.
                    next.pending.append(place + 1)
                }
                swap(&ways, &next)
                before = scalar
            }
            return follow(0, before, nil, &ways)
        }

        /// Goes on from a place, and from all pending ones, until each way waits for a character.
        /// - Returns: whether a way came to the end of the pattern.
        private func follow(
            _ start: Int,
            _ before: Unicode.Scalar?,
            _ after: Unicode.Scalar?,
            _ ways: inout Ways
        ) -> Bool {
            ways.pending.append(start)
            while let place = ways.pending.popLast() {
                guard ways.visit(place) else { continue }
                switch program[place] {
                case .take: ways.waiting.append(place)
                case .fork(let first, let second):
                    ways.pending.append(second)
                    ways.pending.append(first)
                case .jump(let target): ways.pending.append(target)
                case .anchor(let anchor):
                    if anchor.holds(between: before, and: after) { ways.pending.append(place + 1) }
                case .match: return true
                }
            }
            return false
        }
    }

    /// The places of a pattern that have been reached at one place of the text.
    private struct Ways {
        var pending: [Int] = []
        var waiting: [Int] = []
        private var visited: [Bool]

        init(places: Int) {
            visited = Array(repeating: false, count: places)
        }

        mutating func visit(_ place: Int) -> Bool {
            if visited[place] { return false }
            visited[place] = true
            return true
        }

        mutating func removeAll() {
            pending.removeAll(keepingCapacity: true)
            waiting.removeAll(keepingCapacity: true)
            for place in visited.indices { visited[place] = false }
        }
    }
}

extension Expression.Pattern.Anchor {
    fileprivate func holds(between before: Unicode.Scalar?, and after: Unicode.Scalar?) -> Bool {
        let isBoundary = (before?.continuesName ?? false) != (after?.continuesName ?? false)
        return switch self {
        case .start: before == nil
        case .end: after == nil
        case .wordBoundary: isBoundary
        case .noWordBoundary: !isBoundary
        }
    }
}
