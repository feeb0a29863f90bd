/// The rows of KFP's first API generation, for kfp 1.x clients.
extension RouteTable {
    static let prefixV1 = "/apis/v1beta1"

    static let v1: [RouteRow] =
        experimentsV1 + pipelinesV1 + versionsV1 + [
            RouteRow(.createRunV1, .post, prefixV1 + "/runs", "Starts a run, for kfp 1.x."),
            RouteRow(.listRunsV1, .get, prefixV1 + "/runs", "Lists runs, for kfp 1.x."),
            RouteRow(.getRunV1, .get, prefixV1 + "/runs/{run_id}", "Shows a run, for kfp 1.x."),
        ]

    /// Where request and answer are empty, the first generation asks for the same thing in another place.
    static let aliases: [RouteRow] = [
        RouteRow(.deleteExperiment, .delete, prefixV1 + "/experiments/{experiment_id}", "For kfp 1.x."),
        RouteRow(
            .archiveExperiment,
            .post,
            prefixV1 + "/experiments/{experiment_id}:archive",
            "For kfp 1.x."
        ),
        RouteRow(
            .unarchiveExperiment,
            .post,
            prefixV1 + "/experiments/{experiment_id}:unarchive",
            "For kfp 1.x."
        ),
        RouteRow(.deletePipeline, .delete, prefixV1 + "/pipelines/{pipeline_id}", "For kfp 1.x."),
        RouteRow(.deleteRun, .delete, prefixV1 + "/runs/{run_id}", "For kfp 1.x."),
        RouteRow(.terminateRun, .post, prefixV1 + "/runs/{run_id}/terminate", "For kfp 1.x."),
        RouteRow(.retryRun, .post, prefixV1 + "/runs/{run_id}/retry", "For kfp 1.x."),
        RouteRow(.archiveRun, .post, prefixV1 + "/runs/{run_id}:archive", "For kfp 1.x."),
        RouteRow(.unarchiveRun, .post, prefixV1 + "/runs/{run_id}:unarchive", "For kfp 1.x."),
    ]

    private static let experimentsV1 = [
        RouteRow(
            .createExperimentV1,
            .post,
            prefixV1 + "/experiments",
            "Creates an experiment, for kfp 1.x."
        ),
        RouteRow(.listExperimentsV1, .get, prefixV1 + "/experiments", "Lists experiments, for kfp 1.x."),
        RouteRow(
            .getExperimentV1,
            .get,
            prefixV1 + "/experiments/{experiment_id}",
            "Shows an experiment, for kfp 1.x."
        ),
    ]

    private static let pipelinesV1 = [
        RouteRow(
            .uploadPipelineV1,
            .post,
            prefixV1 + "/pipelines/upload",
            "Creates a pipeline from an uploaded file, for kfp 1.x."
        ),
        RouteRow(
            .uploadPipelineVersionV1,
            .post,
            prefixV1 + "/pipelines/upload_version",
            "Creates a version from an uploaded file, for kfp 1.x."
        ),
        RouteRow(
            .createPipelineV1,
            .post,
            prefixV1 + "/pipelines",
            "Creates a pipeline from a file at an address, for kfp 1.x."
        ),
        RouteRow(.listPipelinesV1, .get, prefixV1 + "/pipelines", "Lists pipelines, for kfp 1.x."),
        RouteRow(
            .getPipelineV1,
            .get,
            prefixV1 + "/pipelines/{pipeline_id}",
            "Shows a pipeline, for kfp 1.x."
        ),
        RouteRow(
            .getPipelineByNameV1,
            .get,
            prefixV1 + "/namespaces/{namespace}/pipelines/{name}",
            "Shows the pipeline of that name, for kfp 1.x."
        ),
        RouteRow(
            .getPipelineTemplateV1,
            .get,
            prefixV1 + "/pipelines/{pipeline_id}/templates",
            "The newest version's spec as text, for kfp 1.x."
        ),
    ]

    private static let versionsV1 = [
        RouteRow(
            .createVersionV1,
            .post,
            prefixV1 + "/pipeline_versions",
            "Creates a version from a file at an address, for kfp 1.x."
        ),
        RouteRow(
            .listVersionsV1,
            .get,
            prefixV1 + "/pipeline_versions",
            "Lists a pipeline's versions, for kfp 1.x."
        ),
        RouteRow(
            .getVersionV1,
            .get,
            prefixV1 + "/pipeline_versions/{pipeline_version_id}",
            "Shows a version, for kfp 1.x."
        ),
        RouteRow(
            .deleteVersionV1,
            .delete,
            prefixV1 + "/pipeline_versions/{pipeline_version_id}",
            "Deletes a version, for kfp 1.x."
        ),
        RouteRow(
            .getVersionTemplateV1,
            .get,
            prefixV1 + "/pipeline_versions/{pipeline_version_id}/templates",
            "A version's spec as text, for kfp 1.x."
        ),
    ]
}
