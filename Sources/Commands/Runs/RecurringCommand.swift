import ArgumentParser
import FoundationEssentials
import Model
import Wire

/// `martlet recurring`: runs that start by themselves.
struct RecurringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recurring",
        abstract: "Start runs at set times: create, list, show, edit and delete recurring runs.",
        discussion: """
            Wherever a RECURRING run is asked for, its id, the beginning of its id (at least 4 characters) or \
            its name will do, as long as only one fits.

            Examples:
              martlet recurring create train.yaml --cron "0 30 6 * * MON-FRI" --time-zone Europe/Berlin
              martlet recurring preview nightly -n 10
              martlet recurring edit nightly --cron "0 0 7 * * *"
            """,
        subcommands: [
            RecurringCreateCommand.self, RecurringListCommand.self, RecurringGetCommand.self,
            RecurringEditCommand.self, RecurringEnableCommand.self, RecurringDisableCommand.self,
            RecurringDeleteCommand.self, RecurringPreviewCommand.self,
        ]
    )
}

/// `martlet recurring list`.
struct RecurringListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List recurring runs, the newest first.",
        discussion: "Example: martlet recurring list --experiment nightly"
    )

    @Option(help: "Only those of this experiment: id, beginning of the id, or name.")
    var experiment: String?

    @OptionGroup var list: LimitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        var extra = ""
        if let experiment {
            extra = QueryString.text(["experiment_id": try await client.id(meant: experiment, .experiment)])
        }
        let rows = try await client.rows(
            .listRecurringRuns,
            [:],
            "recurringRuns",
            list.query(),
            limit: list.limit,
            extra: extra
        )
        let found = try rows.map { try RecurringRunMessage(json: $0).recurring }
        try Console.output.show(RecurringTables.list(found), or: .array(rows), output.output)
    }
}

/// `martlet recurring get`.
struct RecurringGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a recurring run.",
        discussion: "Its runs: martlet runs list --recurring RECURRING"
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name.")
    var recurring: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.id(meant: recurring, .recurringRun)
        try show(try await client.json(.getRecurringRun, ["recurring_run_id": id]), output.output)
    }
}

/// `martlet recurring enable`.
struct RecurringEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a recurring run start runs again.",
        discussion: """
            What was missed meanwhile is made up for: all of it (at most the last \
            \(Limits.catchUpFiringsMax)), or the last one only with --no-catchup.
            """
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name.")
    var recurring: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.enableRecurringRun, on: recurring, .recurringRun, saying: "enabled")
    }
}

/// `martlet recurring disable`.
struct RecurringDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Stop a recurring run from starting runs; those under way go on."
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name.")
    var recurring: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.disableRecurringRun, on: recurring, .recurringRun, saying: "disabled")
    }
}

/// `martlet recurring delete`.
struct RecurringDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a recurring run; the runs it started stay."
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name.")
    var recurring: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.deleteRecurringRun, on: recurring, .recurringRun, saying: "deleted")
    }
}

/// Shows one recurring run, and its warnings where they do not get into programs' way.
func show(_ json: JSONValue, _ output: OutputFormat) throws {
    let message = try RecurringRunMessage(json: json)
    try Console.output.show(RecurringTables.one(message.recurring), or: json, output)
    try warn(message.warnings)
}

/// Tells warnings to the person.
func warn(_ warnings: [String]) throws {
    for warning in warnings { try Console.errors.line("martlet: warning: \(warning)") }
}
