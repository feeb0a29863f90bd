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
            live: "runs"
        )
    }

    /// Does something to runs that were chosen. What cannot be undone is asked about first.
    func actOnRuns(_ request: WebRequest) async throws -> Response {
        let form = try await request.form()
        if form["action"] == "rerun" { return try await rerun(form) }
        let action = try RunAction(form["action"] ?? "")
        let ids = form.all("run").filter { !$0.isEmpty }.map { RunID($0) }
        let back = Self.localPlace(form["back"]) ?? "/runs"
        if ids.isEmpty { return .moved(to: back) }
        if action.mustBeConfirmed, form["confirmed"] == nil {
            let view = ConfirmView(action, try await named(ids), back: back)
            return try show(view, title: view.question, section: .runs)
        }
        var refusals: [ConfirmView.Item] = []
        for id in ids {
            do {
                try await perform(action, id)
            } catch let error as PlatformError where error.code != .internalError {
                refusals.append(ConfirmView.Item(id: id.text, name: error.message))
            }
        }
        if refusals.isEmpty {
            return .moved(to: Notice(action, ids.count).address(afterReturningTo: back, ids))
        }
        let done = counted(ids.count - refusals.count, "run")
        let view = ConfirmView(refusals: refusals, of: action, done: done, back: back)
        return try show(view, title: view.question, section: .runs, status: .conflict)
    }

    private func perform(_ action: RunAction, _ id: RunID) async throws {
        switch action {
        case .archive: try await useCases.runs.setStorageState(.archived, of: id)
        case .restore: try await useCases.runs.setStorageState(.available, of: id)
        case .retry: try await useCases.runs.retry(id)
        case .terminate: try await useCases.runs.terminate(id)
        case .delete: try await useCases.runs.delete(id)
        }
    }

    /// Repeats a run from one task on, and shows the new one.
    private func rerun(_ form: WebForm) async throws -> Response {
        let run = try await useCases.runs.rerun(
            RunID(form["run"] ?? ""),
            from: form["task"] ?? "",
            displayName: nil
        )
        return .moved(to: RunAddress(run.id).href)
    }

    private func named(_ ids: [RunID]) async throws -> [ConfirmView.Item] {
        var items: [ConfirmView.Item] = []
        for id in ids {
            items.append(ConfirmView.Item(id: id.text, name: try await useCases.runs.get(id).run.displayName))
        }
        return items
    }

    /// A place on this server; `nil` for anything that a browser could take for another one.
    static func localPlace(_ text: String?) -> String? {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return text
    }
}

/// What can be done with runs.
enum RunAction: String, Sendable {
    case archive
    case restore
    case retry
    case terminate
    case delete

    init(_ text: String) throws {
        guard let action = Self(rawValue: text) else {
            throw PlatformError.invalid(
                "action: expected archive, restore, retry, terminate or delete, found '\(text.prefix(80))'."
            )
        }
        self = action
    }

    /// Whether it cannot be undone.
    var mustBeConfirmed: Bool { self == .terminate || self == .delete }

    /// `Delete`.
    var verb: String {
        switch self {
        case .archive: "Archive"
        case .restore: "Restore"
        case .retry: "Retry"
        case .terminate: "Stop"
        case .delete: "Delete"
        }
    }

    /// `deleted`.
    var participle: String {
        switch self {
        case .archive: "archived"
        case .restore: "restored"
        case .retry: "retried"
        case .terminate: "asked to stop"
        case .delete: "deleted"
        }
    }
}

/// What a page says after something was done. Only these words can be put into an address, no others.
struct Notice {
    private let action: RunAction
    private let count: Int

    init(_ action: RunAction, _ count: Int) {
        self.action = action
        self.count = count
    }

    init?(_ query: WebForm) {
        guard let action = query["done"].flatMap(RunAction.init(rawValue:)),
            let count = query["count"].flatMap({ Int($0) }), count > 0
        else { return nil }
        self.init(action, count)
    }

    var text: String { "\(counted(count, "run")) \(action.participle)." }

    /// The page to return to, which says what was done. The page of a run that is gone is not returned to.
    func address(afterReturningTo back: String, _ ids: [RunID]) -> String {
        let isGone = action == .delete && ids.contains { back.hasPrefix("/runs/" + percentEncoded($0.text)) }
        var place = isGone ? "/runs" : back
        // A second action on the same page replaces the first one's words.
        if let old = place.firstRange(of: "done=") { place = String(place[..<old.lowerBound].dropLast()) }
        return place + (place.contains("?") ? "&" : "?") + "done=\(action.rawValue)&count=\(count)"
    }
}

/// A question before something that cannot be undone, or what of it was refused.
struct ConfirmView: PageView {
    static let template = "confirm"

    /// A run, or a refusal.
    struct Item: Sendable {
        let id: String
        let name: String
    }

    let question: String
    let consequence: String
    let items: [Item]
    let action: String?
    let verb: String
    let back: String

    init(_ action: RunAction, _ items: [Item], back: String) {
        question = "\(action.verb) \(counted(items.count, "run"))?"
        consequence =
            action == .delete
            ? "Their tasks and logs go, too, and what still runs is stopped. This cannot be undone."
            : "Steps that run are ended, and steps that wait will not start. This cannot be undone."
        self.items = items
        self.action = action.rawValue
        verb = "\(action.verb) \(counted(items.count, "run"))"
        self.back = back
    }

    init(refusals: [Item], of action: RunAction, done: String, back: String) {
        question = "Not everything was \(action.participle)"
        consequence = "\(done) \(action.participle). The rest was refused:"
        items = refusals
        self.action = nil
        verb = ""
        self.back = back
    }
}
