/// Draws curves of true over false positives, one or several, with what each threshold means as a table.
enum RocDrawing {
    /// A curve with its name.
    struct Series {
        let name: String
        let curve: RocCurve
        /// Which of the ten looks it has, from 0.
        let look: Int
    }

    private static let side = 260
    private static let left = 54
    private static let top = 10
    /// Rows of the table of thresholds.
    private static let rowsMax = 60

    static func draw(_ series: [Series], _ html: inout HTML) {
        // A page that is brought up to date leaves curves alone that are the same.
        let key = series.map { "\($0.name) \($0.curve.area) \($0.curve.points.count)" }.joined(separator: ";")
        html.element("div", ["class": "roc", "data-roc": "", "data-keep": key]) { html in
            chart(series, &html)
            html.element("div", ["class": "roc-side"]) { html in
                legend(series, &html)
                // The script fills and shows it.
                html.element("p", ["class": "readout", "hidden": ""]) { html in
                    html.element("label") { html in
                        html.add("Threshold ")
                        html.element("input", ["type": "range", "min": "0", "value": "0"])
                    }
                    html.element("output")
                }
                for one in series { thresholds(one, isNamed: series.count > 1, &html) }
            }
        }
    }

    private static func chart(_ series: [Series], _ html: inout HTML) {
        let (width, height) = (side + left + 14, side + top + 40)
        let areas = series.map { "\($0.name.isEmpty ? "" : $0.name + ": ")area \(share($0.curve.area))" }
        html.element(
            "svg",
            [
                "class": "chart", "viewBox": "0 0 \(width) \(height)", "role": "img",
                "aria-label": "ROC curve. " + areas.joined(separator: ", "), "data-left": "\(left)",
                "data-top": "\(top)", "data-side": "\(side)",
            ]
        ) { html in
            for step in 0...4 {
                let (at, text) = (side * step / 4, share(Double(step) / 4))
                html.element(
                    "path",
                    ["class": "rule", "d": "M\(left) \(top + side - at)h\(side)M\(left + at) \(top)v\(side)"]
                )
                // In the corner one number stands for both axes.
                if step > 0 {
                    html.element(
                        "text",
                        ["class": "tick end", "x": "\(left - 6)", "y": "\(top + side - at + 4)"]
                    ) { $0.add(text) }
                }
                html.element("text", ["class": "tick mid", "x": "\(left + at)", "y": "\(top + side + 15)"]) {
                    $0.add(text)
                }
            }
            html.element("path", ["class": "chance", "d": "M\(left) \(top + side)L\(left + side) \(top)"])
            for one in series { line(one, &html) }
            html.element("text", ["class": "tick mid", "x": "\(left + side / 2)", "y": "\(top + side + 33)"])
            {
                $0.add("False positive rate")
            }
            html.element(
                "text",
                ["class": "tick mid", "transform": "translate(11 \(top + side / 2)) rotate(-90)"]
            ) { $0.add("True positive rate") }
            html.element("circle", ["class": "cursor", "r": "4.5", "hidden": ""])
        }
    }

    private static func line(_ series: Series, _ html: inout HTML) {
        let places = series.curve.points.map { point in
            let x = Double(left) + point.falsePositives * Double(side)
            let y = Double(top) + (1 - point.truePositives) * Double(side)
            return "\(tenths(x)) \(tenths(y))"
        }
        let readings = series.curve.points.map {
            "\($0.threshold.map(numberText) ?? "") \(numberText($0.falsePositives)) \(numberText($0.truePositives))"
        }
        html.element(
            "path",
            [
                "class": "line c\(series.look)", "d": "M" + places.joined(separator: "L"),
                "data-name": series.name, "data-points": readings.joined(separator: ";"),
            ]
        )
    }

    private static func legend(_ series: [Series], _ html: inout HTML) {
        html.element("ul", ["class": "legend"]) { html in
            for one in series {
                html.element("li") { html in
                    swatch(one.look, &html)
                    html.add(
                        (one.name.isEmpty ? "" : one.name + " · ")
                            + "area under the curve \(share(one.curve.area))"
                    )
                }
            }
        }
    }

    /// A piece of the line that a series is drawn with.
    static func swatch(_ look: Int, _ html: inout HTML) {
        html.element(
            "svg",
            ["class": "swatch", "viewBox": "0 0 30 8", "width": "30", "height": "8", "aria-hidden": "true"]
        ) {
            $0.element("path", ["class": "line c\(look)", "d": "M0 4h30"])
        }
    }

    private static func thresholds(_ series: Series, isNamed: Bool, _ html: inout HTML) {
        let points = series.curve.points.filter { $0.threshold != nil }
        if points.isEmpty { return }
        let step = (points.count + rowsMax - 1) / rowsMax
        let shown = stride(from: 0, to: points.count, by: step).map { points[$0] }
        html.element("details") { html in
            html.element("summary") { $0.add("Thresholds" + (isNamed ? " of \(series.name)" : "")) }
            var table = TableDrawing(heads: ["Threshold", "True positives", "False positives"])
            table.rows = shown.map {
                [numberText($0.threshold ?? 0), numberText($0.truePositives), numberText($0.falsePositives)]
            }
            table.note = step > 1 ? "Every \(step)th of \(points.count)." : nil
            table.draw(&html)
        }
    }

    private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// Two digits behind the point.
    static func share(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    }
}
