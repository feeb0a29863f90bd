package import Model
import PipelineIR
package import Services
import Wire

/// The page of a pipeline: one of its versions, and a list of all.
package struct PipelineView: PageView {
    package static let template = "pipeline"

    /// A version in the list.
    struct Version: Hashable, Sendable {
        let id: String
        let name: String
        let href: String
        let created: TimeView
        let description: String?
        let isShown: Bool
    }

    let id: String
    let name: String
    let description: String?
    let tags: [String]
    let notice: String?
    /// Of the version.
    let version: String?
    let versionID: String?
    let versionDescription: String?
    let uploaded: TimeView
    let run: String
    let schedule: String
    let upload: String
    let back: String
    let tabs: [RunView.TabLink]
    let panel: HTML?
    let graph: HTML?
    let versions: [Version]
    let showsVersions: Bool
    /// The list of versions, of whichever is left.
    let allVersions: String
    let next: String?
    let spec: HTML?
    let facts: [TaskView.Fact]
    let showsFacts: Bool
    let inputs: [StepView.Value]
    let hasInputs: Bool
    /// What a pipeline without versions says.
    let empty: String?

    /// Makes the page.
    /// - Parameter query: how its versions were asked for.
    package init(
        _ details: PipelineService.Details,
        _ address: PipelineAddress,
        _ query: ListQuery,
        panel: HTML?,
        notice: String?,
        now: Instant
    ) {
        let (pipeline, chosen) = (details.pipeline, details.chosen)
        id = pipeline.id.text
        name = pipeline.displayName
        description = pipeline.description.isEmpty ? nil : pipeline.description
        tags = pipeline.tags.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        self.notice = notice
        version = chosen?.version.displayName
        versionID = chosen?.version.id.text
        versionDescription = (chosen?.version.description).flatMap {
            $0.isEmpty || $0 == pipeline.description ? nil : $0
        }
        uploaded = TimeView(chosen?.version.createdAt ?? pipeline.createdAt, now: now)
        let source = QueryString.text(["pipeline": pipeline.id.text, "version": chosen?.version.id.text])
        run = "/runs/new?" + source
        schedule = "/recurringruns/new?" + source
        upload = "/pipelines/new?" + QueryString.text(["pipeline": pipeline.id.text])
        back = address.with { $0.task = nil }.href
        tabs = PipelineAddress.Tab.allCases.map { tab in
            RunView.TabLink(
                title: tab.title,
                href: address.with {
                    $0.tab = tab
                    $0.page = nil
                }.href,
                isCurrent: tab == address.tab
            )
        }
        self.panel = panel
        graph =
            address.tab == .graph
            ? chosen.map {
                GraphDrawing.draw(
                    RunSceneBuilder(plan: $0.graph, address).scene(),
                    label: "Graph of \(pipeline.displayName)"
                )
            } : nil
        versions = details.versions.items.map { version in
            Version(
                id: version.id.text,
                name: version.displayName,
                href: PipelineAddress(pipeline.id, version: version.id).href,
                created: TimeView(version.createdAt, now: now),
                description: version.description.isEmpty ? nil : version.description,
                isShown: version.id == chosen?.version.id
            )
        }
        showsVersions = address.tab == .versions
        allVersions = PipelineAddress(pipeline.id).with { $0.tab = .versions }.href
        next = details.versions.next.map { cursor in
            address.with { $0.page = PageToken.text(query: query, next: cursor) }.href
        }
        spec = address.tab == .spec ? chosen.map { SpecText.html($0.document) } : nil
        showsFacts = address.tab == .details
        facts = Self.facts(pipeline, chosen?.version, now)
        inputs = (chosen?.graph.root.component.inputParameters ?? [:]).sorted { $0.key < $1.key }.map {
            name,
            input in
            StepView.Value(
                name: name,
                type: input.type.word,
                from: input.defaultValue.map { "default: \(clipped($0.jsonText, 200))" },
                note: input.description.isEmpty ? nil : input.description
            )
        }
        hasInputs = !inputs.isEmpty
        empty = chosen == nil ? "This pipeline has no versions yet. Upload one." : nil
    }

    private static func facts(_ pipeline: Pipeline, _ version: PipelineVersion?, _ now: Instant) -> [TaskView
        .Fact]
    {
        let facts: [(String, String?)] = [
            ("Pipeline", pipeline.name), ("Pipeline id", pipeline.id.text),
            ("Version", version?.name), ("Version id", version?.id.text),
            ("Uploaded", (version?.createdAt).map { TimeView($0, now: now).title }),
            ("Fetched from", version?.packageURL), ("Source code", version?.codeSourceURL),
        ]
        return facts.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : TaskView.Fact(name: name, value: $0) }
        }
    }
}
