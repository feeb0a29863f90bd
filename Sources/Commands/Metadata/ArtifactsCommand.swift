import ArgumentParser
import Model
import Wire

/// `martlet artifacts`: finds and fetches what tasks have written.
struct ArtifactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "List, show and download artifacts, and see where they come from.",
        discussion: """
            Wherever an ARTIFACT is asked for, its id or the beginning of its id (at least 4 characters) will do, as \
            long as only one artifact fits.

            Examples:
              martlet artifacts list --type Model
              martlet artifacts download 7c1d
              martlet artifacts lineage 7c1d
            """,
        subcommands: [
            ArtifactsListCommand.self, ArtifactsGetCommand.self, ArtifactsDownloadCommand.self,
            ArtifactsLineageCommand.self,
        ]
    )
}

/// `martlet artifacts list`.
struct ArtifactsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List artifacts, the newest first.",
        discussion: """
            Examples:
              martlet artifacts list
              martlet artifacts list --type Dataset --name data
              martlet artifacts list --run 3f2a -o json
            """
    )

    @Option(help: "Only artifacts of this type: Artifact, Model, Dataset, HTML, Markdown, Metric, ….")
    var type: String?

    @Option(help: "Only what this run's tasks read or wrote: id, beginning of the id, or name.")
    var run: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        var id: RunID?
        if let run { id = try await client.run(meant: run) }
        try ArtifactTables.show(
            try await client.artifactRows(ofRun: id, query: query, limit: list.limit),
            output.output
        )
    }

    /// What is asked of the server.
    var query: ListQuery {
        list.query(
            where: type.map { [Predicate(key: "type", operation: .equals, operand: .string($0))] } ?? []
        )
    }
}

/// `martlet artifacts get`.
struct ArtifactsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show an artifact with its metadata and who wrote and read it.",
        discussion: """
            Examples:
              martlet artifacts get 7c1d
              martlet artifacts get 7c1d -o yaml
            """
    )

    @Argument(help: "The artifact: id or beginning of the id.")
    var artifact: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let json = try await client.artifactJSON(meant: artifact)
        let artifact = try Artifact(json: json)
        let uses = try await client.lineage(of: artifact.id, direction: "BOTH", depth: 1)
            .filter { $0.artifact.id == artifact.id }
        try Console.output.show(ArtifactTables.details(artifact, uses), or: json, output.output)
    }
}

/// `martlet artifacts lineage`.
struct ArtifactsLineageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage",
        abstract: "Show what an artifact was made from and what was made from it, across runs.",
        discussion: """
            Examples:
              martlet artifacts lineage 7c1d
              martlet artifacts lineage 7c1d --direction upstream --depth 10
            """
    )

    /// The ways to go.
    enum Direction: String, ExpressibleByArgument, CaseIterable {
        case upstream, downstream, both
    }

    @Argument(help: "The artifact: id or beginning of the id.")
    var artifact: String

    @Option(help: "Which way to go: upstream, downstream or both.")
    var direction: Direction = .both

    @Option(help: "How many tasks far, 1 to \(Limits.lineageDepthMax).")
    var depth: Int = 3

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let artifact = try Artifact(json: try await client.artifactJSON(meant: artifact))
        let (rows, steps) = try await client.lineageRows(
            of: artifact.id,
            direction: direction.rawValue.uppercased(),
            depth: depth
        )
        try Console.output.show(ArtifactTables.lineage(steps), or: .array(rows), output.output)
    }
}
