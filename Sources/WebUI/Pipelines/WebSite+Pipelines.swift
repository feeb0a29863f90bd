import HTTPTypes
import Hummingbird
import Model
import PipelineIR
import Services
import Wire

extension WebSite {
    /// All pipelines.
    func pipelines(_ request: WebRequest) async throws -> Response {
        if let run = request.query["fromRun"] {
            return .moved(to: RunAddress(RunID(run)).with { $0.tab = .spec }.href)
        }
        return try await pipelines(
            request,
            path: "/pipelines",
            ListView.Setting(
                title: "Pipelines",
                thing: .pipeline,
                create: RunRowView.Link(name: "Upload pipeline", href: "/pipelines/new"),
                actions: [.delete],
                empty: "There is no pipeline yet. Upload a file that the kfp SDK has compiled.",
                notice: Notice(request.query)?.text
            )
        ) { "/pipelines/" + percentEncoded($0.text) }
    }

    /// Pipelines to choose one from, for something that needs one.
    func choosePipeline(_ request: WebRequest, title: String, path: String) async throws -> Response {
        try await pipelines(
            request,
            path: path,
            ListView.Setting(
                title: title,
                thing: .pipeline,
                section: path.hasPrefix("/runs") ? .runs : .recurringRuns,
                lead: "Choose a pipeline.",
                create: RunRowView.Link(name: "Upload pipeline", href: "/pipelines/new"),
                empty: "There is no pipeline yet. Upload one first."
            )
        ) { path + "?" + QueryString.text(["pipeline": $0.text, "experiment": request.query.experiment]) }
    }

    private func pipelines(
        _ request: WebRequest,
        path: String,
        _ setting: ListView.Setting,
        href: (PipelineID) -> String
    ) async throws -> Response {
        let columns = [
            ListAddress.Column("Pipeline", "col-name", order: "name", field: "display_name"),
            ListAddress.Column("Newest version", "col-text"),
            ListAddress.Column("Created", "col-time", order: "created", field: "created_at"),
        ]
        let address = try ListAddress(path: path, columns: columns, query: request.query)
        let query = try address.query(pageSize: 50)
        let overview = try await useCases.pipelines.overview(query)
        let now = now()
        let view = ListView(setting, overview.page, address, query) { pipeline in
            let count = overview.versionCounts[pipeline.id] ?? 0
            let link = RunRowView.Link(name: pipeline.displayName, href: href(pipeline.id))
            return ListView.Row(
                id: pipeline.id.text,
                name: pipeline.displayName,
                cells: [
                    ListView.Cell(
                        style: "col-name",
                        link: link,
                        note: pipeline.description.isEmpty ? nil : pipeline.description
                    ),
                    ListView.Cell(
                        style: "col-text",
                        text: overview.newest[pipeline.id]?.displayName ?? "none",
                        note: count > 1 ? "of \(count) versions" : nil
                    ),
                    ListView.Cell(style: "col-time", time: TimeView(pipeline.createdAt, now: now)),
                ]
            )
        }
        return try show(
            view,
            title: view.title,
            section: setting.section ?? setting.thing.section,
            live: "pipelines"
        )
    }

    /// The page of a pipeline.
    func pipeline(_ id: PipelineID, _ request: WebRequest) async throws -> Response {
        let address = try PipelineAddress(id, query: request.query)
        let query = try address.versionsQuery(pageSize: address.tab == .versions ? 50 : 1)
        let details = try await useCases.pipelines.details(id, version: address.version, query)
        let view = PipelineView(
            details,
            address,
            query,
            panel: try stepPanel(details.chosen?.graph, address),
            notice: Notice(request.query)?.text,
            now: now()
        )
        return try show(
            view,
            title: details.pipeline.displayName,
            section: .pipelines,
            live: "pipeline/\(id)"
        )
    }

    private func stepPanel(_ graph: TaskGraph?, _ address: PipelineAddress) throws -> HTML? {
        guard let path = address.task, let graph else { return nil }
        guard let (task, siblings) = graph.find(path) else {
            throw PlatformError(
                .notFound,
                "This version has no task at \(path.text.prefix(200)); another version may have it."
            )
        }
        return try templates.render(StepView(task, among: siblings, close: address.showing(nil).href))
    }
}
