import Model
import Store

/// What changed lately, for those who keep something open.
package struct ChangeService: Sendable {
    /// What somebody wants to hear about.
    package struct Interest: Hashable, Sendable {
        /// Kinds of things, such as `run`.
        package var kinds: Set<String>
        /// Some of them; `nil` for all.
        package var ids: Set<String>?

        /// Makes an interest.
        package init(kinds: Set<String>, ids: Set<String>? = nil) {
            self.kinds = kinds
            self.ids = ids
        }
    }

    let context: ServiceContext
    /// Wakes up when there may be news.
    package let signal: ChangeSignal

    /// Where the feed ends now.
    package func position() async throws -> Int64 {
        try await context.database.read { try $0.lastChange() }
    }

    /// Whether anything of interest changed, and where the feed ends now.
    ///
    /// Whoever fell far behind, or behind what is kept, hears of a change: looking again never hurts.
    package func news(
        since position: Int64,
        of interest: Interest
    ) async throws -> (isNews: Bool, position: Int64) {
        try await context.database.read { connection in
            let last = try connection.lastChange()
            if last - position > Self.readMax { return (true, last) }
            let changes = try connection.changes(after: position, limit: Self.readMax)
            let isNews = changes.contains { change in
                interest.kinds.contains(change.kind) && interest.ids?.contains(change.id) ?? true
            }
            return (isNews, max(last, position))
        }
    }

    /// Entries that are looked at one by one.
    private static let readMax = 1_000
}
