package import Model
package import Services
import Wire

/// The first page.
package struct HomeView: PageView {
    package static let template = "home"

    let address: String
    let running: [RunRowView]
    let failed: [RunRowView]
    let lately: [RunRowView]
    let upcoming: [Upcoming]
    let hasRuns: Bool
    let isQuiet: Bool
    let health: HealthView

    /// Runs shown of each kind but those that run.
    static let rowsMax = 5

    /// A recurring run that is due.
    struct Upcoming: Hashable, Sendable {
        let id: String
        let name: String
        let href: String
        let at: TimeView
    }

    /// Makes the page.
    /// - Parameter address: how this server is reached, for the example.
    package init(
        address: String,
        running: RunService.Overview,
        failed: RunService.Overview,
        lately: RunService.Overview,
        upcoming: [RecurringRun],
        health: ServerHealth,
        version: String,
        now: Instant
    ) {
        func rows(_ runs: [Run]) -> [RunRowView] {
            runs.map { RunRowView($0, experimentName: nil, now: now) }
        }
        let failures = failed.page.items
        let done = lately.page.items + failures.filter(\.wasStopped)
        self.address = address
        self.running = rows(running.page.items)
        self.failed = rows(Array(failures.filter { !$0.wasStopped }.prefix(Self.rowsMax)))
        self.lately = rows(Array(done.sorted { $0.createdAt > $1.createdAt }.prefix(Self.rowsMax)))
        self.upcoming = upcoming.compactMap { recurring in
            recurring.progress.next.map { next in
                let href = "/recurringruns/" + percentEncoded(recurring.id.text)
                return Upcoming(
                    id: recurring.id.text,
                    name: recurring.displayName,
                    href: href,
                    at: TimeView(next, now: now)
                )
            }
        }
        self.health = HealthView(health, version: version, now: now)
        hasRuns = !done.isEmpty
        isQuiet = running.page.items.isEmpty
    }
}
