import ArgumentParser
import FoundationEssentials
import Model
import Wire

/// `martlet runs`: looks after runs that exist.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List, show, stop, repeat and delete runs.",
        discussion: """
            Wherever a RUN is asked for, its id, the beginning of its id (at least 4 characters) or its \
            name will do, as long as only one run fits.

            Examples:
              martlet runs list --state failed
              martlet runs get 3f2a --follow
              martlet runs logs 3f2a train
            """,
        subcommands: [
            RunsListCommand.self, RunsGetCommand.self, RunsLogsCommand.self, RunsArtifactsCommand.self,
            RunsTerminateCommand.self, RunsRetryCommand.self, RunsRerunCommand.self,
            RunsArchiveCommand.self, RunsUnarchiveCommand.self,
            RunsDeleteCommand.self,
        ]
    )
}

/// `martlet runs list`.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, the newest first.",
        discussion: """
            Examples:
              martlet runs list
              martlet runs list --state running --experiment nightly
              martlet runs list --limit 100 -o json
            """
    )

    @Option(help: "Only runs in this state: pending, running, succeeded, failed, canceled, ….")
    var state: RuntimeState?

    @Option(help: "Only runs of this experiment: id, beginning of the id, or name.")
    var experiment: String?

    @Option(help: "Only runs that this recurring run started: id, beginning of the id, or name.")
    var recurring: String?

    @OptionGroup var list: LimitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        var extra = ""
        if let experiment {
            extra = QueryString.text(["experiment_id": try await client.id(meant: experiment, .experiment)])
        }
        var query = query
        if let recurring {
            let id = try await client.id(meant: recurring, .recurringRun)
            query.predicates.append(
                Predicate(key: "recurring_run_id", operation: .equals, operand: .string(id))
            )
        }
        let rows = try await client.rows(.listRuns, [:], "runs", query, limit: list.limit, extra: extra)
        let runs = try rows.map { try RunMessage(json: $0).run }
        try Console.output.show(RunTables.runs(runs, now: Instant(Date())), or: .array(rows), output.output)
    }

    /// What is asked of the server.
    var query: ListQuery {
        list.query(
            where: state.map {
                [Predicate(key: "state", operation: .equals, operand: .string($0.rawValue))]
            } ?? []
        )
    }
}

extension RuntimeState: ExpressibleByArgument {
    /// Reads a state in any case.
    package init?(argument: String) {
        self.init(rawValue: argument.uppercased())
    }

    /// The states for help and completion, as people write them.
    package static var allValueStrings: [String] { allCases.map { $0.rawValue.lowercased() } }
}

/// `martlet runs get`.
struct RunsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a run and its tasks.",
        discussion: """
            With --follow or --wait: \(ExitStatus.help)

            Examples:
              martlet runs get 3f2a
              martlet runs get "3rd night" --follow
              martlet runs get 3f2a -o yaml
            """
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.run(meant: run)
        if following.isWanted {
            return try await followRun(id, client: client, following, output: output.output)
        }
        let json = try await client.describe(id)
        let snapshot = RunSnapshot(
            run: try RunMessage(json: json).run,
            tasks: try (json["tasks"]?.array ?? []).map(TaskMessage.init(json:))
        )
        let follower = RunFollower(client: client, console: .output)
        let summary =
            output.output == .table
            ? try await follower.summary(snapshot, color: Console.output.usesColor) : ""
        let table = RunTables.tasks(snapshot.tasks, now: Instant(Date()))
        try Console.output.write(
            output.output.render(json) {
                table.text(width: Console.output.size?.columns, color: Console.output.usesColor) + "\n"
                    + summary
            }
        )
    }
}

/// `martlet runs logs`.
struct RunsLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what a run's tasks have written.",
        discussion: """
            Without TASK, the logs of all tasks in order, each line after its task's name. A task in a group \
            is named with a dot: prepare.split, for-loop-1.3.train.

            Examples:
              martlet runs logs 3f2a
              martlet runs logs 3f2a train --follow
              martlet runs logs 3f2a train --attempt 1
            """
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @Argument(help: "The task, as `martlet runs get RUN` shows it.")
    var task: String?

    @Option(help: ArgumentHelp("Which attempt, from 1; the newest by default.", valueName: "n"))
    var attempt: Int?

    @Flag(name: .shortAndLong, help: "Wait for more until the task, or the run, is over.")
    var follow = false

    @OptionGroup var server: ClientConfiguration

    func validate() throws {
        guard attempt == nil || task != nil else { throw ValidationError("--attempt needs a TASK") }
        if let attempt, attempt < 1 {
            throw ValidationError("--attempt: expected a number from 1 up, found \(attempt)")
        }
    }

    func run() async throws {
        let client = try server.client
        let id = try await client.run(meant: run)
        let path = task.map { TaskID($0, in: id).path }
        // People count attempts from 1, as pages and reasons do, the API from 0.
        let number = attempt.map { $0 - 1 }
        try await LogReader(client: client, console: .output, path: path, attempt: number).read(
            id,
            follow: follow
        )
    }
}

/// `martlet runs artifacts`.
struct RunsArtifactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "List what a run's tasks have read and written.",
        discussion: """
            Examples:
              martlet runs artifacts 3f2a
              martlet artifacts download ARTIFACT
            """
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.run(meant: run)
        let rows = try await client.artifactRows(
            ofRun: id,
            query: ListQuery(pageSize: Limits.pageSizeMax),
            limit: .max
        )
        try ArtifactTables.show(rows, output.output)
    }
}

/// `martlet runs terminate`.
struct RunsTerminateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate",
        abstract: "Stop a run: its tasks are asked to end, then made to.",
        discussion: "Example: martlet runs terminate 3f2a"
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.terminateRun, on: run, .run, saying: "is being stopped")
    }
}

/// `martlet runs delete`.
struct RunsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a run with its tasks and logs, and later the artifacts that no other run uses.",
        discussion: "Example: martlet runs delete 3f2a"
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.deleteRun, on: run, .run, saying: "deleted")
    }
}
