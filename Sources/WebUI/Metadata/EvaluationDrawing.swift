/// Draws what the metadata of an artifact measure.
enum EvaluationDrawing {
    static func draw(_ evaluation: Evaluation, _ html: inout HTML) {
        draw(evaluation.scalars, &html)
        // Parts of one whole are compared in one drawing, as many as can be told apart.
        let curves = evaluation.slices.compactMap { slice in
            slice.curve.map { (name: slice.name ?? "", curve: $0) }
        }
        for start in stride(from: 0, to: curves.count, by: Looks.count) {
            let series = curves[start..<min(start + Looks.count, curves.count)].enumerated().map {
                RocDrawing.Series(name: $1.name, curve: $1.curve, look: $0)
            }
            RocDrawing.draw(series, &html)
        }
        for slice in evaluation.slices {
            slice.matrix?.draw(
                caption: slice.name.map { "Confusion matrix of \($0)." } ?? "Confusion matrix.",
                &html
            )
        }
    }

    /// Draws numbers with their names; nothing for none.
    static func draw(_ scalars: [Evaluation.Scalar], _ html: inout HTML) {
        if scalars.isEmpty { return }
        html.element("table", ["class": "values scalars"]) { html in
            html.element("tbody") { html in
                for scalar in scalars {
                    html.element("tr") { html in
                        html.element("th", ["scope": "row"]) { $0.add(scalar.name) }
                        html.element("td", ["class": "num", "title": "\(scalar.value)"]) {
                            $0.add(scalar.isShare ? percentText(scalar.value) : numberText(scalar.value))
                        }
                    }
                }
            }
        }
    }
}

/// The ways in which lines that stand for different things are drawn: colours, each with dashes of its own.
enum Looks {
    static let count = 10
}
