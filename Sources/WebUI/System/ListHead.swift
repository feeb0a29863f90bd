/// The head of a column, which a list may be sorted by.
struct ListHead: Sendable {
    let name: String
    let style: String
    let href: String?
    /// `ascending` or `descending` where the list is sorted by it. Source: WAI-ARIA `aria-sort`.
    let order: String?
    let arrow: String?

    /// Makes a head.
    /// - Parameters:
    ///   - isSorted: whether the list is sorted by this column now.
    ///   - descending: in which direction the list is sorted.
    ///   - href: the list sorted by it, or the other way round; `nil` where it cannot be.
    init(_ name: String, style: String = "", isSorted: Bool, descending: Bool, href: String?) {
        self.name = name
        self.style = style
        self.href = href
        order = isSorted ? (descending ? "descending" : "ascending") : nil
        arrow = isSorted ? (descending ? "↓" : "↑") : nil
    }
}
