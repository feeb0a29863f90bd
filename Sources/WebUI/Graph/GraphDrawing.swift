import Model

/// Draws the graph of a run as SVG. Every task is a link to its panel, so the drawing works without scripts.
package struct GraphDrawing {
    private var html = HTML()

    private static let nodeWidth = 224
    private static let nodeHeight = 50
    private static let groupHead = 34
    private static let margin = 12

    /// Draws a scene.
    package static func draw(_ scene: RunScene, label: String) -> HTML {
        let layout = GraphLayout(graph(of: scene))
        var drawing = GraphDrawing()
        let (width, height) = (layout.width + 2 * margin, layout.height + 2 * margin)
        drawing.html.element(
            "svg",
            [
                "class": "graph", "viewBox": "\(-margin) \(-margin) \(width) \(height)", "width": "\(width)",
                "height": "\(height)", "role": "group", "aria-label": label,
            ]
        ) { html in
            var inner = GraphDrawing()
            inner.draw(scene, layout)
            html.add(inner.html)
        }
        return drawing.html
    }

    /// What is to be laid out for a scene.
    package static func graph(of scene: RunScene) -> LayoutGraph {
        LayoutGraph(
            nodes: scene.nodes.map { node in
                LayoutGraph.Node(
                    width: nodeWidth,
                    height: node.content == nil ? nodeHeight : groupHead,
                    inner: node.content.map(graph(of:))
                )
            },
            edges: scene.edges
        )
    }

    private mutating func draw(_ scene: RunScene, _ layout: GraphLayout) {
        for (edge, route) in zip(scene.edges, layout.routes) {
            let isDim = scene.nodes[edge.from].state == .skipped || scene.nodes[edge.to].state == .skipped
            html.element("path", ["class": isDim ? "edge dim" : "edge", "d": Self.curve(route)])
        }
        for (index, node) in scene.nodes.enumerated() {
            let frame = layout.frames[index]
            if let content = node.content, let inner = layout.inner[index] {
                group(node, frame)
                draw(content, inner)
            } else if node.look == .artifact {
                artifact(node, frame)
            } else {
                task(node, frame)
            }
        }
    }

    /// Data is round where what is done is square.
    private mutating func artifact(_ node: RunScene.Node, _ frame: Rectangle) {
        let at = "translate(\(frame.origin.x) \(frame.origin.y))"
        html.element("g", ["id": "n-\(node.id)", "class": "node artifact", "transform": at]) { html in
            html.element("a", Self.link(node)) { html in
                html.element("title") { $0.add(node.story) }
                html.element(
                    "rect",
                    ["class": "box", "width": "\(frame.width)", "height": "\(frame.height)", "rx": "25"]
                )
                html.element("path", ["class": "sign", "d": Self.paper, "transform": "translate(18 17)"])
                html.element("text", ["class": "title", "x": "44", "y": "21"]) {
                    $0.add(clipped(node.title, 21))
                }
                html.element("text", ["class": "detail", "x": "44", "y": "38"]) {
                    $0.add(clipped(node.detail, 25))
                }
            }
        }
    }

    private static let paper = "M3.5 1.5h6l3.5 3.5v9.5h-9.5zM9 1.5v4h4"

    private mutating func task(_ node: RunScene.Node, _ frame: Rectangle) {
        let state = node.sign ?? StateView(node.state)
        let at = "translate(\(frame.origin.x) \(frame.origin.y))"
        let isBundle = node.toggle != nil || node.kind == .loop
        html.element(
            "g",
            [
                "id": "n-\(node.id)", "class": "node \(state.style)\(isBundle ? " bundle" : "")",
                "transform": at,
            ]
        ) { html in
            if isBundle {
                // A second edge behind the first: there is more in it.
                html.element(
                    "rect",
                    [
                        "class": "back", "x": "4", "y": "4", "width": "\(frame.width)",
                        "height": "\(frame.height)", "rx": "8",
                    ]
                )
            }
            html.element("a", Self.link(node)) { html in
                html.element("title") { $0.add(node.story) }
                html.element(
                    "rect",
                    ["class": "box", "width": "\(frame.width)", "height": "\(frame.height)", "rx": "8"]
                )
                Self.sign(state, x: 11, y: 8, &html)
                html.element("text", ["class": "title", "x": "36", "y": "21"]) {
                    $0.add(clipped(node.title, node.toggle == nil ? 21 : 19))
                }
                html.element("text", ["class": "detail", "x": "36", "y": "38"]) {
                    $0.add(clipped(node.detail, node.toggle == nil ? 27 : 23))
                }
                if isBundle { Self.bar(node.counts, frame, &html) }
            }
            if let toggle = node.toggle {
                Self.toggle(
                    "Open \(node.title)",
                    toggle,
                    "M3.5 8h9M8 3.5v9",
                    x: frame.width - 27,
                    y: 13,
                    &html
                )
            }
        }
    }

    private mutating func group(_ node: RunScene.Node, _ frame: Rectangle) {
        let state = node.sign ?? StateView(node.state)
        let at = "translate(\(frame.origin.x) \(frame.origin.y))"
        html.element("g", ["id": "n-\(node.id)", "class": "group \(state.style)", "transform": at]) { html in
            html.element(
                "rect",
                ["class": "area", "width": "\(frame.width)", "height": "\(frame.height)", "rx": "10"]
            )
            html.element("a", Self.link(node)) { html in
                html.element("title") { $0.add(node.story) }
                html.element(
                    "rect",
                    ["class": "box head", "width": "\(frame.width)", "height": "34", "rx": "10"]
                )
                Self.sign(state, x: 11, y: 9, &html)
                let room = (frame.width - (node.before == nil && node.after == nil ? 75 : 120)) / 8
                html.element("text", ["class": "title", "x": "36", "y": "22"]) {
                    $0.add(clipped(node.title, room))
                }
            }
            if let before = node.before {
                Self.toggle(
                    "The iteration before",
                    before,
                    "M10 3.5L5.5 8l4.5 4.5",
                    x: frame.width - 75,
                    y: 5,
                    &html
                )
            }
            if let after = node.after {
                Self.toggle(
                    "The next iteration",
                    after,
                    "M6 3.5L10.5 8 6 12.5",
                    x: frame.width - 51,
                    y: 5,
                    &html
                )
            }
            if let toggle = node.toggle {
                Self.toggle("Close \(node.title)", toggle, "M3.5 8h9", x: frame.width - 27, y: 5, &html)
            }
        }
    }

    private static func link(_ node: RunScene.Node) -> KeyValuePairs<StaticString, String?> {
        [
            "href": node.href, "data-swap": node.isElsewhere ? nil : "",
            "aria-current": node.isSelected ? "true" : nil,
        ]
    }

    private static func sign(_ state: StateView, x: Int, y: Int, _ html: inout HTML) {
        html.element("path", ["class": "sign", "d": state.sign, "transform": "translate(\(x) \(y))"])
    }

    private static func toggle(
        _ label: String,
        _ href: String,
        _ sign: String,
        x: Int,
        y: Int,
        _ html: inout HTML
    ) {
        html.element(
            "a",
            [
                "class": "toggle", "href": href, "data-swap": "", "aria-label": label,
                "transform": "translate(\(x) \(y))",
            ]
        ) { html in
            html.element("title") { $0.add(label) }
            html.element("rect", ["width": "23", "height": "24", "rx": "6"])
            html.element("path", ["d": sign, "transform": "translate(3.5 4)"])
        }
    }

    /// The shares of the states along the lower side.
    private static func bar(_ counts: [TaskState: Int], _ frame: Rectangle, _ html: inout HTML) {
        let all = counts.values.reduce(0, +)
        guard all > 0 else { return }
        let room = frame.width - 24
        var (seen, left) = (0, 0)
        for state in TaskState.allCases {
            guard let count = counts[state] else { continue }
            seen += count
            let right = room * seen / all
            html.element(
                "rect",
                [
                    "class": "share \(StateView(state).style)", "x": "\(12 + left)",
                    "y": "\(frame.height - 6)",
                    "width": "\(max(1, right - left))", "height": "3",
                ]
            )
            left = right
        }
    }

    /// A line that leaves and arrives upright.
    private static func curve(_ points: [Point]) -> String {
        guard let first = points.first else { return "" }
        var text = "M\(first.x) \(first.y)"
        for (from, to) in zip(points, points.dropFirst()) {
            if from.x == to.x {
                text += "V\(to.y)"
            } else {
                let middle = (from.y + to.y) / 2
                text += "C\(from.x) \(middle) \(to.x) \(middle) \(to.x) \(to.y)"
            }
        }
        return text
    }
}

/// The beginning of a text that has to fit into so many narrow characters; wide ones count twice.
package func clipped(_ text: String, _ room: Int) -> String {
    var used = 0
    for index in text.indices {
        used += text[index].unicodeScalars.contains { $0.value >= 0x1100 } ? 2 : 1
        if used > room {
            // One place is for the ellipsis.
            let end = text[..<index].index(index, offsetBy: -1, limitedBy: text.startIndex) ?? text.startIndex
            return text[..<end] + "…"
        }
    }
    return text
}
