import HTTPTypes
import Hummingbird
import Model
import Services

extension WebSite {
    /// Does something to things that were chosen. What cannot be undone is asked about first.
    func act(on thing: Thing, _ request: WebRequest) async throws -> Response {
        let form = try await request.form()
        if thing == .run, form["action"] == "rerun" { return try await rerun(form) }
        guard let action = ThingAction(rawValue: form["action"] ?? ""), thing.actions.contains(action) else {
            let known = thing.actions.map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid(
                "action: expected one of \(known), found '\((form["action"] ?? "").prefix(80))'."
            )
        }
        let ids = form.all(thing.field).filter { !$0.isEmpty }
        let back = Self.localPlace(form["back"]) ?? thing.section.path
        if ids.isEmpty { return .moved(to: back) }
        if action.mustBeConfirmed, form["confirmed"] == nil {
            var items: [ConfirmView.Item] = []
            for id in ids { items.append(ConfirmView.Item(id: id, name: try await name(of: thing, id))) }
            let view = ConfirmView(action, thing, items, back: back)
            return try show(view, title: view.question, section: thing.section)
        }
        var refusals: [ConfirmView.Item] = []
        for id in ids {
            do {
                try await perform(action, on: thing, id)
            } catch let error as PlatformError where error.code != .internalError {
                // What is gone has no name any more.
                let name = try? await name(of: thing, id)
                refusals.append(ConfirmView.Item(id: id, name: name ?? id, why: error.message))
            }
        }
        if refusals.isEmpty {
            return .moved(to: Notice(action, thing, ids.count).address(afterReturningTo: back, ids))
        }
        let done = ids.count - refusals.count
        let view = ConfirmView(refusals: refusals, of: action, thing, done: done, back: back)
        return try show(view, title: view.question, section: thing.section, status: .conflict)
    }

    private func perform(_ action: ThingAction, on thing: Thing, _ id: String) async throws {
        let cases = useCases
        switch (thing, action) {
        case (.run, .archive): try await cases.runs.setStorageState(.archived, of: RunID(id))
        case (.run, .restore): try await cases.runs.setStorageState(.available, of: RunID(id))
        case (.run, .retry): try await cases.runs.retry(RunID(id))
        case (.run, .terminate): try await cases.runs.terminate(RunID(id))
        case (.run, .delete): try await cases.runs.delete(RunID(id))
        case (.pipeline, .delete): try await cases.pipelines.delete(PipelineID(id), cascade: true)
        case (.version, .delete):
            let (version, _) = try await cases.pipelines.version(PipelineVersionID(id), of: nil)
            try await cases.pipelines.deleteVersion(version.id, of: version.pipelineID)
        case (.experiment, .archive):
            try await cases.experiments.setStorageState(.archived, of: ExperimentID(id))
        case (.experiment, .restore):
            try await cases.experiments.setStorageState(.available, of: ExperimentID(id))
        case (.experiment, .delete): try await cases.experiments.delete(ExperimentID(id))
        case (.recurringRun, .enable): try await cases.recurringRuns.setEnabled(true, RecurringRunID(id))
        case (.recurringRun, .disable): try await cases.recurringRuns.setEnabled(false, RecurringRunID(id))
        case (.recurringRun, .delete): try await cases.recurringRuns.delete(RecurringRunID(id))
        default: throw PlatformError.invalid("A \(thing.noun) cannot be \(action.participle).")
        }
    }

    private func name(of thing: Thing, _ id: String) async throws -> String {
        switch thing {
        case .run: try await useCases.runs.get(RunID(id)).run.displayName
        case .pipeline: try await useCases.pipelines.get(PipelineID(id)).displayName
        case .version: try await useCases.pipelines.version(PipelineVersionID(id), of: nil).0.displayName
        case .experiment: try await useCases.experiments.get(ExperimentID(id)).displayName
        case .recurringRun: try await useCases.recurringRuns.get(RecurringRunID(id)).recurring.displayName
        }
    }

    /// A place on this server; `nil` for anything that a browser could take for another one.
    static func localPlace(_ text: String?) -> String? {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return text
    }
}
