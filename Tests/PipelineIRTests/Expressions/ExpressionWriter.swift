import TestKit

/// Writes random expressions: always well formed, often of types that do not fit.
struct ExpressionWriter {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private static let leaves = [
        "0", "1", "-7", "9223372036854775807", "-9223372036854775808", "3u", "0u", "1.5", "1e308", "0.0",
        "true",
        "false", "null", "''", "'a'", "\"heads\"", #"r'\d+'"#, "'''x'''", "[]", "{}", "s", "n", "d", "yes",
        "no",
        "nothing", "list", "names", "map", "json", "missing", "map.b.c", "map['a']", "list[1]", "list[9]",
        "x",
        "inputs.parameter_values['pipelinechannel--p']",
    ]

    private static let shapes = [
        "(# + #)", "(# - #)", "(# * #)", "(# / #)", "(# % #)", "(# == #)", "(# != #)", "(# < #)", "(# >= #)",
        "(# in #)", "(# && #)", "(# || # || #)", "(!#)", "(-#)", "(# ? # : #)", "[#, #]", "{#: #, 'k': #}",
        "#[#]", "#.a", "has(#.a)", "#.size()", "size(#)", "#.startsWith(#)", "#.contains(#)", "#.matches(#)",
        "#.lowerAscii()", "int(#)", "uint(#)", "double(#)", "string(#)", "bool(#)", "dyn(#)", "parseJson(#)",
        "#.all(x, #)", "#.exists(x, #)", "#.exists_one(x, #)", "#.map(x, #)", "#.map(x, #, #)",
        "#.filter(x, #)",
    ]

    /// An expression with at most `depth` shapes within each other.
    mutating func expression(depth: Int) -> String {
        guard depth > 0, !generator.chance(0.15) else { return pick(Self.leaves) }
        var text = ""
        for character in pick(Self.shapes) {
            text += character == "#" ? operand(depth: depth - 1) : String(character)
        }
        return text
    }

    /// Numbers need parentheses before a dot.
    private mutating func operand(depth: Int) -> String {
        let text = expression(depth: depth)
        return text.first.map { $0.isNumber || $0 == "-" } ?? false ? "(\(text))" : text
    }

    /// The text with characters removed, doubled, exchanged or put in.
    mutating func damaged(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        let strange = Array("'\"\\()[]{}.,:?!&|<>=+-*/%xu0é\n\u{0}\u{1F600}#r".unicodeScalars)
        for _ in 0...generator.below(3) where !scalars.isEmpty {
            let place = generator.below(scalars.count)
            switch generator.below(4) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(scalars[place], at: place)
            case 2: scalars[place] = strange[generator.below(strange.count)]
            default: scalars.insert(strange[generator.below(strange.count)], at: place)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func pick(_ texts: [String]) -> String { texts[generator.below(texts.count)] }
}
