/// The rows of a text with values between commas, tabs or the like.
/// Source: RFC 4180, and the mark of UTF-8 that spreadsheets put in front; line ends of any kind, and quotes that are not closed end with the text.
package struct DelimitedText: Hashable, Sendable {
    /// The rows, each with its values.
    package private(set) var rows: [[String]] = []
    /// Whether there is more than was asked for.
    package private(set) var isCut = false

    /// What stands between the values of a text: the character that makes the most of its first rows as long as the very first one.
    ///
    /// Files that are called `.csv` have semicolons where a comma is in the numbers, and tabs or bars from some tools.
    /// - Parameters:
    ///   - named: what the file's name says, which is taken where nothing fits better.
    ///   - isWhole: whether the text ends here.
    package static func separator(of text: String, named: UInt8, isWhole: Bool) -> UInt8 {
        var (best, most) = (named, 0.0)
        for separator in [named] + candidates.filter({ $0 != named }) {
            let rows = DelimitedText(text, separator: separator, isWhole: isWhole, rowsMax: sampled).rows
                .filter { $0 != [""] }
            guard let columns = rows.first?.count, columns > 1 else { continue }
            let share = Double(rows.count { $0.count == columns }) / Double(rows.count)
            if share > most { (best, most) = (separator, share) }
        }
        return best
    }

    private static let candidates: [UInt8] = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    /// Rows that are looked at.
    private static let sampled = 20

    /// Reads the beginning of a text.
    /// - Parameters:
    ///   - separator: what stands between values.
    ///   - isWhole: whether the text ends here; if not, the last row may be a part of one and is left out.
    ///   - rowsMax: how many rows are wanted.
    package init(_ text: String, separator: UInt8, isWhole: Bool, rowsMax: Int) {
        var (row, value): ([String], [UInt8]) = ([], [])
        var isQuoted = false
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var rest = text.utf8.dropFirst(text.utf8.starts(with: mark) ? mark.count : 0).makeIterator()
        var next = rest.next()
        func ended() -> String { String(decoding: value, as: UTF8.self) }
        while let byte = next {
            next = rest.next()
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && next == UInt8(ascii: "\""):
                value.append(byte)
                next = rest.next()
            case UInt8(ascii: "\"") where isQuoted || value.isEmpty: isQuoted.toggle()
            case separator where !isQuoted:
                row.append(ended())
                value = []
            case UInt8(ascii: "\r") where !isQuoted && next == UInt8(ascii: "\n"): break
            case UInt8(ascii: "\n") where !isQuoted, UInt8(ascii: "\r") where !isQuoted:
                if rows.count == rowsMax {
                    isCut = true
                    return
                }
                rows.append(row + [ended()])
                (row, value) = ([], [])
            default: value.append(byte)
            }
        }
        isCut = !isWhole
        guard isWhole, !row.isEmpty || !value.isEmpty else { return }
        if rows.count == rowsMax { isCut = true } else { rows.append(row + [ended()]) }
    }
}
