package import Model
package import Services

/// The first page.
package struct HomeView: PageView {
    package static let template = "home"

    let address: String
    let running: [RunRowView]
    let failed: [RunRowView]
    let lately: [RunRowView]
    let hasRuns: Bool
    let isQuiet: Bool

    /// Makes the page.
    /// - Parameter address: how this server is reached, for the example.
    package init(
        address: String,
        running: RunService.Overview,
        failed: RunService.Overview,
        lately: RunService.Overview,
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
        hasRuns = !lately.page.items.isEmpty
        isQuiet = running.page.items.isEmpty
    }
}
