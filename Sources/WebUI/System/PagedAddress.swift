/// The address of a list that is shown in pages.
package protocol PagedAddress: Hashable, Sendable {
    /// Where the page before ended, as ``PageToken`` has it; `nil` for the first page.
    var page: String? { get set }
}

extension PagedAddress {
    /// The same list, changed; it begins anew.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        copy.page = nil
        change(&copy)
        return copy
    }
}
