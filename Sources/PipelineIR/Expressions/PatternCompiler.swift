extension Expression {
    /// Turns the parts of a pattern into a row of instructions.
    struct PatternCompiler {
        private(set) var program: [Pattern.Instruction] = []
        /// What a character of the text costs at most, in simple comparisons.
        private(set) var weight = 1

        /// Counted repetitions within each other multiply; more than this is no honest pattern.
        private static let weightMax = 10_000

        mutating func add(_ piece: PatternParser.Piece) throws(Pattern.Problem) {
            if case .take(let set) = piece { weight += set.ranges.count }
            weight += 1
            if weight > Self.weightMax {
                throw Pattern.Problem(text: "the repetitions make the pattern too large")
            }
            switch piece {
            case .take(let set): emit(.take(set))
            case .anchor(let anchor): emit(.anchor(anchor))
            case .sequence(let pieces): for piece in pieces { try add(piece) }
            case .choice(let options): try add(anyOf: options[...])
            case .repeated(let piece, let least, let most):
                for _ in 0..<least { try add(piece) }
                guard let most else { return try add(anyNumberOf: piece) }
                for _ in least..<most { try add(optional: piece) }
            }
        }

        private mutating func add(anyOf options: ArraySlice<PatternParser.Piece>) throws(Pattern.Problem) {
            var ends: [Int] = []
            for option in options.dropLast() {
                let fork = emit(.jump(0))
                try add(option)
                ends.append(emit(.jump(0)))
                program[fork] = .fork(fork + 1, program.count)
            }
            if let last = options.last { try add(last) }
            for end in ends { program[end] = .jump(program.count) }
        }

        private mutating func add(anyNumberOf piece: PatternParser.Piece) throws(Pattern.Problem) {
            let fork = emit(.jump(0))
            try add(piece)
            emit(.jump(fork))
            program[fork] = .fork(fork + 1, program.count)
        }

        private mutating func add(optional piece: PatternParser.Piece) throws(Pattern.Problem) {
            let fork = emit(.jump(0))
            try add(piece)
            program[fork] = .fork(fork + 1, program.count)
        }

        @discardableResult
        private mutating func emit(_ instruction: Pattern.Instruction) -> Int {
            program.append(instruction)
            return program.count - 1
        }
    }
}
