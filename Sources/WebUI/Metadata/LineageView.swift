import Model
import Services

/// Where an artifact comes from and went to, as a graph and as a list.
struct LineageView: Sendable {
    /// A way to follow it that can be chosen.
    struct Choice: Sendable {
        let title: String
        let href: String
        let isOn: Bool
    }

    /// A step, in words.
    struct Row: Sendable {
        let artifact: RunRowView.Link
        let type: String
        /// `written by`, `read by`.
        let verb: String
        let task: RunRowView.Link
        let run: RunRowView.Link
        let state: StateView
    }

    let ways: [Choice]
    let depths: [Choice]
    let graph: HTML
    let rows: [Row]
    /// What is not shown.
    let note: String?

    /// Steps shown: more make neither a graph nor a list that people read.
    private static let stepsMax = 400

    init(_ lineage: Lineage, _ address: ArtifactAddress) {
        let titles: [(ArtifactAddress.Way, String)] = [
            (.both, "Both ways"), (.upstream, "What it was made from"),
            (.downstream, "What was made from it"),
        ]
        ways = titles.map { way, title in
            Choice(title: title, href: address.with { $0.way = way }.href, isOn: way == address.way)
        }
        depths = [1, 3, 10, Limits.lineageDepthMax].map { depth in
            Choice(
                title: counted(depth, "task") + " far",
                href: address.with { $0.depth = depth }.href,
                isOn: depth == address.depth
            )
        }
        let steps = lineage.steps.sorted { $0.depth < $1.depth }.prefix(Self.stepsMax)
        graph = GraphDrawing.draw(
            LineageScene.scene(lineage, steps, address),
            label: "Lineage of \(lineage.artifact.name)"
        )
        rows = steps.map { step in
            let (edge, run) = (step.link.edge, RunAddress(step.link.edge.runID))
            let artifact = lineage.artifacts[edge.artifactID]
            return Row(
                artifact: RunRowView.Link(
                    name: artifact?.name ?? edge.artifactID.text,
                    href: ArtifactAddress(edge.artifactID).with { $0.tab = .lineage }.href
                ),
                type: artifact.map { typeText($0.schemaTitle) } ?? "",
                verb: edge.direction == .output ? "written by" : "read by",
                task: RunRowView.Link(name: step.link.taskTitle, href: run.showing(edge.path).href),
                run: RunRowView.Link(name: lineage.runNames[edge.runID] ?? edge.runID.text, href: run.href),
                state: StateView(step.link.taskState)
            )
        }
        let isCut = lineage.isCut || lineage.steps.count > Self.stepsMax
        note =
            isCut
            ? "There is more: the nearest \(Self.stepsMax) steps are shown. Follow it one way, or less far."
            : nil
    }
}

/// Makes the graph of artifacts and tasks.
enum LineageScene {
    /// The scene: artifacts and the tasks between them, the artifact asked for marked.
    static func scene(
        _ lineage: Lineage,
        _ steps: some Collection<Lineage.Step>,
        _ address: ArtifactAddress
    ) -> RunScene {
        var scene = RunScene(nodes: [], edges: [])
        var places: [String: Int] = [:]
        func place(_ id: String, _ node: () -> RunScene.Node) -> Int {
            if let known = places[id] { return known }
            places[id] = scene.nodes.count
            scene.nodes.append(node())
            return scene.nodes.count - 1
        }
        func place(of artifact: Artifact) -> Int {
            place("artifact." + artifact.id.text) {
                RunScene.Node(artifact, isSelected: artifact.id == address.id) {
                    ArtifactAddress($0).with { $0.tab = .lineage }.href
                }
            }
        }
        _ = place(of: lineage.artifact)
        var seen: Set<LayoutGraph.Edge> = []
        for step in steps {
            let link = step.link
            guard let artifact = lineage.artifacts[link.edge.artifactID] else { continue }
            let thing = place(of: artifact)
            let task = place("task.\(link.edge.runID).\(link.edge.path)") {
                RunScene.Node(link, runName: lineage.runNames[link.edge.runID] ?? "")
            }
            let edge =
                link.edge.direction == .output
                ? LayoutGraph.Edge(from: task, to: thing) : LayoutGraph.Edge(from: thing, to: task)
            if seen.insert(edge).inserted { scene.edges.append(edge) }
        }
        return scene
    }
}

extension RunScene.Node {
    /// An artifact.
    init(_ artifact: Artifact, isSelected: Bool, href: (ArtifactID) -> String) {
        let type = typeText(artifact.schemaTitle)
        self.init(
            id: "artifact." + artifact.id.text,
            look: .artifact,
            title: artifact.name,
            kind: .container,
            state: nil,
            detail: type,
            story: "\(artifact.name): an artifact, \(type)",
            isSelected: isSelected,
            href: href(artifact.id),
            isElsewhere: true,
            counts: [:]
        )
    }

    /// A task of some run, which leads there.
    fileprivate init(_ link: ArtifactLink, runName: String) {
        self.init(
            id: "task.\(link.edge.runID).\(link.edge.path)",
            look: .task,
            title: link.taskTitle,
            kind: .container,
            state: link.taskState,
            detail: runName,
            story: "\(link.taskTitle) of the run \(runName): \(StateView(link.taskState).word)",
            isSelected: false,
            href: RunAddress(link.edge.runID).showing(link.edge.path).href,
            isElsewhere: true,
            counts: [:]
        )
    }
}
