package import Model
import Wire

/// What the page of a pipeline shows, as its address says it.
package struct PipelineAddress: GraphAddress {
    /// The ways to look at a pipeline.
    package enum Tab: String, Hashable, Sendable, CaseIterable {
        case graph
        case versions
        case details
        case spec

        /// The name for people.
        var title: String {
            switch self {
            case .graph: "Graph"
            case .versions: "Versions"
            case .details: "Details"
            case .spec: "Pipeline spec"
            }
        }
    }

    /// The pipeline.
    package var pipeline: PipelineID
    /// The version; `nil` for the newest.
    package var version: PipelineVersionID?
    /// The way to look at it.
    package var tab = Tab.graph
    package var task: TaskPath?
    package var open: Set<TaskPath> = []
    package var shut: Set<TaskPath> = []
    /// Where the page of versions before ended, as ``PageToken`` has it.
    package var page: String?

    /// The page of a pipeline as it first opens.
    package init(_ pipeline: PipelineID, version: PipelineVersionID? = nil) {
        self.pipeline = pipeline
        self.version = version
    }

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(_ pipeline: PipelineID, query: WebForm) throws {
        self.init(pipeline, version: query["version"].map { PipelineVersionID($0) })
        tab = try query.choice("tab") ?? .graph
        task = query["task"].map { TaskPath($0) }
        open = Self.paths(query["open"])
        shut = Self.paths(query["shut"])
        page = query["page"]
    }

    package func showing(_ task: TaskPath?) -> Self { with { $0.task = task } }

    /// The page of the pipeline, without what is chosen on it.
    package var path: String { "/pipelines/" + percentEncoded(pipeline.text) }

    package var href: String {
        address(
            path,
            [
                "version": version?.text, "tab": tab == .graph ? nil : tab.rawValue, "task": task?.text,
                "open": Self.text(open), "shut": Self.text(shut), "page": page,
            ]
        )
    }

    /// The versions as the store lists them, the newest first.
    /// - Throws: `invalidArgument` for a broken page.
    func versionsQuery(pageSize: Int) throws -> ListQuery {
        ListQuery(
            descending: true,
            pageSize: pageSize,
            after: try page.flatMap { try PageToken.query(from: $0).after },
            counting: .glance
        )
    }
}
