package import Model
import Wire

/// What the page of a run shows, as its address says it.
package struct RunAddress: GraphAddress {
    /// The ways to look at a run.
    package enum Tab: String, Hashable, Sendable, CaseIterable {
        case graph
        case timeline
        case details
        case spec

        /// The name for people.
        var title: String {
            switch self {
            case .graph: "Graph"
            case .timeline: "Timeline"
            case .details: "Details"
            case .spec: "Pipeline spec"
            }
        }
    }

    /// The run.
    package var run: RunID
    /// The way to look at it.
    package var tab = Tab.graph
    /// The task whose panel is open.
    package var task: TaskPath?
    /// The attempt whose log is shown; `nil` for the newest.
    package var attempt: Int?
    /// Groups that were opened by hand; of a loop the iteration.
    package var open: Set<TaskPath> = []
    /// Groups that were closed by hand.
    package var shut: Set<TaskPath> = []
    /// A part of the names of tasks that are looked for.
    package var find: String?
    /// Whether the graph has artifacts as nodes.
    package var showsArtifacts = false
    /// Only iterations in this state, in the panel of a loop.
    package var iterationState: TaskState?
    /// The first iteration listed in the panel of a loop.
    package var iterationsFrom = 0

    /// The page of a run as it first opens.
    package init(_ run: RunID) {
        self.run = run
    }

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(_ run: RunID, query: WebForm) throws {
        self.init(run)
        tab = try query.choice("tab") ?? .graph
        task = query["task"].map { TaskPath($0) }
        attempt = try query.count("attempt")
        open = Self.paths(query["open"])
        shut = Self.paths(query["shut"])
        find = query["find"]
        showsArtifacts = query["artifacts"] == "shown"
        iterationState = query["in"].flatMap(TaskState.init(rawValue:))
        iterationsFrom = try query.count("from") ?? 0
    }

    /// The same page with the panel of a task.
    package func showing(_ task: TaskPath?) -> Self {
        with {
            $0.task = task
            $0.attempt = nil
            $0.iterationState = nil
            $0.iterationsFrom = 0
        }
    }

    /// The page of the run, without what is chosen on it.
    package var path: String { "/runs/" + percentEncoded(run.text) }

    /// The address as a link.
    package var href: String {
        address(
            path,
            [
                "tab": tab == .graph ? nil : tab.rawValue, "task": task?.text,
                "attempt": attempt.map(String.init), "open": Self.text(open), "shut": Self.text(shut),
                "find": find, "artifacts": showsArtifacts ? "shown" : nil,
                "in": iterationState?.rawValue,
                "from": iterationsFrom == 0 ? nil : String(iterationsFrom),
            ]
        )
    }
}
