import HTTPTypes
import Hummingbird
import Model
import Services
import Wire

extension WebSite {
    /// A list of runs: all, or those of an experiment.
    func runs(_ request: WebRequest, experiment id: ExperimentID?) async throws -> Response {
        let path = id.map { "/experiments/" + percentEncoded($0.text) } ?? "/runs"
        let address = try RunsAddress(path: path, query: request.query)
        let query = try address.query(pageSize: 50)
        let experiment: Experiment? =
            if let id { try await useCases.experiments.get(id) } else { nil }
        let view = RunsView(
            try await useCases.runs.overview(query, experimentID: id),
            address,
            query,
            experiment: experiment,
            notice: Notice(request.query)?.text,
            now: now()
        )
        return try show(
            view,
            title: view.title,
            section: id == nil ? .runs : .experiments,
            live: id.map { "experiment/\($0)" } ?? "runs"
        )
    }

    /// Repeats a run from one task on, and shows the new one.
    func rerun(_ form: WebForm) async throws -> Response {
        let run = try await useCases.runs.rerun(
            RunID(form["run"] ?? ""),
            from: form["task"] ?? "",
            displayName: nil
        )
        return .moved(to: RunAddress(run.id).href)
    }
}
