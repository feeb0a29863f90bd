import Hummingbird
import Model
import Services

extension WebSite {
    /// The list of the tasks of all runs.
    func executions(_ request: WebRequest) async throws -> Response {
        let address = try ExecutionsAddress(query: request.query)
        let query = try address.query(pageSize: 50)
        let view = ExecutionsView(
            try await useCases.tasks.executions(query),
            address,
            pageSize: query.pageSize,
            now: now()
        )
        return try show(view, title: "Executions", section: .executions, live: "executions")
    }
}
