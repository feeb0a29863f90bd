package import Model
package import PipelineIR
package import Services
import Wire

/// The panel of a task.
package struct TaskView: PageView {
    package static let template = "task"

    /// One attempt.
    struct AttemptView: Hashable, Sendable {
        let number: String
        let state: StateView
        let started: TimeView?
        let duration: DurationView?
        let exit: String?
        let why: String?
        let href: String
        let isShown: Bool
    }

    /// One entry of the history.
    package struct Entry: Hashable, Sendable {
        let state: StateView
        let at: TimeView
        let why: String?
    }

    /// A fact about the task.
    struct Fact: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// What an artifact that the task wrote shows of itself.
    package struct Look: Hashable, Sendable {
        let name: String
        let href: String
        let content: HTML
    }

    /// The log that is shown.
    struct Log: Hashable, Sendable {
        let attempt: String
        /// All of it, as a page.
        let href: String
        /// Its lines, for the script.
        let lines: String
        /// As it is, for programs.
        let raw: String
        /// Changes when another log is to be shown.
        let key: String
    }

    let title: String
    let path: String
    let kind: String
    private(set) var state: StateView
    let run: String
    /// Whether the run can be repeated from this task on.
    let canRerun: Bool
    let close: String
    let started: TimeView?
    let duration: DurationView?
    private(set) var reason: ReasonView?
    let cache: String?
    /// The execution that the cache or a repetition looked at.
    let earlier: RunRowView.Link?
    let inputs: ValuesView
    let outputs: ValuesView
    let attempts: [AttemptView]
    private(set) var history: [Entry]
    private(set) var hasHistory: Bool
    let facts: [Fact]
    let log: Log?
    let loop: LoopView?
    let looks: [Look]

    /// Makes the panel of a task that the run has got to.
    /// - Parameter looks: what the artifacts that it wrote show of themselves.
    package init(
        _ record: TaskRecord,
        _ task: TaskGraph.Task?,
        _ details: RunService.Details,
        _ tasks: RunTasks,
        _ address: RunAddress,
        looks: [Look] = [],
        now: Instant
    ) {
        title = tasks.title(of: record)
        path = record.path.text
        kind = record.kind.title
        state = StateView(record.state)
        run = address.run.text
        canRerun = details.run.state.isFinal && record.kind != .iteration && record.endedAt != nil
        close = address.showing(nil).href
        started = record.startedAt.map { TimeView($0, now: now) }
        duration = DurationView(from: record.startedAt, to: record.endedAt, now: now)
        reason = ReasonView(record.reason?.message, StateView(record.state))
        // What was taken over says so in its reason.
        cache = record.cache?.message == record.reason?.message ? nil : record.cache?.message
        earlier = Self.earlier(record)
        inputs = ValuesView(record.inputs, artifacts: details.listing.artifacts)
        outputs = ValuesView(record.outputs, artifacts: details.listing.artifacts)
        let attempts = tasks.attempts[record.path] ?? []
        let shown = attempts.first { $0.number == address.attempt } ?? attempts.last
        self.attempts = attempts.reversed().map { attempt in
            AttemptView(
                number: attempt.words,
                state: StateView(attempt.state),
                started: attempt.startedAt.map { TimeView($0, now: now) },
                duration: DurationView(from: attempt.startedAt, to: attempt.endedAt, now: now),
                exit: attempt.exitCode.map(String.init),
                why: attempt.state == .succeeded ? nil : attempt.reason?.headline,
                href: address.with { $0.attempt = attempt.number }.href,
                isShown: attempt.number == shown?.number
            )
        }
        history = record.stateHistory.map {
            Entry(state: StateView($0.state), at: TimeView($0.at, now: now), why: $0.reason?.headline)
        }
        hasHistory = !history.isEmpty
        facts = Self.facts(record, task) + (shown.map { Self.facts($0, of: record, now) } ?? [])
        log = shown.map { Self.log(address, record.path, $0.number) }
        self.looks = looks
        loop = record.kind == .loop ? LoopView(record.path, tasks, address, now: now) : nil
    }

    /// Makes the panel of a task that the run has not got to.
    init(
        notReached record: TaskRecord,
        _ task: TaskGraph.Task?,
        _ details: RunService.Details,
        _ tasks: RunTasks,
        _ address: RunAddress,
        now: Instant
    ) {
        self.init(record, task, details, tasks, address, now: now)
        state = StateView(nil as TaskState?)
        let why =
            task == nil
            ? "The pipeline of this run has no such task." : "The run has not got to this task."
        reason = ReasonView(why, state)
        (history, hasHistory) = ([], false)
    }

    private static func earlier(_ record: TaskRecord) -> RunRowView.Link? {
        guard let details = record.cache?.details, let run = details["run_id"]?.string,
            let task = details["task"]?.string
        else { return nil }
        return RunRowView.Link(
            name: "Show that execution of \(record.displayName)",
            href: RunAddress(RunID(run)).showing(TaskPath(task)).href
        )
    }

    private static func log(_ address: RunAddress, _ path: TaskPath, _ attempt: Int) -> Log {
        let query = QueryString.text(["task": path.text, "attempt": String(attempt)])
        let run = percentEncoded(address.run.text)
        let task = percentEncoded("\(address.run.text).\(path.text)")
        return Log(
            attempt: String(attempt + 1),
            href: "\(address.path)/log?\(query)",
            lines: "\(address.path)/log/lines?\(query)",
            raw: "/apis/v2beta1/runs/\(run)/tasks/\(task)/log?attempt=\(attempt)",
            key: "\(path.text)#\(attempt)"
        )
    }

    private static func facts(_ record: TaskRecord, _ task: TaskGraph.Task?) -> [Fact] {
        var facts = [Fact(name: "Task", value: record.path.text)]
        guard let task else { return facts }
        facts.append(Fact(name: "Component", value: task.componentName))
        if case .container(let container, _) = task.body {
            facts.append(Fact(name: "Image", value: container.image))
            let resources = [
                ("CPU", container.resources?.cpuRequest, container.resources?.cpuLimit),
                ("Memory", container.resources?.memoryRequest, container.resources?.memoryLimit),
            ]
            for (name, request, limit) in resources where request != nil || limit != nil {
                let parts = [request.map { "at least \($0)" }, limit.map { "at most \($0)" }]
                facts.append(Fact(name: name, value: parts.compactMap { $0 }.joined(separator: ", ")))
            }
        }
        let retries = task.spec.retryPolicy?.retriesMax ?? 0
        if retries > 0 { facts.append(Fact(name: "Retries", value: "at most \(retries)")) }
        if task.spec.cachingDisabled { facts.append(Fact(name: "Cache", value: "off")) }
        if !task.upstream.isEmpty, let condition = task.spec.triggerCondition {
            facts.append(Fact(name: "Condition", value: condition))
        }
        return facts
    }

    /// The pod of an attempt, as the API calls it, and its times.
    private static func facts(_ attempt: Attempt, of record: TaskRecord, _ now: Instant) -> [Fact] {
        let facts: [(String, String?)] = [
            ("Pod", TaskID(runID: record.runID, path: record.path).podName(attempt: attempt.number)),
            ("Created", TimeView(attempt.createdAt, now: now).title),
            ("Started", attempt.startedAt.map { TimeView($0, now: now).title }),
            ("Ended", attempt.endedAt.map { TimeView($0, now: now).title }),
            ("Exit status", attempt.exitCode.map(String.init)),
        ]
        return facts.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }
}
