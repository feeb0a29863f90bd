/// The methods our routes use.
package enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// Everything that can be asked for over HTTP. Source: KFP v2beta1 services; names follow their methods.
package enum Route: String, Hashable, Sendable, CaseIterable {
    case getHealth, getHealthV1, getDescription
    case createExperiment, getExperiment, listExperiments, updateExperiment, deleteExperiment
    case archiveExperiment, unarchiveExperiment
    case uploadPipeline, uploadPipelineVersion, createPipelineAndVersion
    case createPipeline, getPipeline, getPipelineByName, listPipelines, updatePipeline, deletePipeline
    case createPipelineVersion, getPipelineVersion, listPipelineVersions
    case updatePipelineVersion, deletePipelineVersion
    case createRun, getRun, listRuns, deleteRun, terminateRun, archiveRun, unarchiveRun, retryRun, rerunRun
    case createExperimentV1, listExperimentsV1, getExperimentV1
    case uploadPipelineV1, uploadPipelineVersionV1, createPipelineV1, listPipelinesV1, getPipelineV1
    case getPipelineByNameV1, getPipelineTemplateV1
    case createVersionV1, listVersionsV1, getVersionV1, deleteVersionV1, getVersionTemplateV1
    case createRunV1, listRunsV1, getRunV1
    case createRecurringRun, getRecurringRun, listRecurringRuns, updateRecurringRun, deleteRecurringRun
    case enableRecurringRun, disableRecurringRun, previewRecurringRun, previewTrigger
    case listTasks, getTask, getTaskLog, getNodeLog
    case listArtifacts, getArtifact, listArtifactTasks, readRunArtifact
    case getArtifactContent, headArtifactContent, getArtifactPreview, getArtifactLineage
}

extension Route {
    /// Whether its errors have the shape of KFP's upload server. Source: KFP, which serves these by hand, not through
    /// its gateway.
    package var hasUploadErrors: Bool {
        switch self {
        case .uploadPipeline, .uploadPipelineVersion, .uploadPipelineV1, .uploadPipelineVersionV1,
            .readRunArtifact:
            true
        default: false
        }
    }
}

/// One row of the ``RouteTable``.
package struct RouteRow: Hashable, Sendable {
    /// What is asked for.
    package let route: Route
    /// How.
    package let method: HTTPMethod
    /// Where, with parameters in braces: `/apis/v2beta1/runs/{run_id}:archive`.
    package let template: String
    /// One sentence for the reference page.
    package let summary: String

    let segments: [RouteSegment]

    init(_ route: Route, _ method: HTTPMethod, _ template: String, _ summary: String) {
        self.route = route
        self.method = method
        self.template = template
        self.summary = summary
        self.segments = template.split(separator: "/").map { RouteSegment(String($0)) }
    }
}

/// What a path has between two slashes.
enum RouteSegment: Hashable, Sendable {
    /// This text.
    case literal(String)
    /// Anything that is not empty and ends with `suffix`; what stands before is the parameter.
    case parameter(name: String, suffix: String)

    /// Parameters behind which a custom verb may stand.
    private static let verbed: Set<String> = ["run_id", "experiment_id", "recurring_run_id"]

    init(_ text: String) {
        guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else {
            self = .literal(text)
            return
        }
        let name = text[text.index(after: text.startIndex)..<end]
        self = .parameter(name: String(name), suffix: String(text[text.index(after: end)...]))
    }

    /// The parameter's text in `segment`, still encoded, empty for a literal; `nil` if the segment is
    /// another.
    func match(_ segment: Substring) -> Substring? {
        switch self {
        case .literal(let text):
            return segment == text ? "" : nil
        case .parameter(let name, let suffix):
            guard segment.utf8.count > suffix.utf8.count, segment.hasSuffix(suffix) else { return nil }
            // Ids have no colon; `runs/x:explode` is an unknown verb, not a run of that name.
            if suffix.isEmpty, Self.verbed.contains(name), segment.contains(":") { return nil }
            return segment.dropLast(suffix.count)
        }
    }
}
