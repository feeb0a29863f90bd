package import Model
import Wire

/// What an address asks for.
///
/// To add a page: a case here and its line in ``init(path:)``, a view and a template, a handler in ``WebSite``.
package enum WebRoute: Hashable, Sendable {
    case home
    case runs
    /// What was chosen to be done with things.
    case actions(Thing)
    case newRun
    case run(RunID)
    case runLog(RunID)
    case runLogLines(RunID)
    case pipelines
    case newPipeline
    case pipeline(PipelineID)
    case experiments
    case newExperiment
    case experiment(ExperimentID)
    case compare
    case artifacts
    case artifact(ArtifactID)
    case artifactFrame(ArtifactID)
    case executions
    case recurringRuns
    case newRecurringRun
    case recurringRun(RecurringRunID)
    case editRecurringRun(RecurringRunID)
    case events
    case asset(digest: String, name: String)
    /// An address of the original's pages, and where the same is here.
    case moved(String)

    /// Finds what a path asks for; `nil` when there is nothing.
    /// - Parameter path: as the request has it, with percent escapes.
    package init?(path: String) {
        if let thing = Thing.allCases.first(where: { path == $0.path + "/actions" }) {
            self = .actions(thing)
            return
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
            .compactMap { percentDecoded($0, plusIsSpace: false) }
        // Lists of strings have no patterns in Swift, so the first few are taken apart.
        let (first, second) = (segments.first ?? "", segments.dropFirst().first ?? "")
        switch (first, segments.count) {
        case ("", 0), ("pipeline", 1): self = .home
        case ("events", 1): self = .events
        case ("assets", 3): self = .asset(digest: second, name: segments[2])
        case ("runs", 1): self = .runs
        case ("runs", 2) where second == "new": self = .newRun
        case ("runs", 2): self = .run(RunID(second))
        case ("runs", 3) where segments[2] == "log": self = .runLog(RunID(second))
        case ("runs", 4) where segments[2...] == ["log", "lines"]: self = .runLogLines(RunID(second))
        case ("compare", 1): self = .compare
        case ("artifacts", 1): self = .artifacts
        case ("artifacts", 2): self = .artifact(ArtifactID(second))
        case ("artifacts", 3) where segments[2] == "frame": self = .artifactFrame(ArtifactID(second))
        default:
            if let route = Self.list(segments) {
                self = route
            } else if let place = Self.place(ofOriginal: segments) {
                self = .moved(place)
            } else {
                return nil
            }
        }
    }

    /// Lists of what runs belong to, and what is in them.
    private static func list(_ segments: [String]) -> Self? {
        let second = segments.dropFirst().first ?? ""
        return switch (segments.first, segments.count) {
        case ("pipelines", 1): .pipelines
        case ("pipelines", 2) where second == "new": .newPipeline
        // The original's address of a new version, which says of what in its query.
        case ("pipeline_versions", 2) where second == "new": .newPipeline
        // The second is the original's address of the spec of a run, which it names in its query.
        case ("pipelines", 2) where second == "versions" || second == "details": .pipelines
        case ("pipelines", 2): .pipeline(PipelineID(second))
        case ("executions", 1): .executions
        case ("experiments", 1): .experiments
        case ("experiments", 2) where second == "new": .newExperiment
        case ("experiments", 2): .experiment(ExperimentID(second))
        case ("recurringruns", 1): .recurringRuns
        case ("recurringruns", 2) where second == "new": .newRecurringRun
        case ("recurringruns", 2): .recurringRun(RecurringRunID(second))
        case ("recurringruns", 3) where segments[2] == "edit": .editRecurringRun(RecurringRunID(second))
        default: nil
        }
    }

    /// Where a page of the KFP UI is here. Addresses that the SDK prints are among them.
    /// Source: KFP UI, routes of its hash router.
    private static func place(ofOriginal segments: [String]) -> String? {
        func at(_ place: Int) -> String { percentEncoded(segments[place]) }
        switch (segments.first, segments.dropFirst().first, segments.count) {
        case ("start", nil, 1): return "/"
        case ("runs", "details", 3...): return "/runs/\(at(2))"
        case ("archive", "runs", 2): return "/runs?archived=true"
        case ("archive", "experiments", 2): return "/experiments?archived=true"
        case ("experiments", "details", 3): return "/experiments/\(at(2))"
        // The last segment, a version, may be left out.
        case ("pipelines", "details", 3), ("pipelines", "details", 4): return "/pipelines/\(at(2))"
        case ("pipelines", "details", 5): return "/pipelines/\(at(2))?version=\(at(4))"
        case ("recurringrun", "details", 3): return "/recurringruns/\(at(2))"
        case ("shared", "pipelines", 2): return "/pipelines"
        case ("artifacts", _?, 3) where segments[2] == "lineage": return "/artifacts/\(at(1))?tab=lineage"
        case ("executions", _?, 2): return execution(segments[1])
        default: return nil
        }
    }

    /// A task by its id here; of the original's ids, which are numbers, none is known.
    private static func execution(_ id: String) -> String {
        guard let task = TaskID(id) else { return ExecutionsAddress.path }
        return RunAddress(task.runID).showing(task.path).href
    }
}

/// The places of the navigation, in its order; their raw values are their paths.
package enum Section: String, Hashable, Sendable, CaseIterable {
    case home = ""
    case runs
    case pipelines
    case experiments
    case recurringRuns = "recurringruns"
    case artifacts
    case executions

    /// Its page.
    var path: String { "/" + rawValue }

    /// The name for people.
    package var title: String {
        switch self {
        case .home: "Home"
        case .runs: "Runs"
        case .pipelines: "Pipelines"
        case .experiments: "Experiments"
        case .recurringRuns: "Recurring runs"
        case .artifacts: "Artifacts"
        case .executions: "Executions"
        }
    }

    /// The key that leads there after `g`.
    var key: String {
        switch self {
        case .home: "h"
        case .runs: "r"
        case .pipelines: "p"
        case .experiments: "e"
        case .recurringRuns: "s"
        case .artifacts: "a"
        case .executions: "x"
        }
    }
}
