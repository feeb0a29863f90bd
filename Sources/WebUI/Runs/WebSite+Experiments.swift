import HTTPTypes
import Hummingbird
import Model
import Services
import Wire

extension WebSite {
    /// Experiments and how their newest runs went.
    func experiments(_ request: WebRequest) async throws -> Response {
        let columns = [
            ListAddress.Column("Experiment", "col-name", order: "name", field: "display_name"),
            ListAddress.Column("Newest runs", "col-state"),
            ListAddress.Column("Last run", "col-time", order: "lastrun", field: "last_run_created_at"),
            ListAddress.Column("Created", "col-time col-more", order: "created", field: "created_at"),
        ]
        let address = try ListAddress(path: "/experiments", columns: columns, query: request.query)
        let query = try address.query(pageSize: 50, isArchivable: true)
        let overview = try await useCases.experiments.overview(query, runs: 5)
        let setting = ListView.Setting(
            title: "Experiments",
            thing: .experiment,
            create: RunRowView.Link(name: "New experiment", href: "/experiments/new"),
            actions: address.isArchive ? [.restore, .delete] : [.archive, .delete],
            isArchivable: true,
            empty: "There is no experiment.",
            notice: Notice(request.query)?.text
        )
        let now = now()
        let view = ListView(setting, overview.page, address, query) { experiment in
            row(experiment, overview.runs[experiment.id] ?? [], now)
        }
        return try show(view, title: view.title, section: .experiments, live: "experiments")
    }

    private func row(_ experiment: Experiment, _ runs: [Run], _ now: Instant) -> ListView.Row {
        // The runs of one that was archived are in its archive.
        let page = WebUI.address(
            "/experiments/" + percentEncoded(experiment.id.text),
            ["archived": experiment.storageState == .archived ? "true" : nil]
        )
        return ListView.Row(
            id: experiment.id.text,
            name: experiment.displayName,
            cells: [
                ListView.Cell(
                    style: "col-name",
                    link: RunRowView.Link(name: experiment.displayName, href: page),
                    note: experiment.description.isEmpty ? nil : experiment.description
                ),
                ListView.Cell(
                    style: "col-state",
                    states: ListView.LinkedState.drawn(
                        runs.map {
                            ListView.LinkedState(
                                state: StateView(of: $0),
                                title: $0.displayName,
                                href: RunAddress($0.id).href
                            )
                        }
                    )
                ),
                ListView.Cell(
                    style: "col-time",
                    time: experiment.lastRunCreatedAt.map { TimeView($0, now: now) }
                ),
                ListView.Cell(style: "col-time col-more", time: TimeView(experiment.createdAt, now: now)),
            ]
        )
    }

    /// The form for a new experiment.
    func newExperiment() throws -> Response {
        try show(
            ExperimentFormView(name: "", description: "", refusal: nil),
            title: "New experiment",
            section: .experiments
        )
    }

    /// Makes what the form says. What is refused is shown again, with the reason.
    func createExperiment(_ request: WebRequest) async throws -> Response {
        let form = try await request.form()
        let (name, description) = (form["name"] ?? "", form["description"] ?? "")
        do {
            let made = try await useCases.experiments.create(displayName: name, description: description)
            return .moved(
                to: Notice(.create, .experiment).address(on: "/experiments/" + percentEncoded(made.id.text))
            )
        } catch let error as PlatformError where error.code != .internalError {
            let view = ExperimentFormView(name: name, description: description, refusal: error)
            return try show(
                view,
                title: "New experiment",
                section: .experiments,
                status: .unprocessableContent
            )
        }
    }
}

/// The form for a new experiment.
struct ExperimentFormView: PageView {
    static let template = "experimentform"

    let name: String
    let description: String
    let error: String?
    /// Whether the name is what the form was refused for.
    let isNameWrong: Bool

    /// - Parameter refusal: why what was sent before was refused; `nil` for a new form.
    init(name: String, description: String, refusal: PlatformError?) {
        self.name = name
        self.description = description
        error = refusal?.message
        isNameWrong = refusal?.isAboutName ?? false
    }
}

extension PlatformError {
    /// Whether a form that asks for a name, and for nothing else that can be wrong, was refused for it.
    var isAboutName: Bool { code == .invalidArgument || code == .alreadyExists }
}
