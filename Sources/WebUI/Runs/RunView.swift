package import Model
import PipelineIR
package import Services
import Wire

/// The page of a run.
package struct RunView: PageView {
    package static let template = "run"

    /// A way to look at the run.
    struct TabLink: Hashable, Sendable {
        let title: String
        let href: String
        let isCurrent: Bool
    }

    let id: String
    let name: String
    let description: String?
    let state: StateView
    let started: TimeView
    let duration: DurationView?
    let pipeline: String
    /// The page of its version; `nil` for a run that brought its own spec, and where the pipeline was deleted.
    let pipelineHref: String?
    /// Whether there was a pipeline that is not there any more.
    let isPipelineGone: Bool
    let experiment: RunRowView.Link?
    let progress: String?
    let reason: ReasonView?
    /// The task that failed first.
    let culprit: RunRowView.Link?
    let notice: String?
    let isArchived: Bool
    let isOver: Bool
    /// Whether what failed in it can be tried again.
    let canRetry: Bool
    /// The run and the task that it was repeated from.
    let repeats: RunRowView.Link?
    /// The recurring run that started it.
    let recurring: RunRowView.Link?
    /// What people should know besides how it goes.
    let notes: [String]
    let back: String
    let clone: String
    let tabs: [TabLink]
    let panel: HTML?
    let graph: HTML?
    /// Puts artifacts into the graph, or takes them out; `nil` where there are none.
    let artifacts: TabLink?
    let finder: TaskFinder?
    let timeline: Timeline?
    let details: Details?
    let spec: HTML?

    /// What was asked for, and what came of it.
    struct Details: Hashable, Sendable {
        let facts: [TaskView.Fact]
        let parameters: ValuesView
        let outputs: ValuesView
        let history: [TaskView.Entry]
    }

    /// Makes the page.
    /// - Parameter panel: the panel of the task that is chosen, if one is.
    package init(
        _ details: RunService.Details,
        _ tasks: RunTasks,
        _ address: RunAddress,
        panel: HTML?,
        notice: String?,
        now: Instant
    ) {
        let run = details.run
        id = run.id.text
        name = run.displayName
        description = run.description.isEmpty ? nil : run.description
        state = StateView(of: run)
        started = TimeView(run.createdAt, now: now)
        duration = DurationView(from: run.createdAt, to: run.finishedAt, now: now)
        pipeline = run.pipelineName
        pipelineHref = details.pipeline.map { pipeline in
            WebUI.address(
                "/pipelines/" + percentEncoded(pipeline.id.text),
                ["version": pipeline.version?.text]
            )
        }
        isPipelineGone = run.pipelineID != nil && details.pipeline == nil
        experiment = details.experiment.map {
            RunRowView.Link(name: $0.displayName, href: "/experiments/" + percentEncoded($0.id.text))
        }
        progress = tasks.steps[.root].map { progressText($0, isGrowing: tasks.isGrowing) }
        reason = ReasonView(run.error?.message, StateView(of: run))
        culprit = tasks.firstFailure.map { task in
            RunRowView.Link(
                name: task.displayName,
                href: address.showing(task.path).with { $0.tab = .graph }.href
            )
        }
        self.notice = notice
        isArchived = run.storageState == .archived
        isOver = run.state.isFinal || run.state == .canceling
        canRetry = run.state == .failed || run.state == .canceled
        repeats = run.rerun.map { rerun in
            RunRowView.Link(
                name: rerun.from.text,
                href: RunAddress(rerun.source).showing(rerun.from).href
            )
        }
        recurring = details.recurring.map {
            RunRowView.Link(name: $0.displayName, href: "/recurringruns/" + percentEncoded($0.id.text))
        }
        notes = run.notes.map(\.message)
        back = address.href
        clone = "/runs/new?" + QueryString.text(["clone": run.id.text])
        tabs = RunAddress.Tab.allCases.map { tab in
            TabLink(title: tab.title, href: address.with { $0.tab = tab }.href, isCurrent: tab == address.tab)
        }
        self.panel = panel
        graph =
            address.tab == .graph
            ? GraphDrawing.draw(
                RunSceneBuilder(details.graph, tasks, address, artifacts: details.listing.artifacts, now: now)
                    .scene(),
                label: "Graph of \(run.displayName)"
            ) : nil
        artifacts =
            address.tab == .graph && !details.listing.artifacts.isEmpty
            ? TabLink(
                title: "Artifacts",
                href: address.with { $0.showsArtifacts.toggle() }.href,
                isCurrent: address.showsArtifacts
            ) : nil
        finder = TaskFinder(tasks, address)
        timeline = address.tab == .timeline ? Timeline(run, tasks, address, now: now) : nil
        self.details = address.tab == .details ? Details(details, now: now) : nil
        spec = address.tab == .spec ? SpecText.html(details.document) : nil
    }
}

extension RunView.Details {
    init(_ details: RunService.Details, now: Instant) {
        let run = details.run
        let facts: [(String, String?)] = [
            ("Run", run.id.text), ("Pipeline", run.pipelineName), ("Pipeline id", run.pipelineID?.text),
            ("Version id", run.pipelineVersionID?.text), ("Service account", run.serviceAccount),
            ("Pipeline root", run.pipelineRoot), ("Created", TimeView(run.createdAt, now: now).title),
            ("Ended", run.finishedAt.map { TimeView($0, now: now).title }),
        ]
        self.facts = facts.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : TaskView.Fact(name: name, value: $0) }
        }
        let inputs = details.graph.root.component.inputParameters
        parameters = ValuesView(
            TaskValues(parameters: run.parameters),
            defaults: inputs.compactMapValues(\.defaultValue)
        )
        outputs = ValuesView(run.outputs, artifacts: details.listing.artifacts)
        history = run.stateHistory.map {
            TaskView.Entry(
                state: StateView($0.state),
                at: TimeView($0.at, now: now),
                why: $0.reason?.headline
            )
        }
    }
}
