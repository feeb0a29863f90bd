import Model
import Services

/// The page of an artifact.
struct ArtifactView: PageView {
    static let template = "artifact"

    /// A task that wrote or read it.
    struct Use: Sendable {
        let task: RunRowView.Link
        let run: RunRowView.Link
        let state: StateView
    }

    let name: String
    let type: String
    let uri: String
    let created: TimeView
    /// The folders around the place that is shown, and itself.
    let crumbs: [RunRowView.Link]
    let tabs: [RunView.TabLink]
    /// What the artifact shows of itself; `nil` on the page of its lineage.
    let content: HTML?
    let lineage: LineageView?
    let facts: [TaskView.Fact]
    let metadata: ValuesView
    let writers: [Use]
    let readers: [Use]
    /// Whether more use it than are listed.
    let isCut: Bool

    private static let usesMax = 100

    init(_ lineage: Lineage, _ address: ArtifactAddress, content: HTML?, now: Instant) {
        let artifact = lineage.artifact
        let top = artifact.name.isEmpty ? artifact.id.text : artifact.name
        name = address.path?.split(separator: "/").last.map(String.init) ?? top
        type = typeText(artifact.schemaTitle)
        uri = artifact.uri
        created = TimeView(artifact.createdAt, now: now)
        crumbs = Self.crumbs(top, address)
        tabs = [("Content", ArtifactAddress.Tab.content), ("Lineage", .lineage)].map { title, tab in
            RunView.TabLink(
                title: title,
                href: address.with { $0.tab = tab }.href,
                isCurrent: tab == address.tab
            )
        }
        self.content = content
        self.lineage = address.tab == .lineage ? LineageView(lineage, address) : nil
        let facts: [(String, String?)] = [
            ("Artifact", artifact.id.text), ("Type", "\(artifact.schemaTitle) \(artifact.schemaVersion)"),
            ("Place", artifact.uri),
            ("Digest", artifact.digest), ("Created", created.title),
        ]
        self.facts = facts.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : TaskView.Fact(name: name, value: $0) }
        }
        metadata = ValuesView(TaskValues(parameters: Evaluation.rest(of: artifact)))
        let near = lineage.steps.filter { $0.depth == 1 && $0.link.edge.artifactID == artifact.id }
        func uses(_ direction: ArtifactEdge.Direction) -> [Use] {
            near.filter { $0.link.edge.direction == direction }.prefix(Self.usesMax).map { step in
                Self.use(step.link, lineage.runNames)
            }
        }
        writers = uses(.output)
        readers = uses(.input)
        isCut = near.count > 2 * Self.usesMax
    }

    private static func use(_ link: ArtifactLink, _ names: [RunID: String]) -> Use {
        let run = RunAddress(link.edge.runID)
        return Use(
            task: RunRowView.Link(
                name: link.taskTitle,
                href: run.showing(link.edge.path).href
            ),
            run: RunRowView.Link(name: names[link.edge.runID] ?? link.edge.runID.text, href: run.href),
            state: StateView(link.taskState)
        )
    }

    private static func crumbs(_ name: String, _ address: ArtifactAddress) -> [RunRowView.Link] {
        guard let path = address.path else { return [] }
        let names = path.split(separator: "/")
        let top = RunRowView.Link(name: name, href: address.with { $0.path = nil }.href)
        return [top]
            + names.indices.map { place in
                RunRowView.Link(
                    name: String(names[place]),
                    href: address.with { $0.path = names[...place].joined(separator: "/") }.href
                )
            }
    }
}
