import HTTPTypes
import Hummingbird
import Model
import Services

extension WebSite {
    /// The first page: what runs, what failed and why, and how to begin.
    func home(_ request: WebRequest) async throws -> Response {
        func newest(_ states: [RuntimeState], _ count: Int) async throws -> RunService.Overview {
            let address = try RunsAddress(path: "/runs", query: WebForm("")).with { $0.states = states }
            return try await useCases.runs.overview(address.query(pageSize: count), experimentID: nil)
        }
        let view = HomeView(
            address: "http://" + (request.request.head.authority ?? "127.0.0.1:8888"),
            running: try await newest([.pending, .running, .canceling], 10),
            // Some of them were stopped on purpose.
            failed: try await newest([.failed], 2 * HomeView.rowsMax),
            lately: try await newest([.succeeded, .canceled, .skipped], HomeView.rowsMax),
            upcoming: try await useCases.recurringRuns.upcoming(limit: 5),
            health: try await useCases.health.look(),
            version: version,
            now: now()
        )
        return try show(view, title: "Home", section: .home, live: "runs")
    }
}
