/// Cuts a stream of bytes into lines and puts the same words before each.
///
/// Log bytes arrive in pieces that end anywhere, also within a character.
struct LinePrefixer: Sendable {
    /// What stands before each line.
    let prefix: String
    private var rest: [UInt8] = []

    /// Makes one for a stream; an empty prefix leaves the lines alone.
    init(prefix: String) {
        self.prefix = prefix
    }

    /// Takes the next bytes and returns the lines that are complete, with their line breaks.
    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        rest += bytes
        guard let end = rest.lastIndex(of: Self.lineBreak) else { return [] }
        let complete = rest[...end]
        var result: [UInt8] = []
        for line in complete.dropLast().split(separator: Self.lineBreak, omittingEmptySubsequences: false) {
            result += prefix.utf8 + line + [Self.lineBreak]
        }
        rest.removeSubrange(...end)
        return result
    }

    /// What is left at the end of the stream: a line without a line break gets one.
    mutating func finish() -> [UInt8] { rest.isEmpty ? [] : take([Self.lineBreak]) }

    private static let lineBreak = UInt8(ascii: "\n")
}
