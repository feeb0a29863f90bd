import Model
import Wire

/// Draws what a component of KFP 1.x asked the pages to show, with the views of artifacts.
struct VisualizationDrawing {
    /// The page of the file.
    let address: ArtifactAddress
    let room: ContentDrawing.Room
    /// Which of the things in the file it is, from 0.
    let part: Int

    /// Bytes that have to be read from another place to show it.
    func bytesMax(_ kind: Visualization.Kind) -> Int {
        switch kind {
        case .confusionMatrix, .rocCurve: 1 << 20
        case .table: room.bytesMax(.table(separator: UInt8(ascii: ",")))
        case .markdown: room.bytesMax(.markdown)
        case .webApp, .notShown: 0
        }
    }

    /// Draws one thing.
    /// - Parameters:
    ///   - text: its content, or the beginning; empty for what stands in a frame.
    ///   - isWhole: whether that is all of it.
    func draw(_ kind: Visualization.Kind, _ text: String, isWhole: Bool, _ html: inout HTML) {
        switch kind {
        case .confusionMatrix(let labels, let axes): matrix(text, labels, axes, &html)
        case .rocCurve(let rate, let recall, let threshold): curve(text, rate, recall, threshold, &html)
        case .table(let heads): table(text, heads, isWhole: isWhole, &html)
        case .markdown:
            html.element("div", ["class": "markdown"]) { $0.add(MarkdownText.html(text)) }
            if !isWhole { note("The beginning is shown.", &html) }
        case .webApp: frame(&html)
        case .notShown(let why): note(why, &html)
        }
    }

    /// Says something instead of showing something.
    func note(_ text: String, _ html: inout HTML) {
        html.element("p", ["class": "quiet"]) { $0.add(text) }
    }

    private func rows(_ text: String) -> [[String]] {
        DelimitedText(text, separator: UInt8(ascii: ","), isWhole: true, rowsMax: 20_000).rows
            .map { row in row.map(Self.trimmed) }.filter { $0 != [""] }
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.prefix(start.reversed().drop(while: \.isWhitespace).count))
    }

    private func matrix(_ text: String, _ labels: [String], _ axes: [String], _ html: inout HTML) {
        var counts = labels.map { _ in labels.map { _ in 0.0 } }
        for row in rows(text) {
            guard row.count >= 3, let actual = labels.firstIndex(of: row[0]),
                let predicted = labels.firstIndex(of: row[1]), let count = Double(row[2])
            else {
                return note(
                    "The matrix cannot be drawn: expected rows of two of the labels and a number, found "
                        + "\(clipped(row.joined(separator: ","), 120)).",
                    &html
                )
            }
            counts[actual][predicted] = count
        }
        guard let matrix = ConfusionMatrix(names: labels, rows: counts) else {
            return note("The matrix has \(labels.count) categories, which is too many to be drawn.", &html)
        }
        matrix.draw(caption: "Confusion matrix.", axes: axes, &html)
    }

    private func curve(
        _ text: String,
        _ rate: Int,
        _ recall: Int,
        _ threshold: Int?,
        _ html: inout HTML
    ) {
        let readings = rows(text).map { row in
            func number(_ column: Int) -> Double? { column < row.count ? Double(row[column]) : nil }
            return (number(rate), number(recall), threshold.flatMap(number))
        }
        guard let curve = RocCurve(readings) else {
            return note("The curve cannot be drawn: there is no row with rates from 0 to 1.", &html)
        }
        RocDrawing.draw([RocDrawing.Series(name: "", curve: curve, look: 0)], &html)
    }

    private func table(_ text: String, _ heads: [String], isWhole: Bool, _ html: inout HTML) {
        let separator = UInt8(ascii: ",")
        let found = DelimitedText(text, separator: separator, isWhole: isWhole, rowsMax: room.rowsMax)
        var table = TableDrawing(heads: Array(heads.prefix(room.columnsMax)))
        table.rows = found.rows.map { $0.prefix(room.columnsMax).map(Self.trimmed) }.filter { $0 != [""] }
        if found.isCut || heads.count > room.columnsMax {
            table.note = "The first \(table.rows.count) rows and \(table.heads.count) columns are shown."
        }
        table.draw(&html)
    }

    private func frame(_ html: inout HTML) {
        let drawing = ContentDrawing(address: address.with { $0.part = part }, room: room, name: "A page")
        html.element("p", ["class": "row content-facts"]) { html in
            if !room.isPage { html.element("a", ["href": address.href]) { $0.add("Whole view") } }
            drawing.switchOfScripts(&html)
        }
        drawing.frame(&html)
    }
}
