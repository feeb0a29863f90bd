package import Model

/// How often each category was taken for each.
package struct ConfusionMatrix: Hashable, Sendable {
    /// The categories.
    package let names: [String]
    /// For each true category how often each one was predicted.
    package let rows: [[Double]]

    /// Categories shown; more cannot be told apart.
    private static let namesMax = 60

    /// Reads `confusionMatrix`; `nil` unless it has as many rows and columns as categories.
    /// Source: KFP SDK, `ClassificationMetrics.log_confusion_matrix`.
    package init?(_ value: JSONValue) {
        let names = (value["annotationSpecs"]?.array ?? []).map { $0["displayName"]?.string ?? "" }
        let rows = (value["rows"]?.array ?? []).map { row in
            (row["row"]?.array ?? row.array ?? []).compactMap(\.number)
        }
        self.init(names: names, rows: rows)
    }

    /// Takes counts; `nil` unless there are as many rows and columns as categories, and not too many.
    init?(names: [String], rows: [[Double]]) {
        guard !names.isEmpty, names.count <= Self.namesMax, rows.count == names.count,
            rows.allSatisfy({ $0.count == names.count })
        else { return nil }
        self.names = names
        self.rows = rows
    }

    /// The share of what lies on the diagonal; `nil` for a matrix of zeros.
    package var accuracy: Double? {
        let all = rows.joined().reduce(0, +)
        return all > 0 ? rows.indices.reduce(0) { $0 + rows[$1][$1] } / all : nil
    }

    /// Draws it as a table whose darker cells hold more.
    /// - Parameter axes: what rows and columns are, if the pipeline says so.
    func draw(caption: String, axes: [String] = [], _ html: inout HTML) {
        let (down, across) =
            axes.count == 2 ? (axes[0], axes[1]) : ("what is true", "what was predicted")
        let most = max(rows.joined().max() ?? 0, 1e-300)
        html.element(
            "div",
            ["class": "wide-table", "tabindex": "0", "role": "region", "aria-label": caption]
        ) { html in
            html.element("table", ["class": "matrix"]) { html in
                html.element("caption") { html in
                    html.add(caption + " Rows: \(down), columns: \(across).")
                    if let accuracy { html.add(" Right: \(percentText(accuracy)).") }
                }
                html.element("thead") { html in
                    html.element("tr") { html in
                        html.element("td")
                        for name in names { html.element("th", ["scope": "col"]) { $0.add(name) } }
                    }
                }
                html.element("tbody") { html in
                    for (name, row) in zip(names, rows) {
                        let all = row.reduce(0, +)
                        html.element("tr") { html in
                            html.element("th", ["scope": "row"]) { $0.add(name) }
                            for (predicted, count) in zip(names, row) {
                                let share = all > 0 ? ", \(percentText(count / all)) of \(name)" : ""
                                html.element(
                                    "td",
                                    [
                                        "class": "h\(Int(min(max(count / most, 0), 1) * 9))",
                                        "title":
                                            "\(name) taken for \(predicted): \(numberText(count))\(share)",
                                    ]
                                ) { $0.add(numberText(count)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
