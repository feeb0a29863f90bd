import Model
import PipelineIR
import Wire

/// The form that starts a run, or makes or edits a recurring one.
struct RunFormView: PageView {
    static let template = "runform"

    /// A parameter of the pipeline.
    struct Field: Hashable, Sendable {
        let name: String
        /// What the form calls it.
        let field: String
        let type: String
        let hint: String?
        let placeholder: String
        let value: String
        let isRequired: Bool
        /// Whether it is what the form was refused for.
        let isWrong: Bool
        let isNumber: Bool
        let isLong: Bool
        /// Values to choose from; empty where anything may be written.
        let choices: [Choice]
        let hasChoices: Bool
    }

    /// A value to choose.
    struct Choice: Hashable, Sendable {
        let value: String
        let title: String
        let isChosen: Bool
    }

    /// A field that nobody sees.
    struct Hidden: Hashable, Sendable {
        let name: String
        let value: String
    }

    let title: String
    let origin: RunRowView.Link
    /// What is said of it.
    let originText: String
    /// What is said after it.
    let originNote: String
    let back: String
    let section: RunRowView.Link
    let target: String
    let hidden: [Hidden]
    /// Versions to choose from; ``choosing`` shows the form anew, with the parameters of that version.
    let versions: [Choice]
    let choosesVersion: Bool
    /// Whether the form was just shown anew.
    let isRewritten: Bool
    /// What of the form for another version is left out.
    let left: String?
    let name: String
    let description: String
    let experiments: [Choice]
    let choosesExperiment: Bool
    let fields: [Field]
    let hasFields: Bool
    let root: String
    let account: String
    let hasMore: Bool
    let schedule: ScheduleView?
    let verb: String
    let error: String?

    /// What is sent by those who want the form of another version.
    static let choosing = "choose"

    /// Makes the form.
    /// - Parameters:
    ///   - sent: what was sent before and refused; `nil` for a new form.
    ///   - schedule: when runs are due, for a recurring one.
    ///   - error: why it was refused.
    ///   - isRewritten: whether what was sent was written for another version.
    init(
        _ draft: RunDraft,
        sent: WebForm?,
        schedule: ScheduleView?,
        error: String?,
        isRewritten: Bool = false
    ) {
        let (sent, left) = Self.kept(draft, sent, isRewritten: isRewritten)
        self.isRewritten = isRewritten
        self.left = left
        let isRecurring = schedule != nil
        var hidden = [("pipeline", draft.pipeline?.id.text), ("version", draft.version?.text)]
        // No version means the newest one; left out, it would mean the one that the recurring run has.
        let version = ("version", draft.version?.text ?? "" as String?)
        var target = isRecurring ? "/recurringruns/new" : "/runs/new"
        switch draft.origin {
        case .clone(let run):
            title = isRecurring ? "New recurring run" : "New run"
            origin = RunRowView.Link(name: run.displayName, href: RunAddress(run.id).href)
            (originText, originNote) = ("Like", "")
            hidden = [("clone", run.id.text)]
        case .pipeline(let pipeline):
            title = isRecurring ? "New recurring run" : "New run"
            let page = PipelineAddress(pipeline.id, version: draft.version)
            origin = RunRowView.Link(name: pipeline.displayName, href: page.href)
            (originText, originNote) = ("Of the pipeline", "")
        case .recurring(let recurring):
            title = "Edit a recurring run"
            origin = Self.link(recurring)
            originText = "Changes"
            originNote = "; runs that are under way go on as they are."
            target = origin.href + "/edit"
            hidden = [version]
        case .likeRecurring(let recurring):
            title = "New recurring run"
            origin = Self.link(recurring)
            (originText, originNote) = ("Like", "")
            hidden = [("recurring", recurring.id.text), version]
        }
        section =
            isRecurring
            ? RunRowView.Link(name: "Recurring runs", href: "/recurringruns")
            : RunRowView.Link(name: "Runs", href: "/runs")
        back = origin.href
        self.target = target
        versions = Self.versions(draft, isRecurring: isRecurring)
        choosesVersion = !versions.isEmpty
        if choosesVersion { hidden.removeAll { $0.0 == "version" } }
        self.hidden = hidden.compactMap { name, value in value.map { Hidden(name: name, value: $0) } }
        name = sent?["name"] ?? draft.name
        description = sent.map { $0["description"] ?? "" } ?? draft.description
        let experiment = sent?["experiment"] ?? draft.experiment?.text
        experiments = draft.experiments.map {
            Choice(value: $0.id.text, title: $0.displayName, isChosen: $0.id.text == experiment)
        }
        choosesExperiment = !experiments.isEmpty
        fields = Self.fields(draft, sent, error: error)
        hasFields = !fields.isEmpty
        root = sent.map { $0["root"] ?? "" } ?? draft.pipelineRoot ?? ""
        account = sent.map { $0["account"] ?? "" } ?? draft.serviceAccount
        hasMore = !root.isEmpty || !account.isEmpty
        self.schedule = schedule
        verb =
            if case .recurring = draft.origin {
                "Save"
            } else {
                isRecurring ? "Create the recurring run" : "Start the run"
            }
        self.error = error ?? (sent == nil && draft.isExperimentGone ? Self.experimentGone : nil)
    }

    private static func kept(_ draft: RunDraft, _ sent: WebForm?, isRewritten: Bool) -> (WebForm?, String?) {
        guard let sent, isRewritten else { return (sent, nil) }
        let (form, left) = draft.keeping(sent)
        if left.isEmpty { return (form, nil) }
        return (form, "This version does not take what was written for: " + left.joined(separator: ", "))
    }

    private static let experimentGone =
        "The experiment was archived or deleted, so no run can be started in it; choose another one."

    private static func link(_ recurring: RecurringRun) -> RunRowView.Link {
        RunRowView.Link(
            name: recurring.displayName,
            href: "/recurringruns/" + percentEncoded(recurring.id.text)
        )
    }
}
