import ArgumentParser
import Model
import Wire

/// `martlet pipelines`: pipelines that are kept on the server.
struct PipelinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipelines",
        abstract: "Upload, list, show and delete pipelines.",
        discussion: """
            Wherever a PIPELINE is asked for, its id, the beginning of its id (at least 4 characters) or its \
            name will do, as long as only one fits.

            Examples:
              martlet pipelines create train.py
              martlet pipelines list --name train
              martlet run --pipeline train --follow
            """,
        subcommands: [
            PipelinesListCommand.self, PipelinesGetCommand.self, PipelinesCreateCommand.self,
            PipelinesDeleteCommand.self,
        ]
    )
}

/// `martlet pipelines list`.
struct PipelinesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pipelines, the newest first.",
        discussion: "Example: martlet pipelines list --name train --limit 100"
    )

    @OptionGroup var list: ListOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let rows = try await server.client.rows(
            .listPipelines,
            [:],
            "pipelines",
            list.query(),
            limit: list.limit
        )
        let pipelines = try rows.map(Pipeline.init(json:))
        try Console.output.show(PipelineTables.pipelines(pipelines), or: .array(rows), output.output)
    }
}

/// `martlet pipelines get`.
struct PipelinesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a pipeline and its versions.",
        discussion: "Example: martlet pipelines get train"
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let path = ["pipeline_id": try await client.id(meant: pipeline, .pipeline)]
        let json = try await client.json(.getPipeline, path)
        guard output.output == .table else {
            return try Console.output.write(output.output.render(json) { "" })
        }
        let query = ListQuery(sortField: "created_at", descending: true)
        let versions = try await client.rows(
            .listPipelineVersions,
            path,
            "pipeline_versions",
            query,
            limit: Limits.pageSizeDefault
        ).map { try PipelineVersionMessage(json: $0).version }
        try Console.output.show(PipelineTables.details(try Pipeline(json: json)), or: json, .table)
        try Console.output.show(PipelineTables.versions(versions), or: .null, .table)
    }
}

/// `martlet pipelines create`.
struct PipelinesCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Upload a pipeline with its first version.",
        discussion: """
            Python is compiled first, with the `kfp` on PATH or of the active virtual environment. A further \
            version: martlet versions create PIPELINE FILE.

            Examples:
              martlet pipelines create train.py
              martlet pipelines create train.yaml --name nightly-training --tag team=vision
            """,
        aliases: ["upload"]
    )

    @Argument(
        help: "The pipeline: a .yaml or a .py file.",
        completion: .file(extensions: PipelineFile.extensions)
    )
    var file: String

    @Option(help: "What to call it; the name in the file by default.")
    var name: String?

    @OptionGroup var about: UploadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let document = try await PipelineFile.document(at: file)
        guard let name = name ?? document.pipelineSpec["pipelineInfo"]?["name"]?.string else {
            throw PlatformError.invalid("\(file) does not say what the pipeline is called; give --name")
        }
        let submission = PipelineAndVersionSubmission(
            pipeline: PipelineSubmission(name: name, description: about.description ?? "", tags: about.tags),
            version: PipelineVersionSubmission(
                name: name,
                description: about.description ?? "",
                spec: document
            )
        )
        let json = try await server.client.json(.createPipelineAndVersion, body: submission.json)
        let id = try Pipeline(json: json).id
        try Console.output.write(output.output.render(json) { "pipeline \(id) created\n" })
    }
}

/// `martlet pipelines delete`.
struct PipelinesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a pipeline; its runs stay.",
        discussion: "Example: martlet pipelines delete train --cascade"
    )

    @Argument(help: "The pipeline: id, beginning of the id, or name.")
    var pipeline: String

    @Flag(help: "Delete its versions, too; without this a pipeline that has some is kept.")
    var cascade = false

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let id = try await client.id(meant: pipeline, .pipeline)
        _ = try await client.json(
            .deletePipeline,
            ["pipeline_id": id],
            query: QueryString.text(["cascade": cascade ? "true" : nil])
        )
        try Console.output.line("pipeline \(id) deleted")
    }
}
