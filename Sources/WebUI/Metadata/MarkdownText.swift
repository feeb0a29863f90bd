/// Shows what is written in Markdown, the parts of it that reports are made of: headings, paragraphs, lists, quotes,
/// code, tables, rules, emphasis, links and pictures that are in the text itself.
///
/// Markup of any other kind is text, and nothing is loaded from elsewhere, so hostile Markdown can show nothing worse
/// than words. Source: CommonMark 0.31, and the tables of GitHub's extension.
package struct MarkdownText {
    private var lines: ArraySlice<Substring>
    private var html = HTML()
    private let depth: Int

    /// Lists and quotes within each other that are shown as such.
    private static let depthMax = 8

    /// Shows a text.
    package static func html(_ text: String) -> HTML {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        return blocks(lines[...], depth: 0)
    }

    private static func blocks(_ lines: ArraySlice<Substring>, depth: Int) -> HTML {
        var text = MarkdownText(lines: lines, depth: depth)
        while !text.lines.isEmpty { text.block() }
        return text.html
    }

    private init(lines: ArraySlice<Substring>, depth: Int) {
        self.lines = lines
        self.depth = depth
    }

    private mutating func block() {
        guard let line = lines.first else { return }
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        if trimmed.isEmpty {
            lines.removeFirst()
        } else if let fence = Self.fence(trimmed) {
            code(fence)
        } else if let level = Self.heading(trimmed) {
            lines.removeFirst()
            heading(level, trimmed.dropFirst(level))
        } else if Self.isRule(trimmed) {
            lines.removeFirst()
            html.element("hr")
        } else if trimmed.hasPrefix(">"), depth < Self.depthMax {
            quote()
        } else if Self.marker(line) != nil, depth < Self.depthMax {
            list()
        } else if trimmed.contains("|"), let next = lines.dropFirst().first, Self.isTableRule(next) {
            table()
        } else {
            paragraph()
        }
    }

    // MARK: Blocks

    private static func fence(_ line: Substring) -> Substring? {
        let mark = line.prefix { $0 == line.first }
        return mark.count >= 3 && (mark.first == "`" || mark.first == "~") ? mark : nil
    }

    private mutating func code(_ fence: Substring) {
        lines.removeFirst()
        let end = lines.firstIndex { line in
            let trimmed = line.drop { $0 == " " }
            return trimmed.hasPrefix(fence) && trimmed.drop { $0 == fence.first }.allSatisfy(\.isWhitespace)
        }
        let body = lines[..<(end ?? lines.endIndex)]
        html.element("pre", ["class": "code", "tabindex": "0"]) { $0.add(body.joined(separator: "\n")) }
        lines = lines[(end.map { $0 + 1 } ?? lines.endIndex)...]
    }

    private static func heading(_ line: Substring) -> Int? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level) else { return nil }
        return line.dropFirst(level).first.map(\.isWhitespace) ?? true ? level : nil
    }

    /// The page has headings of its own above these.
    private mutating func heading(_ level: Int, _ text: Substring) {
        let words = text.drop { $0 == " " }
        switch level {
        case 1: html.element("h4", ["class": "m1"]) { InlineText.draw(words, &$0) }
        case 2: html.element("h5", ["class": "m2"]) { InlineText.draw(words, &$0) }
        default: html.element("h6", ["class": "m3"]) { InlineText.draw(words, &$0) }
        }
    }

    private static func isRule(_ line: Substring) -> Bool {
        guard let mark = line.first, "-*_".contains(mark) else { return false }
        let marks = line.filter { !$0.isWhitespace }
        return marks.count >= 3 && marks.allSatisfy { $0 == mark }
    }

    private mutating func quote() {
        func trimmed(_ line: Substring) -> Substring { line.drop { $0 == " " || $0 == "\t" } }
        let end = lines.firstIndex { !trimmed($0).hasPrefix(">") } ?? lines.endIndex
        let inner = lines[..<end].map { line in
            let rest = trimmed(line).dropFirst()
            return rest.first == " " ? rest.dropFirst() : rest
        }
        lines = lines[end...]
        html.element("blockquote") { $0.add(Self.blocks(inner[...], depth: depth + 1)) }
    }

    /// How far the mark of a list's item and what follows it are from the left, and whether it is a number.
    private static func marker(_ line: Substring) -> (indent: Int, content: Int, isNumbered: Bool)? {
        let indent = line.prefix { $0 == " " }.count
        let rest = line.dropFirst(indent)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }.count
        let mark = rest.dropFirst(digits)
        let isMark =
            digits == 0 ? "-*+".contains(mark.first ?? " ") : digits < 10 && ".)".contains(mark.first ?? " ")
        guard isMark, mark.dropFirst().first.map(\.isWhitespace) ?? true, mark.first != nil, mark.first != " "
        else {
            return nil
        }
        return (indent, indent + digits + 2, digits > 0)
    }

    private mutating func list() {
        guard let first = lines.first.flatMap(Self.marker) else { return }
        var items: [[Substring]] = []
        while let line = lines.first {
            if let mark = Self.marker(line), mark.indent <= first.indent + 1 {
                // What is further to the left belongs to a list around this one.
                guard mark.indent >= first.indent, mark.isNumbered == first.isNumbered, !Self.isRule(line)
                else { break }
                items.append([line.dropFirst(mark.content)])
            } else if line.allSatisfy(\.isWhitespace) {
                let next = lines.dropFirst().prefix(3).first { !$0.allSatisfy(\.isWhitespace) }
                guard let next,
                    next.prefix(while: { $0 == " " }).count > first.indent || Self.marker(next) != nil
                else { break }
                items[items.count - 1].append("")
            } else if line.prefix(while: { $0 == " " }).count > first.indent {
                let spaces = line.prefix { $0 == " " }.count
                items[items.count - 1].append(line.dropFirst(min(spaces, first.content)))
            } else if items.last?.last?.isEmpty != false || Self.fence(line) != nil
                || Self.heading(line) != nil
            {
                break
            } else {
                items[items.count - 1].append(line)
            }
            lines.removeFirst()
        }
        let isNumbered = first.isNumbered
        html.element(isNumbered ? "ol" : "ul", ["class": "marked"]) { html in
            for item in items { html.element("li") { $0.add(Self.item(item, depth: depth + 1)) } }
        }
    }

    /// An item of one paragraph needs no paragraph around it.
    private static func item(_ lines: [Substring], depth: Int) -> HTML {
        guard lines.count == 1, let line = lines.first else { return blocks(lines[...], depth: depth) }
        var html = HTML()
        InlineText.draw(line, &html)
        return html
    }

    private static func isTableRule(_ line: Substring) -> Bool {
        let marks = line.filter { !$0.isWhitespace }
        return marks.contains("-") && marks.contains("|") && marks.allSatisfy { "|-:".contains($0) }
    }

    private mutating func table() {
        let heads = Self.cells(lines.removeFirst())
        lines.removeFirst()
        let end = lines.firstIndex { !$0.contains("|") } ?? lines.endIndex
        let rows = lines[..<end].map(Self.cells)
        lines = lines[end...]
        html.element(
            "div",
            ["class": "wide-table", "tabindex": "0", "role": "region", "aria-label": "Table"]
        ) { html in
            html.element("table", ["class": "data"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for head in heads {
                            html.element("th", ["scope": "col"]) { InlineText.draw(head, &$0) }
                        }
                    }
                }
                html.element("tbody") { html in
                    for row in rows {
                        html.element("tr") { html in
                            for cell in row.prefix(heads.count) {
                                html.element("td") { InlineText.draw(cell, &$0) }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func cells(_ line: Substring) -> [Substring] {
        var text = line.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        if text.hasPrefix("|") { text = text.dropFirst() }
        if text.hasSuffix("|") { text = text.dropLast() }
        return text.split(separator: "|", omittingEmptySubsequences: false).map { cell in
            cell.drop { $0 == " " }
        }
    }

    private mutating func paragraph() {
        var words: [Substring] = []
        while let line = lines.first {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            let isOver =
                trimmed.isEmpty
                || !words.isEmpty
                    && (Self.fence(trimmed) != nil || Self.heading(trimmed) != nil || trimmed.hasPrefix(">")
                        || Self.marker(line).map { !$0.isNumbered } == true && depth < Self.depthMax)
            if isOver { break }
            words.append(trimmed)
            lines.removeFirst()
        }
        html.element("p") { InlineText.draw(words.joined(separator: "\n")[...], &$0) }
    }
}
