import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func createRecurringRun(_ request: APIRequest) async throws -> Response {
        let submission = try RecurringRunSubmission(json: try await request.json())
        return .json(RecurringRunMessage(try await useCases.recurringRuns.create(submission)).json)
    }

    func getRecurringRun(_ request: APIRequest) async throws -> Response {
        .json(RecurringRunMessage(try await useCases.recurringRuns.get(request.id("recurring_run_id"))).json)
    }

    func listRecurringRuns(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        let experiment = try request.query()["experiment_id"].flatMap { $0.isEmpty ? nil : ExperimentID($0) }
        let page = try await useCases.recurringRuns.list(query, experimentID: experiment)
        // In camel case, unlike everything else. Source: KFP v2beta1 `ListRecurringRunsResponse`.
        return .json(page.json("recurringRuns", of: query) { RecurringRunMessage($0).json })
    }

    func updateRecurringRun(_ request: APIRequest) async throws -> Response {
        let update = try RecurringRunUpdate(json: try await request.json())
        return .json(
            RecurringRunMessage(
                try await useCases.recurringRuns.update(request.id("recurring_run_id"), update)
            ).json
        )
    }

    /// `propagation_policy` says what becomes of the runs' Kubernetes objects, of which there are none.
    /// Source: KFP v2beta1 `DeletePropagationPolicy`.
    func deleteRecurringRun(_ request: APIRequest) async throws -> Response {
        let policies = ["DELETE_PROPAGATION_POLICY_UNSPECIFIED", "FOREGROUND", "BACKGROUND", "ORPHAN"]
        if let policy = try request.query()["propagation_policy"], !policies.contains(policy),
            Int(policy).map(policies.indices.contains) != true
        {
            throw PlatformError.invalid(
                "propagation_policy: expected FOREGROUND, BACKGROUND or ORPHAN, found \"\(policy.prefix(80))\""
            )
        }
        try await useCases.recurringRuns.delete(request.id("recurring_run_id"))
        return .empty
    }

    func setRecurringRunEnabled(_ isEnabled: Bool, _ request: APIRequest) async throws -> Response {
        try await useCases.recurringRuns.setEnabled(isEnabled, request.id("recurring_run_id"))
        return .empty
    }

    func previewRecurringRun(_ request: APIRequest) async throws -> Response {
        .json(
            FiringsMessage(
                try await useCases.recurringRuns.preview(
                    request.id("recurring_run_id"),
                    count: try request.previewCount()
                )
            ).json
        )
    }

    func previewTrigger(_ request: APIRequest) async throws -> Response {
        let trigger = try FiringsMessage.trigger(of: try await request.json())
        return .json(
            FiringsMessage(try useCases.recurringRuns.preview(trigger, count: try request.previewCount()))
                .json
        )
    }
}

extension APIRequest {
    fileprivate func previewCount() throws -> Int { try query().count("count") ?? 5 }
}

extension RecurringRunMessage {
    fileprivate init(_ described: RecurringRunService.Described) {
        self.init(recurring: described.recurring, spec: described.spec, warnings: described.warnings)
    }
}

extension FiringsMessage {
    fileprivate init(_ preview: RecurringRunService.Preview) {
        self.init(
            firings: preview.firings.map { Firing(at: $0.at, local: $0.local) },
            warnings: preview.warnings
        )
    }
}
