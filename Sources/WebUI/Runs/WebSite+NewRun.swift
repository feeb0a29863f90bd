import HTTPTypes
import Hummingbird
import Model
import PipelineIR
import Services

extension WebSite {
    /// The form for a run like another one.
    func newRun(_ request: WebRequest) async throws -> Response {
        guard let clone = request.query["clone"] else {
            throw PlatformError(
                .notFound,
                "To start a run here, open a run and choose Clone; the kfp client and martlet run start others."
            )
        }
        let details = try await useCases.runs.details(RunID(clone))
        let view = NewRunView(details.run, details.graph, sent: nil, error: nil)
        return try show(view, title: "New run", section: .runs)
    }

    /// Starts what the form says. What is refused is shown again, with the reason.
    func startRun(_ request: WebRequest) async throws -> Response {
        let form = try await request.form()
        let details = try await useCases.runs.details(RunID(form["clone"] ?? ""))
        do {
            var parameters: [String: JSONValue] = [:]
            for (name, input) in details.graph.root.component.inputParameters.sorted(by: { $0.key < $1.key }) {
                guard let text = form["p." + name] else { continue }
                parameters[name] = try ParameterText.value(of: text, type: input.type, name: name)
            }
            let created = try await useCases.runs.create(
                submission(details, form, parameters)
            )
            return .moved(to: RunAddress(created.run.id).href)
        } catch let error as PlatformError where error.code != .internalError {
            let view = NewRunView(details.run, details.graph, sent: form, error: error.message)
            return try show(view, title: "New run", section: .runs, status: .unprocessableContent)
        }
    }

    private func submission(
        _ details: RunService.Details,
        _ form: WebForm,
        _ parameters: [String: JSONValue]
    ) -> RunSubmission {
        let run = details.run
        // The spec of the run itself: the version it came from may be gone, or the pipeline may have newer ones.
        let source: RunSubmission.Source =
            if let version = run.pipelineVersionID {
                .version(pipelineID: run.pipelineID, versionID: version)
            } else {
                .spec(details.document)
            }
        return RunSubmission(
            displayName: form["name"] ?? run.displayName,
            description: form["description"] ?? "",
            experimentID: details.experiment?.id,
            source: source,
            parameters: parameters,
            pipelineRoot: run.pipelineRoot,
            serviceAccount: run.serviceAccount
        )
    }
}
