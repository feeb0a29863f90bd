import ArgumentParser
import Model
import Wire

/// `martlet versions`: the versions of a pipeline.
struct VersionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Upload, list, show and delete the versions of a pipeline.",
        discussion: """
            A PIPELINE and a VERSION are named by their id, the beginning of their id (at least 4 characters) or their \
            name, as long as only one fits.

            Examples:
              martlet versions create train train.py --name "larger batches"
              martlet versions list train
              martlet versions get train -o yaml
            """,
        subcommands: [
            VersionsListCommand.self, VersionsGetCommand.self, VersionsCreateCommand.self,
            VersionsDeleteCommand.self,
        ]
    )
}

/// `martlet versions list`.
struct VersionsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the versions of a pipeline, the newest first.",
        discussion: "Example: martlet versions list train"
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @OptionGroup var list: ListOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.id(meant: pipeline, .pipeline)
        let rows = try await client.rows(
            .listPipelineVersions,
            ["pipeline_id": id],
            "pipeline_versions",
            list.query(),
            limit: list.limit
        )
        let versions = try rows.map { try PipelineVersionMessage(json: $0).version }
        try Console.output.show(PipelineTables.versions(versions), or: .array(rows), output.output)
    }
}

/// `martlet versions get`.
struct VersionsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a version and its inputs; as JSON or YAML with the whole spec.",
        discussion: """
            Examples:
              martlet versions get train
              martlet versions get train "larger batches" -o yaml
            """
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @Argument(help: "The version: id, beginning of the id, or name; the newest by default.")
    var version: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let pipelineID = PipelineID(try await client.id(meant: pipeline, .pipeline))
        let json: JSONValue
        if let version {
            let path = ["pipeline_id": pipelineID.text]
            let id = try await client.id(meant: version, .version, within: path)
            json = try await client.json(
                .getPipelineVersion,
                path.merging(["pipeline_version_id": id]) { $1 }
            )
        } else {
            json = try await client.newestVersion(of: pipelineID, named: pipeline)
        }
        try Console.output.show(
            PipelineTables.details(try PipelineVersionMessage(json: json)),
            or: json,
            output.output
        )
    }
}

/// `martlet versions create`.
struct VersionsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Upload another version of a pipeline.",
        discussion: "Example: martlet versions create train train.py --name \"larger batches\"",
        aliases: ["upload"]
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @Argument(
        help: "The version: a .yaml or a .py file.",
        completion: .file(extensions: PipelineFile.extensions)
    )
    var file: String

    @Option(help: "What to call it; no other version of the pipeline has this name.")
    var name: String

    @OptionGroup var about: UploadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let document = try await PipelineFile.document(at: file)
        let submission = PipelineVersionSubmission(
            name: name,
            description: about.description ?? "",
            spec: document,
            tags: about.tags
        )
        let id = try await client.id(meant: pipeline, .pipeline)
        let json = try await client.json(.createPipelineVersion, ["pipeline_id": id], body: submission.json)
        let version = try PipelineVersionMessage(json: json).version
        try Console.output.write(output.output.render(json) { "version \(version.id) created\n" })
    }
}

/// `martlet versions delete`.
struct VersionsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a version of a pipeline; its runs stay.",
        discussion: "Example: martlet versions delete train \"larger batches\""
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @Argument(help: "The version: id, beginning of the id, or name.")
    var version: String

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        var path = ["pipeline_id": try await client.id(meant: pipeline, .pipeline)]
        let id = try await client.id(meant: version, .version, within: path)
        path["pipeline_version_id"] = id
        _ = try await client.json(.deletePipelineVersion, path)
        try Console.output.line("version \(id) deleted")
    }
}
