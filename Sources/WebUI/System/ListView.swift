import Model
import Wire

/// A list of things that are not runs: searched, sorted, in pages, with something to do with those that are chosen.
struct ListView: PageView {
    static let template = "list"

    /// What one row says in one column.
    struct Cell: Sendable {
        var style = ""
        var link: RunRowView.Link?
        /// ``LinkedState``s, drawn.
        var states: HTML?
        var time: TimeView?
        var text: String?
        /// What stands below, smaller.
        var note: String?
    }

    /// A state that may lead to what is in it.
    struct LinkedState: Sendable {
        let state: StateView
        var title: String?
        let href: String?

        /// Signs beside each other. A list has hundreds of them, which templates would take most of its time for.
        static func drawn(_ states: [Self]) -> HTML {
            var html = HTML()
            for one in states {
                if let href = one.href {
                    html.element("a", ["class": "dot", "href": href, "title": one.title]) {
                        one.state.draw(&$0)
                    }
                } else {
                    one.state.draw(&html)
                }
            }
            return html
        }
    }

    /// A row.
    struct Row: Sendable {
        let id: String
        let name: String
        let cells: [Cell]
    }

    /// What can be done with the things that are chosen.
    struct Action: Sendable {
        let name: String
        let title: String
        let style: String
    }

    let title: String
    let noun: String
    let field: String
    let total: String
    let lead: String?
    /// What leads to a form for a new thing.
    let create: RunRowView.Link?
    /// The other list: the archive, or what is not in it.
    let other: RunRowView.Link?
    let path: String
    let target: String
    let search: String
    let sort: String
    let isArchive: Bool
    let experiment: String?
    let heads: [ListHead]
    let rows: [Row]
    let actions: [Action]
    let hasActions: Bool
    let back: String
    let first: String?
    let next: String?
    let notice: String?
    /// What an empty list says; `nil` for one that is not.
    let empty: String?

    /// How a list is made up, besides what is in it.
    struct Setting {
        var title: String
        let thing: Thing
        /// Where it stands in the navigation, if not where such things do.
        var section: Section?
        var lead: String?
        var create: RunRowView.Link?
        var actions: [ThingAction] = []
        var isArchivable = false
        /// What it says when there is nothing, not even in the archive.
        var empty: String
        var notice: String?
    }

    init<Item>(
        _ setting: Setting,
        _ page: Page<Item>,
        _ address: ListAddress,
        _ query: ListQuery,
        row: (Item) -> Row
    ) {
        title = setting.title + (address.isArchive ? " (archive)" : "")
        noun = setting.thing.noun
        field = setting.thing.field
        lead = setting.lead
        create = setting.create
        other =
            setting.isArchivable
            ? RunRowView.Link(
                name: address.isArchive ? "Back from the archive" : "Archived \(setting.thing.noun)s",
                href: address.with { $0.isArchive.toggle() }.href
            ) : nil
        path = address.path
        target = setting.thing.path + "/actions"
        search = address.search ?? ""
        sort = address.sort
        isArchive = address.isArchive
        experiment = address.experiment
        heads = Self.heads(address)
        rows = page.items.map(row)
        actions = setting.actions.map {
            Action(
                name: $0.rawValue,
                title: $0.verb + ($0.mustBeConfirmed ? "…" : ""),
                style: $0 == .delete ? "danger" : ""
            )
        }
        hasActions = !actions.isEmpty
        back = address.href
        total = totalText(page, setting.thing.noun)
        first = address.page == nil ? nil : address.with { _ in }.href
        next = page.next.map { cursor in
            address.with { $0.page = PageToken.text(query: query, next: cursor) }.href
        }
        notice = setting.notice
        empty =
            !rows.isEmpty
            ? nil
            : address.search != nil
                ? "No \(setting.thing.noun) fits. Change the search."
                : address.isArchive ? "The archive is empty." : setting.empty
    }

    private static func heads(_ address: ListAddress) -> [ListHead] {
        address.columns.map { column in
            let isSorted = column.order?.name == address.order
            return ListHead(
                column.title,
                style: column.style,
                isSorted: isSorted,
                descending: address.descending,
                href: column.order.map { order in
                    address.with { changed in
                        changed.descending = isSorted ? !address.descending : order.name != "name"
                        changed.order = order.name
                    }.href
                }
            )
        }
    }
}
