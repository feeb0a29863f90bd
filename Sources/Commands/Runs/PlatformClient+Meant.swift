import Model
import Wire

/// A kind of thing that people name on the command line.
struct NamedKind: Sendable {
    /// What people call it.
    let name: String
    /// What asks for one, and the parameter that is its id.
    let get: Route
    let parameter: String
    /// What lists them, and the field of the rows.
    let list: Route
    let rows: String
    /// The command that lists them.
    let command: String

    static let run = NamedKind(
        name: "run",
        get: .getRun,
        parameter: "run_id",
        list: .listRuns,
        rows: "runs",
        command: "martlet runs list"
    )
    static let recurringRun = NamedKind(
        name: "recurring run",
        get: .getRecurringRun,
        parameter: "recurring_run_id",
        list: .listRecurringRuns,
        rows: "recurringRuns",
        command: "martlet recurring list"
    )
    static let experiment = NamedKind(
        name: "experiment",
        get: .getExperiment,
        parameter: "experiment_id",
        list: .listExperiments,
        rows: "experiments",
        command: "martlet experiments list"
    )
    static let pipeline = NamedKind(
        name: "pipeline",
        get: .getPipeline,
        parameter: "pipeline_id",
        list: .listPipelines,
        rows: "pipelines",
        command: "martlet pipelines list"
    )
    /// A version is looked for within its pipeline.
    static let version = NamedKind(
        name: "version",
        get: .getPipelineVersion,
        parameter: "pipeline_version_id",
        list: .listPipelineVersions,
        rows: "pipeline_versions",
        command: "martlet versions list PIPELINE"
    )
}

extension PlatformClient {
    /// The id of what a person means: its id, the beginning of its id (from 4 characters on), or its name.
    /// - Parameter path: what else the paths of its kind need, such as the pipeline of a version.
    /// - Throws: ``PlatformError`` with `invalidArgument` if none or several fit.
    func id(
        meant text: String,
        _ kind: NamedKind,
        within path: [String: String] = [:]
    ) async throws -> String {
        do {
            let found = try await json(kind.get, path.merging([kind.parameter: text]) { $1 })
            if let id = found[kind.parameter]?.string { return id }
        } catch let error as PlatformError where error.code == .notFound || error.code == .invalidArgument {
            // It may be the beginning of an id, or a name.
        }
        let candidates = try await candidates(text, kind, path)
        switch candidates.count {
        case 1: return candidates[0].id
        case 0:
            throw PlatformError.invalid(
                "no \(kind.name) has the id or name \(text), or an id that begins with it "
                    + "(at least 4 characters); see `\(kind.command)`"
            )
        default:
            let ids = candidates.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
            throw PlatformError.invalid("\(text) fits several \(kind.name)s: \(ids); give more of the id")
        }
    }

    /// Does to what a person means what takes no more than its id, and tells so.
    /// - Parameter words: what became of it, after its kind and its id: `deleted`.
    func act(_ route: Route, on text: String, _ kind: NamedKind, saying words: String) async throws {
        let id = try await id(meant: text, kind)
        _ = try await json(route, [kind.parameter: id])
        try Console.output.line("\(kind.name) \(id) \(words)")
    }

    private func candidates(
        _ text: String,
        _ kind: NamedKind,
        _ path: [String: String]
    ) async throws -> [(id: String, name: String)] {
        var predicates = [Predicate(key: "name", operation: .equals, operand: .string(text))]
        if text.count >= 4 {
            predicates.append(
                Predicate(key: kind.parameter, operation: .isSubstring, operand: .string(text.lowercased()))
            )
        }
        var found: [String: String] = [:]
        for predicate in predicates {
            let query = ListQuery(predicates: [predicate], sortField: "created_at", descending: true)
            for row in try await rows(kind.list, path, kind.rows, query, limit: Limits.pageSizeDefault) {
                guard let id = row[kind.parameter]?.string else { continue }
                if predicate.operation == .isSubstring, !id.hasPrefix(text.lowercased()) { continue }
                found[id] = row["display_name"]?.string ?? ""
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
