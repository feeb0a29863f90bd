extension Expression {
    /// Characters that a place in a pattern takes.
    struct ScalarSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isInverted = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } != isInverted
        }

        mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
            ranges.append(range.lowerBound.value...range.upperBound.value)
        }

        /// Adds what another set takes.
        mutating func formUnion(_ other: ScalarSet) {
            ranges += other.isInverted ? other.gaps : other.ranges
        }

        private var gaps: [ClosedRange<UInt32>] {
            var gaps: [ClosedRange<UInt32>] = []
            var start: UInt32 = 0
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if range.lowerBound > start { gaps.append(start...range.lowerBound - 1) }
                start = max(start, range.upperBound + 1)
            }
            return gaps + [start...0x10_FFFF]
        }

        /// One character.
        static func one(_ scalar: Unicode.Scalar) -> Self { Self(ranges: [scalar.value...scalar.value]) }

        /// Every character but the end of a line: `.`
        static let anyButNewline = Self(ranges: [0x0A...0x0A], isInverted: true)

        /// The set of `\d`, `\w`, `\s` and their opposites; ASCII only, as in RE2.
        static func named(_ name: Unicode.Scalar) -> Self? {
            switch name {
            case "d", "D": Self(ranges: [0x30...0x39], isInverted: name == "D")
            case "w", "W":
                Self(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A], isInverted: name == "W")
            case "s", "S": Self(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20], isInverted: name == "S")
            default: nil
            }
        }
    }
}
