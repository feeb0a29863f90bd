/// A place in a drawing: x to the right, y down, in pixels at normal size.
package struct Point: Hashable, Sendable {
    /// To the right.
    package var x: Int
    /// Down.
    package var y: Int

    /// Makes a point.
    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// A rectangle of a drawing.
package struct Rectangle: Hashable, Sendable {
    /// The upper left corner.
    package var origin: Point
    /// From left to right.
    package var width: Int
    /// From top to bottom.
    package var height: Int

    /// Makes a rectangle.
    package init(x: Int, y: Int, width: Int, height: Int) {
        origin = Point(x: x, y: y)
        self.width = width
        self.height = height
    }

    /// Whether two rectangles share an inner point.
    package func overlaps(_ other: Rectangle) -> Bool {
        origin.x < other.origin.x + other.width && other.origin.x < origin.x + width
            && origin.y < other.origin.y + other.height && other.origin.y < origin.y + height
    }

    /// Whether another rectangle lies within this one.
    package func contains(_ other: Rectangle) -> Bool {
        other.origin.x >= origin.x && other.origin.y >= origin.y
            && other.origin.x + other.width <= origin.x + width
            && other.origin.y + other.height <= origin.y + height
    }
}

/// What is to be laid out: boxes, some of which hold a graph of their own, and which comes before which.
package struct LayoutGraph: Hashable, Sendable {
    /// A box.
    package struct Node: Hashable, Sendable {
        /// How wide it is at least.
        package var width: Int
        /// How high it is at least; of a group the height of its head.
        package var height: Int
        /// What it holds, if it is an open group.
        package var inner: LayoutGraph?

        /// Makes a box.
        package init(width: Int, height: Int, inner: LayoutGraph? = nil) {
            self.width = width
            self.height = height
            self.inner = inner
        }
    }

    /// That one box comes before another, by their indexes.
    package struct Edge: Hashable, Sendable {
        /// The one before.
        package var from: Int
        /// The one after.
        package var to: Int

        /// Makes an edge.
        package init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// The boxes. Their order breaks ties, so equal graphs have equal drawings.
    package var nodes: [Node]
    /// The edges; none leads in a circle.
    package var edges: [Edge]

    /// Makes a graph.
    package init(nodes: [Node], edges: [Edge]) {
        self.nodes = nodes
        self.edges = edges
    }
}

/// Where everything of a graph is.
package struct GraphLayout: Hashable, Sendable {
    /// Distances in pixels.
    package struct Spacing: Hashable, Sendable {
        /// Between boxes side by side.
        package var between = 28
        /// Between layers.
        package var layers = 44
        /// Around the content of a group.
        package var padding = 18
        /// Kept free for an edge that passes by boxes.
        package var lane = 14

        /// The usual distances.
        package init() {}
    }

    /// The boxes' places relative to this graph's upper left corner, in the order of the nodes.
    package var frames: [Rectangle]
    /// What is inside of each group; relative to this graph's corner as well.
    package var inner: [GraphLayout?]
    /// For each edge the points it passes, from the lower side of one box to the upper side of the other.
    package var routes: [[Point]]
    /// From left to right.
    package var width: Int
    /// From top to bottom.
    package var height: Int

    /// Lays a graph out in layers from top to bottom; groups first, from the inside out.
    package init(_ graph: LayoutGraph, spacing: Spacing = Spacing()) {
        let inner = graph.nodes.map { $0.inner.map { GraphLayout($0, spacing: spacing) } }
        let sizes = zip(graph.nodes, inner).map { node, inner in
            guard let inner else { return (width: node.width, height: node.height) }
            return (
                width: max(node.width, inner.width + 2 * spacing.padding),
                height: node.height + inner.height + 2 * spacing.padding
            )
        }
        var drawing = LayeredDrawing(sizes: sizes, edges: graph.edges, spacing: spacing)
        drawing.arrange()
        frames = drawing.frames
        routes = drawing.routes
        width = drawing.width
        height = drawing.height
        self.inner = zip(graph.nodes.indices, inner).map { index, inner in
            guard let inner else { return nil }
            let (frame, node) = (drawing.frames[index], graph.nodes[index])
            // What is narrower than its group stands in the middle.
            return inner.moved(
                x: frame.origin.x + (frame.width - inner.width) / 2,
                y: frame.origin.y + node.height + spacing.padding
            )
        }
    }

    private func moved(x: Int, y: Int) -> GraphLayout {
        var copy = self
        copy.frames = frames.map {
            Rectangle(x: $0.origin.x + x, y: $0.origin.y + y, width: $0.width, height: $0.height)
        }
        copy.routes = routes.map { $0.map { Point(x: $0.x + x, y: $0.y + y) } }
        copy.inner = inner.map { $0?.moved(x: x, y: y) }
        return copy
    }
}
