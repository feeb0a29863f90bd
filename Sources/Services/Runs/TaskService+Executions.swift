package import Model
import Store

extension TaskService {
    /// One page of the tasks of all runs, the newest first, from one moment.
    package func executions(_ query: ExecutionQuery) async throws -> ExecutionPage {
        try await context.database.read { try $0.listExecutions(query) }
    }
}
