/// What stands around every page's content.
struct Frame: PageView {
    static let template = "frame"

    /// An entry of the navigation.
    struct Link: Sendable {
        let title: String
        let href: String
        let key: String
        let isCurrent: Bool
    }

    let title: String
    let links: [Link]
    /// The folder of scripts and styles.
    let assets: String
    /// What the page wants to hear about, as `/events` takes it; `nil` for a page that never changes.
    let live: String?
    let version: String
    /// Milliseconds since 1970 on the server's clock, for the page's own counting.
    let now: String
    let body: HTML

    init(_ page: Page, assets: String, version: String, now: String) {
        title = page.title
        links = Section.allCases.map { section in
            Link(
                title: section.title,
                href: "/" + section.rawValue,
                key: section.key,
                isCurrent: section == page.section
            )
        }
        self.assets = assets
        live = page.live
        self.version = version
        self.now = now
        body = page.body
    }

    /// The content of a page and what the frame has to know of it.
    struct Page: Sendable {
        /// For the window and the history.
        var title: String
        /// Which entry of the navigation is current.
        var section: Section?
        /// What the page wants to hear about, as `/events` takes it.
        var live: String?
        /// The content.
        var body: HTML
    }
}
