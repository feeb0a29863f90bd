/// Draws runs as lines across axes, one for each number that differs: parallel coordinates.
enum ParallelDrawing {
    /// A number that has a value in some runs.
    struct Axis {
        let name: String
        let values: [Double?]
    }

    private static let axesMax = 14
    private static let between = 150
    private static let height = 210
    private static let top = 44
    private static let left = 70

    /// Draws axes; nothing unless there are two with something to compare.
    /// - Parameter names: of the runs, in the order of the values.
    static func draw(_ all: [Axis], names: [String]) -> HTML? {
        let axes = all.filter { Set($0.values.compactMap { $0 }).count > 1 }.prefix(axesMax)
        guard axes.count > 1 else { return nil }
        let width = left * 2 + (axes.count - 1) * between
        var html = HTML()
        html.element(
            "div",
            [
                "class": "chart-scroll", "tabindex": "0", "role": "region",
                "aria-label": "Parallel coordinates",
            ]
        ) { html in
            html.element(
                "svg",
                [
                    "class": "chart parallel", "viewBox": "0 0 \(width) \(top + height + 30)",
                    "width": "\(width)",
                    "height": "\(top + height + 30)", "role": "img",
                    "aria-label":
                        "\(names.count) runs across \(axes.count) numbers; the tables have the values",
                ]
            ) { html in
                for (place, axis) in axes.enumerated() { self.axis(axis, left + place * between, &html) }
                for (run, name) in names.enumerated() { line(run, name, Array(axes), &html) }
            }
        }
        return html
    }

    private static func range(_ axis: Axis) -> (least: Double, most: Double) {
        let values = axis.values.compactMap { $0 }
        return (values.min() ?? 0, values.max() ?? 0)
    }

    private static func axis(_ axis: Axis, _ x: Int, _ html: inout HTML) {
        let (least, most) = range(axis)
        html.element("path", ["class": "axis", "d": "M\(x) \(top)v\(height)"])
        html.element("text", ["class": "tick mid name", "x": "\(x)", "y": "16"]) { html in
            html.add(clipped(axis.name, 20))
            html.element("title") { $0.add(axis.name) }
        }
        html.element("text", ["class": "tick mid", "x": "\(x)", "y": "\(top - 8)"]) {
            $0.add(numberText(most))
        }
        html.element("text", ["class": "tick mid", "x": "\(x)", "y": "\(top + height + 18)"]) {
            $0.add(numberText(least))
        }
    }

    private static func line(_ run: Int, _ name: String, _ axes: [Axis], _ html: inout HTML) {
        var path = ""
        var isDown = false
        var dots: [(x: Int, y: Int)] = []
        for (place, axis) in axes.enumerated() {
            guard let value = axis.values[run] else {
                isDown = false
                continue
            }
            let (least, most) = range(axis)
            let y = top + height - Int(((value - least) / (most - least) * Double(height)).rounded())
            let x = left + place * between
            path += (isDown ? "L" : "M") + "\(x) \(y)"
            isDown = true
            dots.append((x, y))
        }
        html.element("g", ["class": "c\(run)"]) { html in
            html.element("title") { $0.add(name) }
            html.element("path", ["class": "line", "d": path])
            for dot in dots {
                html.element("circle", ["class": "dot", "cx": "\(dot.x)", "cy": "\(dot.y)", "r": "3.5"])
            }
        }
    }
}
