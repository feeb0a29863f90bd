/// Every route's interface. The switches name every route, so that none is forgotten.
extension RouteInterface {
    /// The interface of a route.
    init(of route: Route) {
        switch route {
        case .getHealth, .getHealthV1: self.init(answer: "Health")
        case .getDescription: self.init(answering: .json(.object))
        case .createExperiment:
            self.init(body: .message("ExperimentSubmission"), answer: "Experiment")
        case .getExperiment: self.init(answer: "Experiment")
        case .updateExperiment: self.init(body: .message("ExperimentUpdate"), answer: "Experiment")
        case .listExperiments: self.init(page: "experiments", of: "Experiment")
        case .deleteExperiment, .archiveExperiment, .unarchiveExperiment, .deletePipelineVersion, .deleteRun,
            .terminateRun, .archiveRun, .unarchiveRun, .retryRun, .enableRecurringRun, .disableRecurringRun:
            self.init(answer: "Empty")
        case .uploadPipeline, .uploadPipelineVersion, .createPipelineAndVersion, .createPipeline,
            .getPipeline, .getPipelineByName, .listPipelines, .updatePipeline, .deletePipeline,
            .createPipelineVersion, .getPipelineVersion, .listPipelineVersions, .updatePipelineVersion:
            self = Self.pipelines(route)
        case .createRun, .getRun, .listRuns, .rerunRun, .listTasks, .getTask, .getTaskLog, .getNodeLog:
            self = Self.runs(route)
        case .createRecurringRun, .getRecurringRun, .listRecurringRuns, .updateRecurringRun,
            .deleteRecurringRun, .previewRecurringRun, .previewTrigger:
            self = Self.recurringRuns(route)
        case .listArtifacts, .getArtifact, .listArtifactTasks, .readRunArtifact, .getArtifactContent,
            .headArtifactContent, .getArtifactPreview, .getArtifactLineage:
            self = Self.artifacts(route)
        case .createExperimentV1, .listExperimentsV1, .getExperimentV1, .uploadPipelineV1,
            .uploadPipelineVersionV1, .createPipelineV1, .listPipelinesV1, .getPipelineV1,
            .getPipelineByNameV1, .getPipelineTemplateV1, .createVersionV1, .listVersionsV1, .getVersionV1,
            .deleteVersionV1, .getVersionTemplateV1, .createRunV1, .listRunsV1, .getRunV1:
            self = Self.v1(route)
        }
    }

    private static func pipelines(_ route: Route) -> RouteInterface {
        switch route {
        case .uploadPipeline: Self(Parameter.upload, body: .upload, answer: "Pipeline")
        case .uploadPipelineVersion:
            Self(Parameter.uploadVersion, body: .upload, answer: "PipelineVersion")
        case .createPipelineAndVersion:
            Self(body: .message("PipelineAndVersionSubmission"), answer: "Pipeline")
        case .createPipeline: Self(body: .message("PipelineSubmission"), answer: "Pipeline")
        case .listPipelines: Self(page: "pipelines", of: "Pipeline")
        case .getPipelineByName: Self([.namespace], answer: "Pipeline")
        case .updatePipeline: Self(body: .message("PipelineUpdate"), answer: "Pipeline")
        case .deletePipeline: Self([.flag("cascade", "Delete its versions, too.")], answer: "Empty")
        case .createPipelineVersion:
            Self(body: .message("PipelineVersionSubmission"), answer: "PipelineVersion")
        case .getPipelineVersion: Self(answer: "PipelineVersion")
        case .listPipelineVersions: Self(page: "pipeline_versions", of: "PipelineVersion")
        case .updatePipelineVersion:
            Self(body: .message("PipelineVersionUpdate"), answer: "PipelineVersion")
        default: Self(answer: "Pipeline")
        }
    }

    private static func runs(_ route: Route) -> RouteInterface {
        let attempt = Parameter.count("attempt", "Which attempt, from 0; the newest by default.")
        switch route {
        case .createRun:
            return Self(
                [.text("experiment_id", "The experiment, if the body names none.")],
                body: .message("RunSubmission"),
                answer: "Run"
            )
        case .listRuns: return Self([.experiment], page: "runs", of: "Run")
        case .rerunRun: return Self(body: .message("RerunSubmission"), answer: "Run")
        case .listTasks:
            let more: [Parameter] = [
                .text("parent_id", "Only those in this task."), .text("order_by", "The same as sort_by."),
            ]
            return Self(more, page: "tasks", of: "Task")
        case .getTask: return Self(answer: "Task")
        case .getTaskLog, .getNodeLog:
            let range: [Parameter] = [
                .count("offset", "How many bytes to leave out."), .count("limit", "How many bytes at most."),
                .flag("follow", "Wait for more until the task is over."),
            ]
            // A node says in its own name which attempt is meant.
            return Self((route == .getTaskLog ? [attempt] : []) + range, answering: .text)
        default: return Self([.text("view", "FULL for all there is, DEFAULT without tasks.")], answer: "Run")
        }
    }

    private static func recurringRuns(_ route: Route) -> RouteInterface {
        switch route {
        case .createRecurringRun: Self(body: .message("RecurringRunSubmission"), answer: "RecurringRun")
        case .listRecurringRuns: Self([.experiment], page: "recurringRuns", of: "RecurringRun")
        case .updateRecurringRun: Self(body: .message("RecurringRunUpdate"), answer: "RecurringRun")
        case .deleteRecurringRun:
            Self([.text("propagation_policy", "Accepted and passed over.")], answer: "Empty")
        case .previewRecurringRun: Self([.firings], answer: "Firings")
        case .previewTrigger: Self([.firings], body: .message("PreviewRequest"), answer: "Firings")
        default: Self(answer: "RecurringRun")
        }
    }

    private static func artifacts(_ route: Route) -> RouteInterface {
        let path = Parameter.text("path", "A place in a folder.")
        switch route {
        case .listArtifacts:
            return Self([.text("run_id", "Only those of this run.")], page: "artifacts", of: "Artifact")
        case .listArtifactTasks:
            let scope: [Parameter] = [
                Parameter("artifact_ids", .name, "Only of these artifacts.", isRepeated: true),
                Parameter("run_ids", .name, "Only of these runs.", isRepeated: true),
                Parameter("task_ids", .name, "Only of these tasks.", isRepeated: true),
                .text("type", "OUTPUT, or TASK_OUTPUT_INPUT."),
            ]
            return Self(scope, page: "artifact_tasks", of: "ArtifactTask")
        case .readRunArtifact: return Self(answer: "ArtifactData")
        case .getArtifactContent, .headArtifactContent:
            let disposition = Parameter(
                "disposition",
                .choice([Disposition.inline.rawValue, Disposition.attachment.rawValue]),
                "Whether it is to be shown or saved."
            )
            return Self(
                [path, disposition],
                answering: route == .getArtifactContent ? .content : .headers
            )
        case .getArtifactPreview:
            return Self([path, .count("bytes", "How many bytes at most.")], answer: "ArtifactPreview")
        case .getArtifactLineage:
            let way: [Parameter] = [
                Parameter("direction", .choice(["UPSTREAM", "DOWNSTREAM", "BOTH"]), "BOTH by default."),
                .count("depth", "How many tasks far; 3 by default."),
                .count("page_size", "How many steps."), .count("page_token", "Where the page starts."),
            ]
            return Self(way, answer: "Lineage")
        default: return Self(answer: "Artifact")
        }
    }

    private static func v1(_ route: Route) -> RouteInterface {
        let owner: [Parameter] = [
            .text("resource_reference_key.type", "EXPERIMENT."),
            .text("resource_reference_key.id", "Only those of this experiment."),
        ]
        let pipeline: [Parameter] = [
            .text("resource_key.type", "PIPELINE."), .text("resource_key.id", "The pipeline."),
        ]
        return switch route {
        case .createExperimentV1:
            Self(body: .message("ExperimentSubmissionV1"), answer: "ExperimentV1")
        case .listExperimentsV1: Self(owner, page: "experiments", of: "ExperimentV1")
        case .getExperimentV1: Self(answer: "ExperimentV1")
        case .uploadPipelineV1: Self(Parameter.upload, body: .upload, answer: "PipelineV1")
        case .uploadPipelineVersionV1:
            Self(Parameter.uploadVersion, body: .upload, answer: "PipelineVersionV1")
        case .createPipelineV1: Self(body: .message("PipelineSubmissionV1"), answer: "PipelineV1")
        case .listPipelinesV1: Self(owner, page: "pipelines", of: "PipelineV1")
        case .getPipelineTemplateV1, .getVersionTemplateV1: Self(answer: "TemplateV1")
        case .createVersionV1:
            Self(body: .message("PipelineVersionSubmissionV1"), answer: "PipelineVersionV1")
        case .listVersionsV1: Self(pipeline, page: "versions", of: "PipelineVersionV1")
        case .getVersionV1: Self(answer: "PipelineVersionV1")
        case .deleteVersionV1: Self(answer: "Empty")
        case .createRunV1: Self(body: .message("RunSubmissionV1"), answer: "RunDetailV1")
        case .listRunsV1: Self(owner, page: "runs", of: "RunV1")
        case .getRunV1: Self(answer: "RunDetailV1")
        default: Self(answer: "PipelineV1")
        }
    }
}
