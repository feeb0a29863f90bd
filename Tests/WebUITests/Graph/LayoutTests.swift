import TestKit
import Testing
import WebUI

@Suite("Graph layout")
struct LayoutTests {
    @Test("No two boxes overlap, groups hold what is in them, and every edge leads down", arguments: 0..<60)
    func soundness(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let graph = LayoutGraph.random(nodes: 40, depth: 2, &random)
        check(graph, GraphLayout(graph))
    }

    private func check(_ graph: LayoutGraph, _ layout: GraphLayout) {
        for (index, frame) in layout.frames.enumerated() {
            for other in layout.frames[..<index] { #expect(!frame.overlaps(other)) }
            #expect(frame.width >= graph.nodes[index].width && frame.height >= graph.nodes[index].height)
            if let content = graph.nodes[index].inner, let inner = layout.inner[index] {
                for box in inner.frames { #expect(frame.contains(box)) }
                check(content, inner)
            }
        }
        for (edge, route) in zip(graph.edges, layout.routes) {
            let (from, to) = (layout.frames[edge.from], layout.frames[edge.to])
            #expect(from.origin.y + from.height < to.origin.y)
            #expect(route.first == Point(x: from.origin.x + from.width / 2, y: from.origin.y + from.height))
            #expect(route.last == Point(x: to.origin.x + to.width / 2, y: to.origin.y))
            #expect(zip(route, route.dropFirst()).allSatisfy { $0.y <= $1.y })
        }
        let whole = Rectangle(x: 0, y: 0, width: layout.width, height: layout.height)
        #expect(
            layout.frames.allSatisfy {
                $0.origin.x < 0 || whole.contains($0) || layout.frames[0].origin.x > 0
            }
        )
    }

    @Test("Equal graphs have equal drawings")
    func determinism() {
        var (one, two) = (SeededGenerator(seed: 7), SeededGenerator(seed: 7))
        let graphs = (
            LayoutGraph.random(nodes: 60, depth: 2, &one), LayoutGraph.random(nodes: 60, depth: 2, &two)
        )
        #expect(GraphLayout(graphs.0) == GraphLayout(graphs.1))
    }

    @Test("A chain is one straight column")
    func chain() {
        let nodes = (0..<6).map { _ in LayoutGraph.Node(width: 100, height: 40) }
        let edges = (0..<5).map { LayoutGraph.Edge(from: $0, to: $0 + 1) }
        let layout = GraphLayout(LayoutGraph(nodes: nodes, edges: edges))
        #expect(Set(layout.frames.map(\.origin.x)) == [0])
        #expect(layout.frames.map(\.origin.y) == layout.frames.map(\.origin.y).sorted())
    }

    @Test("Two chains side by side do not cross, whichever way their steps are listed")
    func crossing() {
        // 0 → 3 and 1 → 2 would cross if the lower layer kept its order.
        let nodes = (0..<4).map { _ in LayoutGraph.Node(width: 100, height: 40) }
        let edges = [LayoutGraph.Edge(from: 0, to: 3), LayoutGraph.Edge(from: 1, to: 2)]
        let layout = GraphLayout(LayoutGraph(nodes: nodes, edges: edges))
        let x = layout.frames.map(\.origin.x)
        #expect((x[0] < x[1]) == (x[3] < x[2]))
    }

    @Test("An edge that passes a layer keeps clear of the boxes in it")
    func lanes() {
        let nodes = (0..<3).map { _ in LayoutGraph.Node(width: 100, height: 40) }
        let edges = [(0, 1), (1, 2), (0, 2)].map { LayoutGraph.Edge(from: $0.0, to: $0.1) }
        let layout = GraphLayout(LayoutGraph(nodes: nodes, edges: edges))
        let box = layout.frames[1]
        let passing = layout.routes[2].filter { (box.origin.y...(box.origin.y + box.height)).contains($0.y) }
        #expect(!passing.isEmpty)
        #expect(passing.allSatisfy { $0.x < box.origin.x || $0.x > box.origin.x + box.width })
    }

    @Test("Hundreds of steps side by side go on in further rows")
    func wrapping() {
        let nodes = (0..<400).map { _ in LayoutGraph.Node(width: 100, height: 40) }
        let layout = GraphLayout(LayoutGraph(nodes: nodes, edges: []))
        #expect(layout.width < 400 * 40)
        #expect(Set(layout.frames.map(\.origin.y)).count > 10)
    }

    @Test("A graph in a circle, which no pipeline is, still gets a drawing")
    func circle() {
        let nodes = (0..<3).map { _ in LayoutGraph.Node(width: 100, height: 40) }
        let edges = [(0, 1), (1, 2), (2, 0)].map { LayoutGraph.Edge(from: $0.0, to: $0.1) }
        let layout = GraphLayout(LayoutGraph(nodes: nodes, edges: edges))
        #expect(!layout.frames[0].overlaps(layout.frames[1]) && !layout.frames[1].overlaps(layout.frames[2]))
    }

    @Test(
        "A thousand steps are laid out in a moment, ten thousand without edges too",
        arguments: [1_000, 10_000]
    )
    func size(count: Int) {
        var random = SeededGenerator(seed: 3)
        let graph =
            count > 1_000
            ? LayoutGraph(nodes: (0..<count).map { _ in LayoutGraph.Node(width: 200, height: 50) }, edges: [])
            : LayoutGraph.random(nodes: count, depth: 0, &random)
        var frames = 0
        // An optimised build takes a twentieth of this; the bound is for unoptimised ones.
        #expect(processorTime { frames = GraphLayout(graph).frames.count } < .seconds(4))
        #expect(frames == count)
    }
}

extension LayoutGraph {
    /// Some boxes, each after up to three of those before it; some of them groups.
    static func random(nodes count: Int, depth: Int, _ random: inout SeededGenerator) -> LayoutGraph {
        var nodes: [Node] = []
        var edges: Set<Edge> = []
        for index in 0..<count {
            let isGroup = depth > 0 && Int.random(in: 0..<5, using: &random) == 0
            nodes.append(
                Node(
                    width: Int.random(in: 60...240, using: &random),
                    height: Int.random(in: 30...60, using: &random),
                    inner: isGroup
                        ? .random(nodes: Int.random(in: 0...6, using: &random), depth: depth - 1, &random)
                        : nil
                )
            )
            guard index > 0 else { continue }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                edges.insert(
                    Edge(from: Int.random(in: max(0, index - 30)..<index, using: &random), to: index)
                )
            }
        }
        return LayoutGraph(nodes: nodes, edges: edges.sorted { ($0.from, $0.to) < ($1.from, $1.to) })
    }
}
