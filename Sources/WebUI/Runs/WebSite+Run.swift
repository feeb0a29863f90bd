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
            panel: try await panel(details, tasks, address, now),
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
    ) async throws -> HTML? {
        guard let path = address.task else { return nil }
        let task = details.graph.find(path)?.task
        if let record = tasks.byPath[path] {
            let looks = try await looks(of: record, details.listing.artifacts)
            return try templates.render(
                TaskView(record, task, details, tasks, address, looks: looks, now: now)
            )
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

extension WebSite {
    /// What the first few artifacts that a task wrote show of themselves.
    private func looks(
        of record: TaskRecord,
        _ artifacts: [ArtifactID: Artifact]
    ) async throws -> [TaskView.Look] {
        let written = record.outputs.artifacts.sorted { $0.key < $1.key }.flatMap { name, ids in
            ids.compactMap { artifacts[$0] }.map { (name: name, artifact: $0) }
        }
        var looks: [TaskView.Look] = []
        // Groups hand on what steps in them wrote, of a loop all of it.
        for (name, artifact) in written.prefix(record.kind.isStep ? 6 : 2) {
            let address = ArtifactAddress(artifact.id)
            let content = try await look(at: artifact, address, .panel)
            looks.append(TaskView.Look(name: name, href: address.href, content: content))
        }
        return looks
    }
}
