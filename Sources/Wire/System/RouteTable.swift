package import Model

/// What the ``RouteTable`` makes of a method and a path.
package enum RouteMatch: Hashable, Sendable {
    /// The route and its path parameters by name, decoded.
    case found(Route, parameters: [String: String])
    /// The path exists, but not with this method.
    case wrongMethod(allowed: [HTTPMethod])
    /// There is no such path.
    case unknownPath
    /// The path fits a route but a parameter cannot be decoded.
    case malformed(PlatformError)
}

/// Every route there is, in one table: the server dispatches by it, clients build paths from it, the
/// reference page lists it.
package enum RouteTable {
    /// What the paths of KFP's current API start with.
    package static let prefix = "/apis/v2beta1"

    /// All rows. Where two templates fit a path, the earlier one is meant, whatever the method.
    package static let rows: [RouteRow] =
        system + experiments + pipelines + versions + runs + recurringRuns + tasks + artifacts + v1

    /// Finds the route for a request; what stands after `?` is ignored.
    ///
    /// `/pipeline/apis/…`, the base path of a full Kubeflow, is taken for `/apis/…`.
    package static func match(method: String, path: String) -> RouteMatch {
        var segments = path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.first == "" else { return .unknownPath }
        segments.removeFirst()
        if segments.count > 1, segments[0] == "pipeline", segments[1] == "apis" { segments.removeFirst() }
        var allowed: [HTTPMethod] = []
        var template: String?
        for row in rows + aliases where template == nil || template == row.template {
            guard let raw = match(row.segments, segments) else { continue }
            template = row.template
            guard row.method.rawValue == method else {
                if !allowed.contains(row.method) { allowed.append(row.method) }
                continue
            }
            return decode(row.route, raw)
        }
        return allowed.isEmpty ? .unknownPath : .wrongMethod(allowed: allowed)
    }

    /// The method and path of a route; every parameter is encoded, one that is missing stays empty.
    package static func request(
        _ route: Route,
        _ parameters: [String: String] = [:]
    ) -> (method: HTTPMethod, path: String) {
        guard let row = rows.first(where: { $0.route == route }) else {
            preconditionFailure("every route has a row; \(route) has none")
        }
        let segments = row.segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter(let name, let suffix): percentEncoded(parameters[name] ?? "") + suffix
            }
        }
        return (row.method, "/" + segments.joined(separator: "/"))
    }

    private static func match(
        _ template: [RouteSegment],
        _ segments: [Substring]
    ) -> [(name: String, text: Substring)]? {
        guard template.count == segments.count else { return nil }
        var parameters: [(String, Substring)] = []
        for (expected, segment) in zip(template, segments) {
            guard let text = expected.match(segment) else { return nil }
            if case .parameter(let name, _) = expected { parameters.append((name, text)) }
        }
        return parameters
    }

    private static func decode(_ route: Route, _ raw: [(name: String, text: Substring)]) -> RouteMatch {
        var parameters: [String: String] = [:]
        for (name, text) in raw {
            guard let value = percentDecoded(text, plusIsSpace: false) else {
                return .malformed(
                    .invalid(
                        "\(name) in the path: a % must be followed by two hexadecimal digits and the result "
                            + "must be UTF-8, found \"\(text.prefix(80))\""
                    )
                )
            }
            parameters[name] = value
        }
        return .found(route, parameters: parameters)
    }
}

extension RouteTable {
    private static let system = [
        RouteRow(.getHealth, .get, prefix + "/healthz", "Says that the server is up, and what it is."),
        RouteRow(.getHealthV1, .get, "/apis/v1beta1/healthz", "The same for older clients."),
        RouteRow(.getDescription, .get, "/openapi.json", "This API, described for programs."),
    ]

    private static let experiments = [
        RouteRow(.createExperiment, .post, prefix + "/experiments", "Creates an experiment."),
        RouteRow(.listExperiments, .get, prefix + "/experiments", "Lists experiments, a page at a time."),
        RouteRow(.getExperiment, .get, prefix + "/experiments/{experiment_id}", "Shows an experiment."),
        RouteRow(
            .updateExperiment,
            .patch,
            prefix + "/experiments/{experiment_id}",
            "Sets which finished runs of an experiment are kept."
        ),
        RouteRow(
            .deleteExperiment,
            .delete,
            prefix + "/experiments/{experiment_id}",
            "Deletes an experiment; its runs stay."
        ),
        RouteRow(
            .archiveExperiment,
            .post,
            prefix + "/experiments/{experiment_id}:archive",
            "Puts an experiment and its runs away."
        ),
        RouteRow(
            .unarchiveExperiment,
            .post,
            prefix + "/experiments/{experiment_id}:unarchive",
            "Brings an experiment back, without its runs."
        ),
    ]

    private static let pipelines = [
        RouteRow(
            .uploadPipeline,
            .post,
            prefix + "/pipelines/upload",
            "Creates a pipeline and its first version from an uploaded file."
        ),
        RouteRow(
            .uploadPipelineVersion,
            .post,
            prefix + "/pipelines/upload_version",
            "Creates a version of a pipeline from an uploaded file."
        ),
        RouteRow(
            .createPipelineAndVersion,
            .post,
            prefix + "/pipelines/create",
            "Creates a pipeline and its first version in one step."
        ),
        RouteRow(.createPipeline, .post, prefix + "/pipelines", "Creates a pipeline without a version."),
        RouteRow(.listPipelines, .get, prefix + "/pipelines", "Lists pipelines, a page at a time."),
        RouteRow(
            .getPipelineByName,
            .get,
            prefix + "/pipelines/names/{name}",
            "Shows the pipeline of that name."
        ),
        RouteRow(.getPipeline, .get, prefix + "/pipelines/{pipeline_id}", "Shows a pipeline."),
        RouteRow(
            .updatePipeline,
            .patch,
            prefix + "/pipelines/{pipeline_id}",
            "Changes a pipeline's display name and tags."
        ),
        RouteRow(
            .deletePipeline,
            .delete,
            prefix + "/pipelines/{pipeline_id}",
            "Deletes a pipeline; with cascade=true also its versions."
        ),
    ]

    private static let versions = [
        RouteRow(
            .createPipelineVersion,
            .post,
            prefix + "/pipelines/{pipeline_id}/versions",
            "Creates a version of a pipeline."
        ),
        RouteRow(
            .listPipelineVersions,
            .get,
            prefix + "/pipelines/{pipeline_id}/versions",
            "Lists a pipeline's versions, a page at a time."
        ),
        RouteRow(
            .getPipelineVersion,
            .get,
            prefix + "/pipelines/{pipeline_id}/versions/{pipeline_version_id}",
            "Shows a version with its spec."
        ),
        RouteRow(
            .updatePipelineVersion,
            .patch,
            prefix + "/pipelines/{pipeline_id}/versions/{pipeline_version_id}",
            "Changes a version's display name and tags."
        ),
        RouteRow(
            .deletePipelineVersion,
            .delete,
            prefix + "/pipelines/{pipeline_id}/versions/{pipeline_version_id}",
            "Deletes a version; runs made from it stay."
        ),
    ]

    private static let runs = [
        RouteRow(.createRun, .post, prefix + "/runs", "Starts a run."),
        RouteRow(.listRuns, .get, prefix + "/runs", "Lists runs, a page at a time."),
        RouteRow(.getRun, .get, prefix + "/runs/{run_id}", "Shows a run with its tasks."),
        RouteRow(
            .deleteRun,
            .delete,
            prefix + "/runs/{run_id}",
            "Deletes a run, and later what no other run uses."
        ),
        RouteRow(.terminateRun, .post, prefix + "/runs/{run_id}:terminate", "Stops a run."),
        RouteRow(.archiveRun, .post, prefix + "/runs/{run_id}:archive", "Puts a run away."),
        RouteRow(.unarchiveRun, .post, prefix + "/runs/{run_id}:unarchive", "Brings a run back."),
        RouteRow(
            .retryRun,
            .post,
            prefix + "/runs/{run_id}:retry",
            "Runs what failed or did not run again, keeping what succeeded."
        ),
        RouteRow(
            .rerunRun,
            .post,
            prefix + "/runs/{run_id}:rerun",
            "Starts a new run from one task of an earlier one, taking over what comes before."
        ),
    ]

    private static let recurringRuns = [
        RouteRow(
            .createRecurringRun,
            .post,
            prefix + "/recurringruns",
            "Creates a recurring run, which starts runs at set times."
        ),
        RouteRow(
            .listRecurringRuns,
            .get,
            prefix + "/recurringruns",
            "Lists recurring runs, a page at a time."
        ),
        RouteRow(
            .previewTrigger,
            .post,
            prefix + "/recurringruns:preview",
            "Shows the next firings of a trigger that is not stored; count=N says how many."
        ),
        RouteRow(
            .getRecurringRun,
            .get,
            prefix + "/recurringruns/{recurring_run_id}",
            "Shows a recurring run."
        ),
        RouteRow(
            .updateRecurringRun,
            .patch,
            prefix + "/recurringruns/{recurring_run_id}",
            "Edits a recurring run in place; fields that are left out stay as they are."
        ),
        RouteRow(
            .deleteRecurringRun,
            .delete,
            prefix + "/recurringruns/{recurring_run_id}",
            "Deletes a recurring run; its runs stay."
        ),
        RouteRow(
            .enableRecurringRun,
            .post,
            prefix + "/recurringruns/{recurring_run_id}:enable",
            "Lets a recurring run start runs."
        ),
        RouteRow(
            .disableRecurringRun,
            .post,
            prefix + "/recurringruns/{recurring_run_id}:disable",
            "Stops a recurring run from starting runs; those under way go on."
        ),
        RouteRow(
            .previewRecurringRun,
            .get,
            prefix + "/recurringruns/{recurring_run_id}:preview",
            "Shows the next firings of a recurring run; count=N says how many."
        ),
    ]

    private static let tasks = [
        RouteRow(.listTasks, .get, prefix + "/runs/{run_id}/tasks", "Lists a run's tasks."),
        RouteRow(.getTask, .get, prefix + "/runs/{run_id}/tasks/{task_id}", "Shows a task."),
        RouteRow(
            .getTaskLog,
            .get,
            prefix + "/runs/{run_id}/tasks/{task_id}/log",
            "A task's log as text; attempt=N picks one, offset=N skips bytes, limit=N sends at most so many, "
                + "follow=true waits for more."
        ),
        RouteRow(
            .getNodeLog,
            .get,
            "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log",
            "A task's log as text, where KFP has it."
        ),
    ]

    private static let artifacts = [
        RouteRow(
            .listArtifacts,
            .get,
            prefix + "/artifacts",
            "Lists artifacts, a page at a time; run_id=… for those of a run."
        ),
        RouteRow(.getArtifact, .get, prefix + "/artifacts/{artifact_id}", "Shows an artifact."),
        RouteRow(
            .listArtifactTasks,
            .get,
            prefix + "/artifact_tasks",
            "Lists which tasks read and wrote which artifacts."
        ),
        RouteRow(
            .getArtifactContent,
            .get,
            prefix + "/artifacts/{artifact_id}/content",
            "An artifact's bytes, ranges too; a folder as tar, or with path=… a file in it."
        ),
        RouteRow(
            .headArtifactContent,
            .head,
            prefix + "/artifacts/{artifact_id}/content",
            "The size and type of an artifact's bytes."
        ),
        RouteRow(
            .getArtifactPreview,
            .get,
            prefix + "/artifacts/{artifact_id}/preview",
            "The beginning of an artifact with its size and type, or what is in a folder."
        ),
        RouteRow(
            .getArtifactLineage,
            .get,
            prefix + "/artifacts/{artifact_id}/lineage",
            "What an artifact was made from and what was made from it, across runs."
        ),
        RouteRow(
            .readRunArtifact,
            .get,
            prefix + "/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read",
            "An artifact of a task in base64, where KFP 2 has it."
        ),
    ]
}
