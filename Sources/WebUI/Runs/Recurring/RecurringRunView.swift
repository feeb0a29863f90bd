import Model
import PipelineIR
import Services
import Wire

/// The page of a recurring run.
struct RecurringRunView: PageView {
    static let template = "recurringrun"

    let id: String
    let name: String
    let description: String?
    let state: StateView
    let isEnabled: Bool
    let rule: String
    let notice: String?
    /// Why the last firing started no run, or which were left out.
    let reason: ReasonView?
    let edit: String
    /// The form of a new one like it.
    let clone: String
    let back: String
    let firings: FiringsView
    let runs: [RunRowView]
    let hasRuns: Bool
    /// The list of all its runs.
    let all: RunRowView.Link
    let parameters: ValuesView
    let facts: [TaskView.Fact]
    let pipeline: RunRowView.Link?
    let experiment: RunRowView.Link?

    init(_ details: RecurringRunService.Details, _ firings: FiringsView, notice: String?, now: Instant) {
        let recurring = details.described.recurring
        id = recurring.id.text
        name = recurring.displayName
        description = recurring.description.isEmpty ? nil : recurring.description
        state = StateView(isEnabled: recurring.isEnabled)
        isEnabled = recurring.isEnabled
        rule = recurring.trigger.rule.text
        self.notice = notice
        reason = ReasonView(recurring.reason?.message, StateView(.failed as RuntimeState))
        back = "/recurringruns/" + percentEncoded(recurring.id.text)
        edit = back + "/edit"
        clone = address("/recurringruns/new", ["recurring": recurring.id.text])
        self.firings = firings
        runs = details.runs.items.map { RunRowView($0, experimentName: nil, now: now) }
        hasRuns = !runs.isEmpty
        all = RunRowView.Link(
            name:
                "All runs (\(grouped(details.runs.totalSize))\(details.runs.isTotalBounded ? " or more" : ""))",
            href: "/runs?" + QueryString.text(["recurring": recurring.id.text])
        )
        let inputs = details.graph?.root.component.inputParameters ?? [:]
        parameters = ValuesView(
            TaskValues(parameters: recurring.parameters),
            defaults: inputs.compactMapValues(\.defaultValue)
        )
        pipeline = details.pipeline.map {
            let version = details.version.map { " (\($0.displayName))" } ?? ""
            let page = PipelineAddress($0.id, version: details.version?.id)
            return RunRowView.Link(name: $0.displayName + version, href: page.href)
        }
        experiment = details.experiment.map {
            RunRowView.Link(name: $0.displayName, href: "/experiments/" + percentEncoded($0.id.text))
        }
        facts = Self.facts(details, now)
    }

    private static func facts(_ details: RecurringRunService.Details, _ now: Instant) -> [TaskView.Fact] {
        let recurring = details.described.recurring
        let version =
            recurring.pipelineID == nil
            ? "one of its own"
            : recurring.pipelineVersionID == nil ? "the newest one at each firing" : details.version?.name
        let facts: [(String, String?)] = [
            ("Recurring run", recurring.id.text), ("Pipeline", details.graph?.pipelineName),
            ("Version", version ?? "one that was deleted; it is kept for this"),
            ("When", recurring.trigger.rule.text),
            ("Start", recurring.trigger.start.map { TimeView($0, now: now).title }),
            ("End", recurring.trigger.end.map { TimeView($0, now: now).title }),
            ("At once", "at most \(counted(recurring.maxConcurrency, "run"))"),
            (
                "Missed firings",
                recurring.noCatchup ? "only the last one is made up for" : "all are made up for"
            ),
            ("Last fired", recurring.progress.last.map { TimeView($0, now: now).title }),
            ("Pipeline root", recurring.pipelineRoot), ("Service account", recurring.serviceAccount),
            ("Created", TimeView(recurring.createdAt, now: now).title),
            ("Changed", TimeView(recurring.updatedAt, now: now).title),
        ]
        return facts.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : TaskView.Fact(name: name, value: $0) }
        }
    }
}
