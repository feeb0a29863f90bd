import HTTPTypes
package import Hummingbird
package import Logging
import Model
package import Services
import Wire

/// Answers everything under `/apis`, and `/openapi.json`: finds the route, decodes, calls one use case, encodes.
package struct APIResponder<Context: RequestContext>: HTTPResponder {
    let useCases: UseCases
    let health: HealthMessage
    private let logger: Logger

    /// Makes the responder.
    /// - Parameters:
    ///   - version: shown by `healthz`.
    ///   - commit: the source this build was made from.
    package init(useCases: UseCases, version: String, commit: String, logger: Logger) {
        self.useCases = useCases
        self.health = HealthMessage(commit: commit, version: version)
        self.logger = logger
    }

    /// Source: RFC 9110, section 9.3.2: an answer to `HEAD` has the headers of the one to `GET` and no body.
    package func respond(to request: Request, context: Context) async throws -> Response {
        let response = await respond(to: request)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respond(to request: Request) async -> Response {
        let path = request.uri.path
        let method = request.method.rawValue
        switch RouteTable.match(method: method, path: path) {
        case .found(let route, let parameters):
            return await answer(APIRequest(request: request, route: route, parameters: parameters))
        case .wrongMethod(let allowed):
            var response = Response.error(ErrorEnvelope(method: method, path: path, allowed: allowed))
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return response
        case .unknownPath:
            return .error(
                ErrorEnvelope(
                    PlatformError(
                        .notFound,
                        "There is no \(path) here; the API is under \(RouteTable.prefix)."
                    )
                )
            )
        case .malformed(let error): return .error(ErrorEnvelope(error))
        }
    }

    private func answer(_ request: APIRequest) async -> Response {
        do {
            return try await dispatch(request)
        } catch {
            let envelope = ErrorEnvelope(platformError(error, request))
            return request.route.hasUploadErrors ? .uploadError(envelope) : .error(envelope)
        }
    }

    /// Everything people did not cause is logged with its cause and shown without it.
    private func platformError(_ error: any Error, _ request: APIRequest) -> PlatformError {
        let known = error as? PlatformError
        if let known, known.code != .internalError { return known }
        let cause = known?.cause ?? "\(error)"
        logger.error(
            "request failed",
            metadata: [
                "request.route": "\(request.route.rawValue)", "error": "\(known?.message ?? "unexpected")",
                "error.cause": "\(cause)",
            ]
        )
        return known
            ?? PlatformError(
                .internalError,
                "The server made a mistake while answering \(request.route.rawValue); its log says more.",
                cause: cause
            )
    }

    private func dispatch(_ request: APIRequest) async throws -> Response {
        switch request.route {
        case .getHealth, .getHealthV1: .json(health.json)
        case .getDescription: .json(OpenAPIDocument.json(version: health.version))
        case .createExperiment: try await createExperiment(request)
        case .getExperiment: try await getExperiment(request)
        case .listExperiments: try await listExperiments(request)
        case .updateExperiment: try await updateExperiment(request)
        case .deleteExperiment: try await deleteExperiment(request)
        case .archiveExperiment: try await setExperimentState(.archived, request)
        case .unarchiveExperiment: try await setExperimentState(.available, request)
        case .uploadPipeline: try await uploadPipeline(request)
        case .uploadPipelineVersion: try await uploadPipelineVersion(request)
        case .createPipelineAndVersion: try await createPipelineAndVersion(request)
        case .createPipeline: try await createPipeline(request)
        case .getPipeline: try await getPipeline(request)
        case .getPipelineByName: try await getPipelineByName(request)
        case .listPipelines: try await listPipelines(request)
        case .updatePipeline: try await updatePipeline(request)
        case .deletePipeline: try await deletePipeline(request)
        case .createPipelineVersion: try await createPipelineVersion(request)
        case .getPipelineVersion: try await getPipelineVersion(request)
        case .listPipelineVersions: try await listPipelineVersions(request)
        case .updatePipelineVersion: try await updatePipelineVersion(request)
        case .deletePipelineVersion: try await deletePipelineVersion(request)
        case .createRun: try await createRun(request)
        case .getRun: try await getRun(request)
        case .listRuns: try await listRuns(request)
        case .deleteRun: try await deleteRun(request)
        case .terminateRun: try await terminateRun(request)
        case .archiveRun: try await setRunState(.archived, request)
        case .unarchiveRun: try await setRunState(.available, request)
        case .retryRun: try await retryRun(request)
        case .rerunRun: try await rerunRun(request)
        case .createExperimentV1, .listExperimentsV1, .getExperimentV1, .uploadPipelineV1, .createPipelineV1,
            .uploadPipelineVersionV1, .listPipelinesV1, .getPipelineV1, .getPipelineByNameV1,
            .getPipelineTemplateV1, .createVersionV1, .listVersionsV1, .getVersionV1, .deleteVersionV1,
            .getVersionTemplateV1, .createRunV1, .listRunsV1, .getRunV1:
            try await dispatchV1(request)
        case .createRecurringRun: try await createRecurringRun(request)
        case .getRecurringRun: try await getRecurringRun(request)
        case .listRecurringRuns: try await listRecurringRuns(request)
        case .updateRecurringRun: try await updateRecurringRun(request)
        case .deleteRecurringRun: try await deleteRecurringRun(request)
        case .enableRecurringRun: try await setRecurringRunEnabled(true, request)
        case .disableRecurringRun: try await setRecurringRunEnabled(false, request)
        case .previewRecurringRun: try await previewRecurringRun(request)
        case .previewTrigger: try await previewTrigger(request)
        case .listTasks: try await listTasks(request)
        case .getTask: try await getTask(request)
        case .getTaskLog: try await getTaskLog(request)
        case .getNodeLog: try await getNodeLog(request)
        case .listArtifacts: try await listArtifacts(request)
        case .getArtifact: try await getArtifact(request)
        case .listArtifactTasks: try await listArtifactTasks(request)
        case .getArtifactContent, .headArtifactContent: try await getArtifactContent(request)
        case .getArtifactPreview: try await getArtifactPreview(request)
        case .getArtifactLineage: try await getArtifactLineage(request)
        case .readRunArtifact: try await readRunArtifact(request)
        }
    }

    private func dispatchV1(_ request: APIRequest) async throws -> Response {
        switch request.route {
        case .createExperimentV1: try await createExperimentV1(request)
        case .listExperimentsV1: try await listExperimentsV1(request)
        case .getExperimentV1: try await getExperimentV1(request)
        case .uploadPipelineV1: try await uploadPipelineV1(request)
        case .uploadPipelineVersionV1: try await uploadPipelineVersionV1(request)
        case .createPipelineV1: try await createPipelineV1(request)
        case .listPipelinesV1: try await listPipelinesV1(request)
        case .getPipelineV1: try await getPipelineV1(request)
        case .getPipelineByNameV1: try await getPipelineByNameV1(request)
        case .getPipelineTemplateV1: try await getPipelineTemplateV1(request)
        case .createVersionV1: try await createVersionV1(request)
        case .listVersionsV1: try await listVersionsV1(request)
        case .getVersionV1: try await getVersionV1(request)
        case .deleteVersionV1: try await deleteVersionV1(request)
        case .getVersionTemplateV1: try await getVersionTemplateV1(request)
        case .createRunV1: try await createRunV1(request)
        case .listRunsV1: try await listRunsV1(request)
        case .getRunV1: try await getRunV1(request)
        default: throw PlatformError(.internalError, "\(request.route.rawValue) is not of v1beta1.")
        }
    }
}
