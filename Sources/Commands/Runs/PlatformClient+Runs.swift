import Model
import Wire

/// A run and its tasks as they were at one moment.
struct RunSnapshot: Hashable, Sendable {
    /// The run.
    var run: Run
    /// Its tasks, the root among them.
    var tasks: [TaskMessage]
}

extension PlatformClient {
    /// A run as the server sends it, without its tasks, of which there may be many.
    func runJSON(_ id: RunID) async throws -> JSONValue {
        try await json(.getRun, ["run_id": id.text], query: "view=DEFAULT")
    }

    /// A run's tasks as the server sends them, all pages.
    func tasksJSON(_ id: RunID) async throws -> [JSONValue] {
        try await rows(
            .listTasks,
            ["run_id": id.text],
            "tasks",
            ListQuery(pageSize: Limits.pageSizeMax),
            limit: .max
        )
    }

    /// A run and its tasks.
    func snapshot(_ id: RunID) async throws -> RunSnapshot {
        // The run first: if it is over in this answer, the tasks of the next one are final too.
        let run = try RunMessage(json: await runJSON(id)).run
        return RunSnapshot(run: run, tasks: try await tasksJSON(id).map(TaskMessage.init(json:)))
    }

    /// Starts a run.
    func create(_ submission: RunSubmission) async throws -> JSONValue {
        try await json(.createRun, body: submission.json)
    }

    /// The experiment of that name; `nil` if there is none.
    func experiment(named name: String) async throws -> Experiment? {
        let query = ListQuery(
            predicates: [Predicate(key: "display_name", operation: .equals, operand: .string(name))])
        return try await rows(.listExperiments, [:], "experiments", query, limit: 1).map(
            Experiment.init(json:)
        ).first
    }

    /// The experiment of that name, made if there is none.
    func ensureExperiment(named name: String) async throws -> Experiment {
        if let experiment = try await experiment(named: name) { return experiment }
        return try Experiment(
            json: await json(.createExperiment, body: ExperimentSubmission(displayName: name).json)
        )
    }

    /// Rows of a list as the server sends them, page by page until there are enough.
    /// - Parameter extra: more query parameters, as a query string.
    func rows(
        _ route: Route,
        _ parameters: [String: String],
        _ name: String,
        _ query: ListQuery,
        limit: Int,
        extra: String = ""
    ) async throws -> [JSONValue] {
        var rows: [JSONValue] = []
        var pageToken: String?
        repeat {
            let text = [ListRequest.text(of: query, pageToken: pageToken), extra].filter { !$0.isEmpty }
            let page = try ListAnswer(
                json: await json(route, parameters, query: text.joined(separator: "&")),
                name,
                row: { $0 }
            )
            rows += page.items
            pageToken = page.nextPageToken
        } while pageToken != nil && rows.count < limit
        return Array(rows.prefix(limit))
    }

    /// Part of a task's log, at most 8 MiB; empty for a task that has none yet.
    /// - Parameters:
    ///   - attempt: which attempt; `nil` for the newest.
    ///   - offset: bytes to skip.
    func log(_ task: TaskID, attempt: Int?, offset: Int) async throws -> [UInt8] {
        do {
            return try await bytes(
                .getTaskLog,
                ["run_id": task.runID.text, "task_id": task.description],
                query: QueryString.text([
                    "attempt": attempt.map(String.init), "offset": String(offset), "limit": String(8 << 20),
                ])
            )
        } catch let error as PlatformError where error.code == .notFound {
            return []
        }
    }

    /// The run a person means: its id, the beginning of its id (from 4 characters on), or its name.
    /// - Throws: ``PlatformError``: `notFound`, or `invalidArgument` if several fit.
    func run(meant text: String) async throws -> RunID {
        RunID(try await id(meant: text, .run))
    }
}
