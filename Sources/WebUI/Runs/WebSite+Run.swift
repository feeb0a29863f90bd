import HTTPTypes
import Hummingbird
import Model
import PipelineIR
import Services

extension WebSite {
    /// The page of a run.
    func run(_ id: RunID, _ request: WebRequest) async throws -> Response {
        let address = try RunAddress(id, query: request.query)
        let details = try await useCases.runs.details(id)
        let (tasks, now) = (RunTasks(details.listing), now())
        let view = RunView(
            details,
            tasks,
            address,
            panel: try panel(details, tasks, address, now),
            notice: Notice(request.query)?.text,
            now: now
        )
        return try show(view, title: details.run.displayName, section: .runs, live: "run/\(id)")
    }

    private func panel(
        _ details: RunService.Details,
        _ tasks: RunTasks,
        _ address: RunAddress,
        _ now: Instant
    ) throws -> HTML? {
        guard let path = address.task else { return nil }
        let task = details.graph.find(path)?.task
        if let record = tasks.byPath[path] {
            return try templates.render(TaskView(record, task, details, tasks, address, now: now))
        }
        // The run has not got to it, or somebody made the path up.
        let record = TaskRecord(
            runID: address.run,
            path: path,
            parent: nil,
            name: path.text,
            displayName: task?.displayName ?? path.text,
            kind: task?.kind ?? .container,
            createdAt: details.run.createdAt
        )
        return try templates.render(TaskView(notReached: record, task, details, tasks, address, now: now))
    }
}
