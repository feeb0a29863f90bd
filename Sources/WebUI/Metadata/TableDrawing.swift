/// A plain table of texts.
struct TableDrawing {
    var heads: [String]
    var rows: [[String]] = []
    /// What is not shown.
    var note: String?

    /// Characters of a cell that are shown.
    private static let cellMax = 200

    init(heads: [String]) {
        self.heads = heads
    }

    func draw(label: String = "Table", _ html: inout HTML) {
        html.element("div", ["class": "wide-table", "tabindex": "0", "role": "region", "aria-label": label]) {
            html in
            html.element("table", ["class": "data"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for head in heads {
                            html.element("th", ["scope": "col"]) { $0.add(clipped(head, Self.cellMax)) }
                        }
                    }
                }
                html.element("tbody") { html in
                    for row in rows {
                        html.element("tr") { html in
                            for cell in row {
                                html.element("td", ["class": Double(cell) == nil ? nil : "num"]) {
                                    $0.add(clipped(cell, Self.cellMax))
                                }
                            }
                        }
                    }
                }
            }
        }
        if let note { html.element("p", ["class": "quiet"]) { $0.add(note) } }
    }
}
