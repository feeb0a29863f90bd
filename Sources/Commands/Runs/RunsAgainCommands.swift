import ArgumentParser
import Model
import Wire

/// `martlet runs retry`.
struct RunsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let a run that failed go on.",
        discussion: """
            What failed, was stopped or never came to run, and what comes after it, runs again; what succeeded \
            is kept, and so are the logs of earlier attempts. With --follow or --wait: \(ExitStatus.help)

            Example: martlet runs retry 3f2a --follow
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
        _ = try await client.json(.retryRun, ["run_id": id.text])
        if following.isWanted {
            return try await followRun(id, client: client, following, output: output.output)
        }
        let json = try await client.runJSON(id)
        try Console.output.write(output.output.render(json) { "run \(id) goes on\n" })
    }
}

/// `martlet runs rerun`.
struct RunsRerunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Start a new run from one task of an earlier run.",
        discussion: """
            The new run has the same pipeline and inputs. TASK, what depends on it and what did not succeed run \
            again; everything else is taken over from the earlier run. TASK is a name, or a path where several \
            tasks have the name: prepare.split, for-loop-1.3.train. With --follow or --wait: \(ExitStatus.help)

            Examples:
              martlet runs rerun 3f2a --from train
              martlet runs rerun 3f2a --from for-loop-1.3.train --name "third item again" --follow
            """
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @Option(help: "The task to start from.")
    var from: String

    @Option(help: "What to call the new run; the same name by default.")
    var name: String?

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let source = try await client.run(meant: run)
        let json = try await client.json(
            .rerunRun,
            ["run_id": source.text],
            body: RerunRequest(task: from, displayName: name).json
        )
        let id = try RunMessage(json: json).run.id
        if following.isWanted {
            return try await followRun(id, client: client, following, output: output.output)
        }
        try Console.output.write(
            output.output.render(json) { "run \(id) started\n\(RunSummary.url(client.endpoint, id))\n" }
        )
    }
}

/// `martlet runs archive`.
struct RunsArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Put a run away; it can be brought back.",
        discussion: "Example: martlet runs archive 3f2a"
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.archiveRun, on: run, .run, saying: "archived")
    }
}

/// `martlet runs unarchive`.
struct RunsUnarchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unarchive",
        abstract: "Bring a run back that was put away.",
        discussion: "Example: martlet runs unarchive 3f2a"
    )

    @Argument(help: "The run: id, beginning of the id, or name.")
    var run: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        try await server.client.act(.unarchiveRun, on: run, .run, saying: "unarchived")
    }
}
