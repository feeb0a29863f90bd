import Model

/// Draws a notebook: its words, its code, and what the code showed. Nothing of it is run.
/// Source: Jupyter notebook format 4.
struct NotebookDrawing {
    /// Cells drawn; a page with more is slow.
    private static let cellsMax = 300
    /// Bytes of one output.
    private static let outputMax = 64 << 10

    /// Draws a document; whether it was a notebook.
    static func draw(_ document: JSONValue, _ html: inout HTML) -> Bool {
        guard let cells = document["cells"]?.array else { return false }
        html.element("div", ["class": "notebook"]) { html in
            for cell in cells.prefix(cellsMax) {
                let source = text(cell["source"])
                switch cell["cell_type"]?.string {
                case "markdown":
                    html.element("div", ["class": "markdown"]) { $0.add(MarkdownText.html(source)) }
                case "code":
                    code(source, count: cell["execution_count"]?.exactInteger, &html)
                    for output in cell["outputs"]?.array ?? [] { self.output(output, &html) }
                default: html.element("pre", ["class": "code", "tabindex": "0"]) { $0.add(source) }
                }
            }
            if cells.count > cellsMax {
                html.element("p", ["class": "quiet"]) {
                    $0.add("\(cells.count - cellsMax) more cells are not shown.")
                }
            }
        }
        return true
    }

    private static func code(_ source: String, count: Int?, _ html: inout HTML) {
        html.element("div", ["class": "cell"]) { html in
            html.element("span", ["class": "quiet num"]) { $0.add("[\(count.map(String.init) ?? " ")]") }
            html.element("pre", ["class": "code", "tabindex": "0"]) { $0.add(source) }
        }
    }

    private static func output(_ output: JSONValue, _ html: inout HTML) {
        let data = output["data"]
        let pictures = ["image/png", "image/jpeg", "image/gif"]
        if let type = pictures.first(where: { data?[$0] != nil }) {
            let base64 = text(data?[type]).filter { !$0.isWhitespace }
            html.element(
                "img",
                ["src": "data:\(type);base64,\(base64)", "alt": "A picture that the code showed"]
            )
        } else if let words = output["text"] ?? data?["text/plain"] {
            self.words(text(words), &html)
        } else if let trace = output["traceback"]?.array {
            words(trace.compactMap(\.string).joined(separator: "\n"), &html)
        }
        if data?["text/html"] != nil, data?["text/plain"] == nil {
            html.element("p", ["class": "quiet"]) {
                $0.add("An output of HTML is not shown here; download the notebook.")
            }
        }
    }

    private static func words(_ text: String, _ html: inout HTML) {
        var log = LogText()
        var lines = log.html(of: text.utf8.prefix(outputMax))
        lines.add(log.rest())
        html.element("pre", ["class": "output", "tabindex": "0"]) { $0.add(lines) }
    }

    /// Texts stand as one string or as a list of lines.
    private static func text(_ value: JSONValue?) -> String {
        value?.string ?? (value?.array ?? []).compactMap(\.string).joined()
    }
}
