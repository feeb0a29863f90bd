import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func listTasks(_ request: APIRequest) async throws -> Response {
        let run: RunID = request.id("run_id")
        let query = try request.listQuery()
        let parent = try request.query()["parent_id"].map { TaskID($0, in: run).path }
        let (page, listing) = try await useCases.tasks.list(run, query, parent: parent)
        let messages = Dictionary(grouping: Self.messages(listing), by: \.task.path)
        return .json(page.json("tasks", of: query) { messages[$0.path]?.first?.json ?? [:] })
    }

    func getTask(_ request: APIRequest) async throws -> Response {
        let run: RunID = request.id("run_id")
        let id = TaskID(request.parameters["task_id"] ?? "", in: run)
        let listing = try await useCases.tasks.get(run, id.path)
        return .json(Self.messages(listing).first?.json ?? [:])
    }

    /// All tasks of a run, as many as one answer may show.
    func tasks(of run: RunID, withArtifacts: Bool) async throws -> [TaskMessage] {
        Self.messages(try await useCases.tasks.all(of: run, withArtifacts: withArtifacts))
    }

    private static func messages(_ listing: TaskService.Listing) -> [TaskMessage] {
        TaskMessage.all(
            listing.tasks,
            attempts: listing.attempts,
            children: listing.children,
            artifacts: listing.artifacts
        )
    }
}
