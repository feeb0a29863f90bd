import Model
import Services
import Wire

/// The list of artifacts.
struct ArtifactsView: PageView {
    static let template = "artifacts"

    /// One row.
    struct Row: Sendable {
        let href: String
        let name: String
        let uri: String
        let type: String
        let created: TimeView
        let task: RunRowView.Link?
        let run: RunRowView.Link?
    }

    let search: String
    let type: String?
    let sort: String
    let filters: [RunsView.Filter]
    let heads: [ListHead]
    let rows: [Row]
    let total: String
    let first: String?
    let next: String?
    /// What an empty list says; `nil` for one that is not.
    let empty: String?

    init(_ overview: ArtifactService.Overview, _ address: ArtifactsAddress, _ query: ListQuery, now: Instant)
    {
        let page = overview.page
        search = address.search ?? ""
        type = address.type
        sort = address.sort
        filters = Self.filters(address)
        heads = Self.heads(address)
        rows = page.items.map { artifact in
            let writer = overview.writers[artifact.id]
            return Row(
                href: ArtifactAddress(artifact.id).href,
                name: artifact.name,
                uri: artifact.uri,
                type: typeText(artifact.schemaTitle),
                created: TimeView(artifact.createdAt, now: now),
                task: writer.map { link in
                    let run = RunAddress(link.edge.runID)
                    return RunRowView.Link(name: link.taskTitle, href: run.showing(link.edge.path).href)
                },
                run: writer.flatMap { link in
                    overview.runNames[link.edge.runID].map {
                        RunRowView.Link(name: $0, href: RunAddress(link.edge.runID).href)
                    }
                }
            )
        }
        total = totalText(page, "artifact")
        first = address.page == nil ? nil : address.with { _ in }.href
        next = page.next.map { cursor in
            address.with { $0.page = PageToken.text(query: query, next: cursor) }.href
        }
        let isNarrow = address.search != nil || address.type != nil
        empty =
            !rows.isEmpty
            ? nil
            : isNarrow
                ? "No artifact fits. Change the filter or the search." : "No step has written anything yet."
    }

    private static func filters(_ address: ArtifactsAddress) -> [RunsView.Filter] {
        let known = [
            "system.Dataset", "system.Model", "system.Metrics", "system.ClassificationMetrics",
            "system.SlicedClassificationMetrics", "system.HTML", "system.Markdown", "system.Artifact",
        ]
        // A type of somebody's own, which an address may name.
        let own = address.type.flatMap { known.contains($0) ? nil : [$0] } ?? []
        return ([nil] + known.map(Optional.some) + own.map(Optional.some)).map { type in
            RunsView.Filter(
                name: type.map(typeText) ?? "All",
                href: address.with { $0.type = type }.href,
                isOn: type == address.type,
                style: "",
                sign: nil
            )
        }
    }

    private static func heads(_ address: ArtifactsAddress) -> [ListHead] {
        let names: [(ArtifactsAddress.Column?, String)] = [
            (.name, "Artifact"), (nil, "Type"), (nil, "Written by"), (.created, "Created"),
        ]
        return names.map { column, name in
            let isSorted = column == address.column
            return ListHead(
                name,
                isSorted: isSorted,
                descending: address.descending,
                href: column.map { column in
                    address.with { changed in
                        changed.descending = isSorted ? !address.descending : column != .name
                        changed.column = column
                    }.href
                }
            )
        }
    }
}

/// The type of an artifact for people: `Classification metrics` for `system.ClassificationMetrics`.
func typeText(_ schemaTitle: String) -> String {
    switch schemaTitle {
    case "system.ClassificationMetrics": "Classification metrics"
    case "system.SlicedClassificationMetrics": "Sliced metrics"
    case _ where schemaTitle.hasPrefix("system."): String(schemaTitle.dropFirst("system.".count))
    default: schemaTitle
    }
}
