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
        func rows(_ overview: RunService.Overview) -> [RunRowView] {
            overview.page.items.map {
                RunRowView($0, experimentName: overview.experimentNames[$0.experimentID], now: now)
            }
        }
        self.address = address
        self.running = rows(running)
        self.failed = rows(failed)
        self.lately = rows(lately)
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
        hasRuns = !lately.page.items.isEmpty
        isQuiet = running.page.items.isEmpty
    }
}
