/// How a piece of text looks on a terminal with colours.
enum Style: Sendable {
    case plain, strong, faint, good, bad, busy

    /// The text with the codes that switch the style on and off again; as it is when there are no colours.
    func apply(to text: String, color: Bool) -> String {
        guard color, let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// Source: ECMA-48, "Select Graphic Rendition".
    private var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .bad: "31"
        case .busy: "36"
        }
    }
}

/// One field of a table.
struct Cell: Sendable, ExpressibleByStringInterpolation {
    /// What it says; always one line.
    let text: String
    /// How it looks.
    let style: Style

    init(_ text: String, _ style: Style = .plain) {
        self.text = printable(text)
        self.style = style
    }

    init(stringLiteral value: String) {
        self.init(value)
    }
}

/// Rows of text under aligned columns.
struct Table: Sendable {
    /// The headings; none for a table without a heading line.
    var headings: [String]
    /// The rows; one that is too short has empty fields at its end.
    var rows: [[Cell]]

    /// A table.
    init(headings: [String], rows: [[Cell]]) {
        self.headings = headings
        self.rows = rows
    }

    /// What there is to say of one thing, a line each; lines with nothing to say are left out.
    init(facts: [(name: String, value: Cell)]) {
        self.init(
            headings: [],
            rows: facts.filter { !$0.value.text.isEmpty }.map { [Cell($0.name, .faint), $0.value] }
        )
    }

    /// The table as lines.
    /// - Parameters:
    ///   - width: columns of the terminal; the widest fields are cut until the lines fit. `nil` cuts nothing.
    ///   - color: whether styles show.
    func lines(width: Int?, color: Bool) -> [String] {
        let all = (headings.isEmpty ? [] : [headings.map { Cell($0, .faint) }]) + rows
        let widths = columnWidths(all, limit: width)
        return all.map { row in
            var line = ""
            for (index, cell) in row.enumerated() where index < widths.count {
                let text = truncated(cell.text, to: widths[index])
                line += cell.style.apply(to: text, color: color)
                let isLast = row[(index + 1)...].allSatisfy { $0.text.isEmpty }
                if isLast { break }
                line += String(repeating: " ", count: widths[index] - displayWidth(text) + Self.gap)
            }
            return line
        }
    }

    /// The table as text that ends with a line break; empty without lines.
    func text(width: Int?, color: Bool) -> String {
        lines(width: width, color: color).map { $0 + "\n" }.joined()
    }

    private static let gap = 2
    /// Below this nothing can be read, so lines rather run over.
    private static let columnWidthMin = 4

    private func columnWidths(_ rows: [[Cell]], limit: Int?) -> [Int] {
        let count = rows.map(\.count).max() ?? 0
        var widths = (0..<count).map { column in
            rows.map { column < $0.count ? displayWidth($0[column].text) : 0 }.max() ?? 0
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * max(count - 1, 0) - limit
        while excess > 0 {
            guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > Self.columnWidthMin
            else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
