/// Lays boxes out in layers, so that every edge leads down.
///
/// The usual four steps: give each box a layer; keep lanes free where edges pass layers; order each layer so that
/// few edges cross; place each box as near to the middle of its neighbours as the order allows.
/// Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures", 1981.
struct LayeredDrawing {
    /// A box or a lane in a layer.
    struct Item {
        /// From left to right.
        let width: Int
        /// From top to bottom; 0 for a lane.
        let height: Int
        /// Items of the layer above that it is connected with.
        var above: [Int] = []
        /// Items of the layer below.
        var below: [Int] = []
    }

    private let edges: [LayoutGraph.Edge]
    private let spacing: GraphLayout.Spacing
    /// Boxes in the order of the nodes, then lanes.
    private(set) var items: [Item]
    /// The items of each layer, from left to right.
    var layers: [[Int]] = []
    /// The left side of each item.
    var lefts: [Int] = []
    /// The items each edge passes, its ends included; empty for one that is drawn straight.
    private var paths: [[Int]] = []
    private let boxes: Int

    private(set) var frames: [Rectangle] = []
    private(set) var routes: [[Point]] = []
    private(set) var width = 0
    private(set) var height = 0

    /// Lanes beyond this number cost more time than they make the drawing clearer.
    private static let lanesMax = 4_000
    /// Boxes of a layer beyond this number go to a layer of their own below.
    private static let layerWidthMax = 14

    init(sizes: [(width: Int, height: Int)], edges: [LayoutGraph.Edge], spacing: GraphLayout.Spacing) {
        self.edges = edges
        self.spacing = spacing
        boxes = sizes.count
        items = sizes.map { Item(width: $0.width, height: $0.height) }
    }

    mutating func arrange() {
        let layer = Self.layers(count: boxes, edges: edges, widthMax: Self.layerWidthMax)
        connect(layer)
        order()
        place()
        measure(layer)
    }

    /// The layer of each box: below everything that comes before it, and as near as possible to what comes after.
    static func layers(count: Int, edges: [LayoutGraph.Edge], widthMax: Int) -> [Int] {
        var after = [[Int]](repeating: [], count: count)
        var before = [[Int]](repeating: [], count: count)
        for edge in edges {
            after[edge.from].append(edge.to)
            before[edge.to].append(edge.from)
        }
        // In an order in which every box comes after those before it; what stands in a circle is left out.
        var missing = before.map(\.count)
        var sorted = (0..<count).filter { missing[$0] == 0 }
        var next = 0
        while next < sorted.count {
            for box in after[sorted[next]] {
                missing[box] -= 1
                if missing[box] == 0 { sorted.append(box) }
            }
            next += 1
        }
        var layer = [Int](repeating: 0, count: count)
        for box in sorted { layer[box] = (before[box].map { layer[$0] }.max() ?? -1) + 1 }
        // What depends on nothing need not stand on top, far from what it is for.
        for box in sorted.reversed() where before[box].isEmpty && !after[box].isEmpty {
            layer[box] = (after[box].map { layer[$0] }.min() ?? 1) - 1
        }
        return wrapped(layer, widthMax: widthMax)
    }

    /// Layers that are too wide go on in further ones.
    private static func wrapped(_ layer: [Int], widthMax: Int) -> [Int] {
        let last = layer.max() ?? -1
        guard last >= 0 else { return layer }
        var members = [[Int]](repeating: [], count: last + 1)
        for (box, number) in layer.enumerated() { members[number].append(box) }
        var result = layer
        var number = 0
        for boxes in members {
            // Large ones are nearer to a square than to a line.
            let most = max(widthMax, Int(Double(boxes.count).squareRoot()))
            for (place, box) in boxes.enumerated() { result[box] = number + place / most }
            number += max(1, (boxes.count + most - 1) / most)
        }
        return result
    }

    /// Fills the layers, with a lane in each layer that an edge passes.
    private mutating func connect(_ layer: [Int]) {
        layers = [[Int]](repeating: [], count: (layer.max() ?? -1) + 1)
        for box in 0..<boxes { layers[layer[box]].append(box) }
        let lanes = edges.reduce(0) { $0 + max(0, layer[$1.to] - layer[$1.from] - 1) }
        paths = edges.map { edge in
            let (top, bottom) = (layer[edge.from], layer[edge.to])
            if bottom <= top || bottom > top + 1 && lanes > Self.lanesMax { return [] }
            var path = [edge.from]
            for number in (top + 1)..<bottom {
                items.append(Item(width: spacing.lane, height: 0))
                layers[number].append(items.count - 1)
                path.append(items.count - 1)
            }
            path.append(edge.to)
            for (upper, lower) in zip(path, path.dropFirst()) {
                items[upper].below.append(lower)
                items[lower].above.append(upper)
            }
            return path
        }
    }

    /// Turns the places of items into frames and routes.
    private mutating func measure(_ layer: [Int]) {
        var tops: [Int] = []
        var y = 0
        for members in layers {
            tops.append(y)
            y += (members.map { items[$0].height }.max() ?? 0) + spacing.layers
        }
        height = max(0, y - spacing.layers)
        let left = lefts.min() ?? 0
        lefts = lefts.map { $0 - left }
        width = zip(lefts, items).map { $0 + $1.width }.max() ?? 0
        frames = (0..<boxes).map { box in
            Rectangle(
                x: lefts[box],
                y: tops[layer[box]],
                width: items[box].width,
                height: items[box].height
            )
        }
        routes = zip(edges, paths).map { edge, path in
            var points = [
                Point(x: center(edge.from), y: frames[edge.from].origin.y + items[edge.from].height)
            ]
            for (step, lane) in path.dropFirst().dropLast().enumerated() {
                let number = layer[edge.from] + 1 + step
                let bottom = tops[number] + (layers[number].map { items[$0].height }.max() ?? 0)
                points.append(Point(x: center(lane), y: tops[number]))
                points.append(Point(x: center(lane), y: bottom))
            }
            points.append(Point(x: center(edge.to), y: frames[edge.to].origin.y))
            return points
        }
    }

    private func center(_ item: Int) -> Int { lefts[item] + items[item].width / 2 }

    /// How far apart the left sides of two items side by side must be.
    func distance(_ left: Int, _ right: Int) -> Int {
        let gap = left >= boxes || right >= boxes ? spacing.between / 2 : spacing.between
        return items[left].width + gap
    }
}
