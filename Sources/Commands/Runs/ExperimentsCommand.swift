import ArgumentParser
import Model
import Wire

/// `martlet experiments`: groups of runs.
struct ExperimentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiments",
        abstract: "Create, list, show, put away and delete experiments, which group runs.",
        discussion: """
            Wherever an EXPERIMENT is asked for, its id, the beginning of its id (at least 4 characters) or its \
            name will do, as long as only one fits.

            Examples:
              martlet experiments create nightly
              martlet runs list --experiment nightly
              martlet experiments archive nightly
            """,
        subcommands: [
            ExperimentsListCommand.self, ExperimentsGetCommand.self, ExperimentsCreateCommand.self,
            ExperimentsArchiveCommand.self, ExperimentsUnarchiveCommand.self, ExperimentsDeleteCommand.self,
            ExperimentsRetentionCommand.self,
        ]
    )

    /// A list of experiments.
    static func table(_ experiments: [Experiment]) -> Table {
        Table(
            headings: ["ID", "NAME", "CREATED", "LAST RUN", "DESCRIPTION"],
            rows: experiments.map { experiment in
                [
                    Cell(experiment.id.text), Cell(experiment.displayName, .strong),
                    Cell(experiment.createdAt.rfc3339, .faint),
                    Cell(experiment.lastRunCreatedAt?.rfc3339 ?? "", .faint), Cell(experiment.description),
                ]
            }
        )
    }

    /// One experiment, a line for each thing there is to say.
    static func details(_ experiment: Experiment) -> Table {
        Table(facts: [
            ("id", Cell(experiment.id.text)), ("name", Cell(experiment.displayName, .strong)),
            ("description", Cell(experiment.description)), ("created", Cell(experiment.createdAt.rfc3339)),
            ("last run", Cell(experiment.lastRunCreatedAt?.rfc3339 ?? "")),
            ("state", Cell(experiment.storageState == .archived ? "archived" : "")),
        ])
    }
}

/// `martlet experiments list`.
struct ExperimentsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List experiments, the newest first.",
        discussion: """
            Examples:
              martlet experiments list --name night
              martlet experiments list --archived
            """
    )

    @Flag(help: "Those that were put away, instead of the others.")
    var archived = false

    @OptionGroup var list: ListOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let state = archived ? StorageState.archived : .available
        let kept = Predicate(key: "storage_state", operation: .equals, operand: .string(state.rawValue))
        let rows = try await server.client.rows(
            .listExperiments,
            [:],
            "experiments",
            list.query(where: [kept]),
            limit: list.limit
        )
        let experiments = try rows.map(Experiment.init(json:))
        try Console.output.show(ExperimentsCommand.table(experiments), or: .array(rows), output.output)
    }
}

/// `martlet experiments get`.
struct ExperimentsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show an experiment.",
        discussion: "Its runs: martlet runs list --experiment EXPERIMENT"
    )

    @Argument(help: "The experiment: id, beginning of the id, or name.")
    var experiment: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.id(meant: experiment, .experiment)
        let json = try await client.json(.getExperiment, ["experiment_id": id])
        try Console.output.show(
            ExperimentsCommand.details(try Experiment(json: json)),
            or: json,
            output.output
        )
    }
}

/// `martlet experiments create`.
struct ExperimentsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an experiment.",
        discussion: "Example: martlet experiments create nightly --description \"what runs at night\""
    )

    @Argument(help: "What to call it; no other experiment has this name.")
    var name: String

    @Option(help: "What it is for.")
    var description: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let submission = ExperimentSubmission(displayName: name, description: description ?? "")
        let json = try await server.client.json(.createExperiment, body: submission.json)
        let id = try Experiment(json: json).id
        try Console.output.write(output.output.render(json) { "experiment \(id) created\n" })
    }
}

/// `martlet experiments archive`.
struct ExperimentsArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Put an experiment and its runs away and disable its recurring runs.",
        discussion: "Example: martlet experiments archive nightly"
    )

    @Argument(help: "The experiment: id, beginning of the id, or name.")
    var experiment: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.archiveExperiment, on: experiment, .experiment, saying: "archived")
    }
}

/// `martlet experiments unarchive`.
struct ExperimentsUnarchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unarchive",
        abstract: "Bring an experiment back that was put away, without its runs.",
        discussion: "Example: martlet experiments unarchive nightly"
    )

    @Argument(help: "The experiment: id, beginning of the id, or name.")
    var experiment: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.unarchiveExperiment, on: experiment, .experiment, saying: "unarchived")
    }
}

/// `martlet experiments delete`.
struct ExperimentsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete an experiment; its runs stay.",
        discussion: "Example: martlet experiments delete nightly"
    )

    @Argument(help: "The experiment: id, beginning of the id, or name.")
    var experiment: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.deleteExperiment, on: experiment, .experiment, saying: "deleted")
    }
}
