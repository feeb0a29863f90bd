package import Model
import Wire

/// The list of the tasks of all runs.
package struct ExecutionsView: PageView {
    package static let template = "executions"

    /// One row.
    struct Row: Sendable {
        let id: String
        let href: String
        let name: String
        /// The groups it is in; `nil` for none.
        let group: String?
        let state: StateView
        let why: String?
        let run: RunRowView.Link
        let kind: String
        let started: TimeView
        let duration: DurationView?
    }

    let search: String
    let states: [String]
    let showsGroups: Bool
    let filters: [RunsView.Filter]
    /// Steps, or groups as well.
    let kinds: [RunsView.Filter]
    let rows: [Row]
    let total: String?
    let first: String?
    let next: String?
    /// How far a search has looked that goes on.
    let note: String?
    /// What an empty list says; `nil` for one that is not.
    let empty: String?

    /// Makes the list.
    package init(_ page: ExecutionPage, _ address: ExecutionsAddress, pageSize: Int, now: Instant) {
        search = address.search ?? ""
        states = address.states.map(\.rawValue)
        showsGroups = address.showsGroups
        filters = Self.filters(address)
        kinds = [("Steps", false), ("Groups, too", true)].map { name, isShown in
            RunsView.Filter(
                name: name,
                href: address.with { $0.showsGroups = isShown }.href,
                isOn: isShown == address.showsGroups,
                style: "",
                sign: nil
            )
        }
        rows = page.items.map { Self.row($0, now: now) }
        total = page.total.map { counted($0, "execution") + ($0 >= Limits.glanceCountMax ? " or more" : "") }
        first = address.page == nil ? nil : address.with { _ in }.href
        next = page.next.map { address.from($0).href }
        let isCut = address.search != nil && page.next != nil && page.items.count < pageSize
        let looked = "\(grouped(page.searchedMax ?? 0)) executions"
        note = isCut ? "Of the \(looked) looked at, these fit. The next page looks at older ones." : nil
        empty = rows.isEmpty ? Self.emptyText(address, isCut: isCut, looked) : nil
    }

    private static func row(_ execution: Execution, now: Instant) -> Row {
        let (runID, path) = (execution.place.runID, execution.place.path)
        let run = RunAddress(runID)
        let place = path.words
        let title = title(of: execution, place.name)
        let end = execution.endedAt ?? (execution.state.isFinal ? execution.startedAt : nil)
        return Row(
            id: TaskID(runID: runID, path: path).description,
            href: execution.kind == .root ? run.href : run.showing(path).href,
            name: place.numbers.isEmpty ? title : "\(title) · \(place.numbers)",
            group: place.groups,
            state: StateView(execution.state),
            why: execution.state == .failed ? execution.reason?.headline : nil,
            run: RunRowView.Link(name: execution.runName, href: run.href),
            kind: execution.kind.title,
            started: TimeView(execution.startedAt ?? execution.createdAt, now: now),
            duration: DurationView(from: execution.startedAt, to: end, now: now)
        )
    }

    /// The name of an iteration has its number from 0 in it; elsewhere on pages they count from 1.
    private static func title(of execution: Execution, _ name: String) -> String {
        switch execution.kind {
        case .root: "The whole run"
        case .iteration: name
        case .dag, .container, .importer, .loop, .condition, .conditionBranch, .exitHandler:
            execution.displayName
        }
    }

    private static func emptyText(_ address: ExecutionsAddress, isCut: Bool, _ looked: String) -> String {
        if isCut { return "None of the \(looked) looked at fits. The next page looks at older ones." }
        let isNarrow = address.search != nil || !address.states.isEmpty
        return isNarrow ? "No execution fits. Change the filter or the search." : "Nothing has run yet."
    }

    private static func filters(_ address: ExecutionsAddress) -> [RunsView.Filter] {
        let groups: [(String, [TaskState])] = [
            ("All", []), ("Running", [.pending, .running]), ("Succeeded", [.succeeded]),
            ("Cached", [.cached]),
            ("Failed or stopped", [.failed, .canceled]), ("Skipped", [.skipped]),
        ]
        return groups.map { name, states in
            let look = StateView(states.last { $0 == .running } ?? states.first)
            return RunsView.Filter(
                name: name,
                href: address.with { $0.states = states }.href,
                // An address may ask for some of the states of one.
                isOn: address.states.isEmpty == states.isEmpty && Set(address.states).isSubset(of: states),
                style: look.style,
                sign: states.isEmpty ? nil : look.sign
            )
        }
    }
}
