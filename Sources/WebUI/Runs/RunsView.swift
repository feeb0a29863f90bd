package import Model
package import Services
import Wire

/// One row of a list of runs.
package struct RunRowView: Hashable, Sendable {
    let id: String
    let href: String
    let name: String
    let state: StateView
    let pipeline: String
    let experiment: Link?
    let started: TimeView
    let duration: DurationView?
    /// Why it failed or was stopped, in one line.
    let why: String?

    /// A link.
    package struct Link: Hashable, Sendable {
        let name: String
        let href: String
    }

    /// Makes a row.
    package init(_ run: Run, experimentName: String?, now: Instant) {
        id = run.id.text
        href = "/runs/" + percentEncoded(run.id.text)
        name = run.displayName
        state = StateView(of: run)
        pipeline = run.pipelineName
        experiment = experimentName.map {
            Link(name: $0, href: "/experiments/" + percentEncoded(run.experimentID.text))
        }
        started = TimeView(run.createdAt, now: now)
        duration = DurationView(from: run.createdAt, to: run.finishedAt, now: now)
        why = run.error.map(\.headline).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A list of runs.
package struct RunsView: PageView {
    package static let template = "runs"

    /// A filter that is on or off.
    struct Filter: Sendable {
        let name: String
        let href: String
        let isOn: Bool
        let style: String
        let sign: String?
    }

    /// What can be done with the runs that are chosen.
    struct Action: Sendable {
        let name: String
        let title: String
        let style: String
    }

    let title: String
    let description: String?
    /// Of an experiment, if its runs are shown.
    let about: ExperimentHead?
    /// Starts a run; `nil` where none can be started.
    let create: String?
    let isArchive: Bool
    /// The other list: the archive, or what is not in it.
    let other: RunRowView.Link
    let path: String
    let search: String
    let states: [String]
    let sort: String
    /// The recurring run whose runs they are.
    let recurring: String?
    let filters: [Filter]
    let heads: [ListHead]
    let rows: [RunRowView]
    let actions: [Action]
    let back: String
    let total: String
    let first: String?
    let next: String?
    let notice: String?
    /// What an empty list says; `nil` for one that is not.
    let empty: String?

    /// Makes the list.
    package init(
        _ overview: RunService.Overview,
        _ address: RunsAddress,
        _ query: ListQuery,
        experiment: Experiment?,
        notice: String?,
        now: Instant
    ) {
        let page = overview.page
        title = (experiment?.displayName ?? "Runs") + (address.isArchive ? " (archive)" : "")
        description = experiment.map(\.description).flatMap { $0.isEmpty ? nil : $0 }
        about = experiment.map { ExperimentHead($0, now: now) }
        create = if let about { about.run } else { "/runs/new" }
        isArchive = address.isArchive
        other = RunRowView.Link(
            name: address.isArchive ? "Back to the runs" : "Archived runs",
            href: address.with { $0.isArchive.toggle() }.href
        )
        path = address.path
        search = address.search ?? ""
        states = address.states.map(\.rawValue)
        sort = (address.descending ? "-" : "") + address.column.rawValue
        recurring = address.recurring?.text
        filters = Self.filters(address)
        heads = Self.heads(address)
        rows = page.items.map {
            RunRowView($0, experimentName: overview.experimentNames[$0.experimentID], now: now)
        }
        actions = Self.actions(address)
        back = address.href
        total = totalText(page, "run")
        first = address.page == nil ? nil : address.with { _ in }.href
        next = page.next.map { cursor in
            address.with { $0.page = PageToken.text(query: query, next: cursor) }.href
        }
        self.notice = notice
        empty = rows.isEmpty ? Self.emptyText(address) : nil
    }

    private static func emptyText(_ address: RunsAddress) -> String {
        if address.search != nil || address.recurring != nil || !address.states.isEmpty {
            return "No run fits. Change the filter or the search."
        }
        if address.isArchive { return "The archive is empty." }
        let away = "Those that were put away are among the archived runs."
        if address.path != Section.runs.path { return "There is no run here. \(away)" }
        return "There is no run here. New run starts a pipeline, Home shows how Python does. \(away)"
    }

    private static func filters(_ address: RunsAddress) -> [Filter] {
        let groups: [(String, [RuntimeState])] = [
            ("All", []), ("Running", [.pending, .running, .canceling, .paused]), ("Succeeded", [.succeeded]),
            // Runs that somebody stopped have failed, as KFP has it, and nothing finds them by their reason.
            ("Failed or stopped", [.failed, .canceled]),
        ]
        return groups.map { name, states in
            let look = StateView(name == "Running" ? .running : states.first ?? .pending)
            return Filter(
                name: name,
                href: address.with { $0.states = states }.href,
                // An address may ask for some of the states of one.
                isOn: address.states.isEmpty == states.isEmpty && Set(address.states).isSubset(of: states),
                style: look.style,
                sign: states.isEmpty ? nil : look.sign
            )
        }
    }

    private static func heads(_ address: RunsAddress) -> [ListHead] {
        let names: [(RunsAddress.Column?, String)] = [
            (nil, "State"), (.name, "Run"), (nil, "Experiment"), (.started, "Started"), (nil, "Duration"),
        ]
        return names.map { column, name in
            let isSorted = column == address.column
            return ListHead(
                name,
                isSorted: isSorted,
                descending: address.descending,
                href: column.map { column in
                    address.with { changed in
                        changed.descending = isSorted ? !address.descending : column != .name
                        changed.column = column
                    }.href
                }
            )
        }
    }

    private static func actions(_ address: RunsAddress) -> [Action] {
        address.isArchive
            ? [
                Action(name: "restore", title: "Restore", style: ""),
                Action(name: "delete", title: "Delete…", style: "danger"),
            ]
            : [
                Action(name: "archive", title: "Archive", style: ""),
                Action(name: "retry", title: "Retry", style: ""),
                Action(name: "terminate", title: "Stop…", style: ""),
                Action(name: "delete", title: "Delete…", style: "danger"),
            ]
    }
}
