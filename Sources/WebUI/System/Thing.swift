import Model
import Wire

/// What lists hold and actions act on.
package enum Thing: String, Hashable, Sendable, CaseIterable {
    case run
    case pipeline
    case version
    case experiment
    case recurringRun = "recurringrun"

    /// What forms call an id of it.
    var field: String { rawValue }

    /// The name for people.
    var noun: String {
        switch self {
        case .run, .pipeline, .version, .experiment: rawValue
        case .recurringRun: "recurring run"
        }
    }

    /// The list of all of them; `/actions` below it takes what is to be done.
    var path: String {
        switch self {
        case .version: "/pipelines/versions"
        case .run, .pipeline, .experiment, .recurringRun: "/\(rawValue)s"
        }
    }

    /// Where it stands in the navigation.
    var section: Section {
        switch self {
        case .run: .runs
        case .pipeline, .version: .pipelines
        case .experiment: .experiments
        case .recurringRun: .recurringRuns
        }
    }

    /// What a form may ask for.
    var actions: [ThingAction] {
        switch self {
        case .run: [.archive, .restore, .retry, .terminate, .delete]
        case .pipeline, .version: [.delete]
        case .experiment: [.archive, .restore, .delete]
        case .recurringRun: [.enable, .disable, .delete]
        }
    }

    /// What an action that cannot be undone does, for those who are asked.
    func consequence(of action: ThingAction) -> String {
        switch (self, action) {
        case (_, .terminate):
            "Steps that run are ended, and steps that wait will not start. A run that was stopped can be retried."
        case (.run, _):
            "Their tasks and logs go, too, and what still runs is stopped. This cannot be undone."
        case (.pipeline, _):
            "Their versions go, too. Runs stay. This cannot be undone."
        case (.version, _): "Runs stay, and so do recurring runs that use them. This cannot be undone."
        case (.experiment, _):
            "Their runs stay, and recurring runs in them are disabled. This cannot be undone."
        case (.recurringRun, _): "Runs that they have started stay. This cannot be undone."
        }
    }
}

/// What can be done with things.
package enum ThingAction: String, Hashable, Sendable {
    case archive
    case restore
    case retry
    case terminate
    case delete
    case enable
    case disable
    /// Only told of, see ``Notice``: forms of their own do it.
    case create
    /// Only told of.
    case edit

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
        case .enable: "Enable"
        case .disable: "Disable"
        case .create: "Create"
        case .edit: "Edit"
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
        case .enable: "enabled"
        case .disable: "disabled"
        case .create: "created"
        case .edit: "changed"
        }
    }
}

/// What a page says after something was done. Only these words can be put into an address, no others.
struct Notice {
    private let action: ThingAction
    private let thing: Thing
    private let count: Int

    init(_ action: ThingAction, _ thing: Thing, _ count: Int = 1) {
        self.action = action
        self.thing = thing
        self.count = count
    }

    init?(_ query: WebForm) {
        guard let action = query["done"].flatMap(ThingAction.init(rawValue:)),
            let thing = Thing(rawValue: query["of"] ?? Thing.run.rawValue),
            let count = query["count"].flatMap({ Int($0) }), count > 0
        else { return nil }
        self.init(action, thing, count)
    }

    var text: String { "\(counted(count, thing.noun)) \(action.participle)." }

    /// A page that says what was done.
    func address(on page: String) -> String {
        var place = page
        // A second action on the same page replaces the first one's words.
        if let old = place.firstRange(of: "done=") { place = String(place[..<old.lowerBound].dropLast()) }
        let of = thing == .run ? "" : "&of=\(thing.rawValue)"
        return place + (place.contains("?") ? "&" : "?") + "done=\(action.rawValue)&count=\(count)\(of)"
    }

    /// The page to return to, which says what was done. The page of a thing that is gone is not returned to.
    func address(afterReturningTo back: String, _ ids: [String]) -> String {
        let isGone =
            action == .delete
            && ids.contains { id in
                let page = thing.path + "/" + percentEncoded(id)
                return back == page || ["?", "/"].contains { back.hasPrefix(page + $0) }
            }
        return address(on: isGone ? thing.path : back)
    }
}

/// A question before something that cannot be undone, or what of it was refused.
struct ConfirmView: PageView {
    static let template = "confirm"

    /// A thing, or a refusal.
    struct Item: Sendable {
        let id: String
        let name: String
        /// Why it was refused.
        var why: String?
    }

    let question: String
    let consequence: String
    let target: String
    let field: String
    let items: [Item]
    let action: String?
    let verb: String
    let back: String

    init(_ action: ThingAction, _ thing: Thing, _ items: [Item], back: String) {
        question = "\(action.verb) \(counted(items.count, thing.noun))?"
        consequence = thing.consequence(of: action)
        target = thing.path + "/actions"
        field = thing.field
        self.items = items
        self.action = action.rawValue
        verb = "\(action.verb) \(counted(items.count, thing.noun))"
        self.back = back
    }

    init(refusals: [Item], of action: ThingAction, _ thing: Thing, done: Int, back: String) {
        question = (done == 0 ? "Nothing was " : "Not everything was ") + action.participle
        consequence =
            done == 0
            ? "It was refused:" : "\(counted(done, thing.noun)) \(action.participle). The rest was refused:"
        (target, field) = ("", "")
        items = refusals
        self.action = nil
        verb = ""
        self.back = back
    }
}
