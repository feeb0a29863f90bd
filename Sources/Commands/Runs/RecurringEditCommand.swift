import ArgumentParser
import FoundationEssentials
import Model
import Wire

/// `martlet recurring edit`.
struct RecurringEditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Edit a recurring run in place; what is not named stays as it is.",
        discussion: """
            Runs under way go on as they are. With -p all parameters are given anew. After a change of the schedule \
            nothing that was due before is made up for.

            Examples:
              martlet recurring edit nightly --cron "0 0 7 * * *"
              martlet recurring edit nightly --max-concurrency 3 --no-catchup
              martlet recurring edit nightly --file train.py -p epochs=20
            """
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name.")
    var recurring: String

    @OptionGroup var trigger: TriggerOptions

    @Option(
        help: "Another pipeline: a .yaml or a .py file.",
        completion: .file(extensions: PipelineFile.extensions)
    )
    var file: String?

    @Option(help: "Another pipeline: an uploaded one, always in its newest version.")
    var pipeline: String?

    @Option(
        name: [.customShort("p"), .customLong("parameter")],
        help: ArgumentHelp("An input of the pipeline; may be repeated.", valueName: "name=value")
    )
    var parameters: [String] = []

    @Option(help: "What to call it.")
    var name: String?

    @Option(help: "What it is for.")
    var description: String?

    @Option(help: "How many of its runs may be under way at once, 1 to 10.")
    var maxConcurrency: Int64?

    @Flag(inversion: .prefixedNo, help: "Make up for all runs that were missed, or for the last one only.")
    var catchup: Bool?

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func validate() throws {
        guard file == nil || pipeline == nil else {
            throw ValidationError("--file and --pipeline: give one of them")
        }
    }

    func run() async throws {
        let client = try server.client
        let id = try await client.id(meant: recurring, .recurringRun)
        let before = try RecurringRunMessage(
            json: await client.json(.getRecurringRun, ["recurring_run_id": id])
        )
        let change = try await update(of: before, client)
        guard change != RecurringRunUpdate() else {
            throw PlatformError.invalid("nothing to edit: see `martlet recurring edit --help`")
        }
        let edited = try await client.json(.updateRecurringRun, ["recurring_run_id": id], body: change.json)
        try show(edited, output.output)
    }

    /// The request: only what was named.
    func update(of before: RecurringRunMessage, _ client: PlatformClient) async throws -> RecurringRunUpdate {
        var update = RecurringRunUpdate()
        update.displayName = name
        update.description = description
        update.trigger = try trigger.trigger(over: before.recurring.trigger)
        update.maxConcurrency = maxConcurrency
        update.noCatchup = catchup.map { !$0 }
        var spec = before.spec?.pipelineSpec
        if let file {
            let document = try await PipelineFile.document(at: file)
            (update.source, spec) = (.spec(document), document.pipelineSpec)
        } else if let pipeline {
            let followed = try await client.uploadedPipeline(pipeline, version: nil)
            (update.source, spec) = (followed.source, followed.spec)
        } else if !parameters.isEmpty, let id = before.recurring.pipelineID {
            spec = try await client.spec(of: id, before.recurring.pipelineVersionID)
        }
        if !parameters.isEmpty {
            update.config = RecurringRunUpdate.RuntimeConfig(
                parameters: try PipelineInputs(spec: spec ?? [:])
                    .values(from: parameters, readFile: PipelineFile.text(at:)),
                pipelineRoot: before.recurring.pipelineRoot
            )
        }
        return update
    }
}

extension PlatformClient {
    /// The spec of a version, or of a pipeline's newest one.
    fileprivate func spec(of pipeline: PipelineID, _ version: PipelineVersionID?) async throws -> JSONValue? {
        let parameters = ["pipeline_id": pipeline.text, "pipeline_version_id": version?.text ?? ""]
        let found =
            if version != nil {
                try await json(.getPipelineVersion, parameters)
            } else {
                try await rows(
                    .listPipelineVersions,
                    parameters,
                    "pipeline_versions",
                    ListQuery(sortField: "created_at", descending: true, pageSize: 1),
                    limit: 1
                ).first
            }
        return found?["pipeline_spec"].map { PipelineSpecDocument(combined: $0).pipelineSpec }
    }
}

/// `martlet recurring preview`.
struct RecurringPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show when the next runs are due.",
        discussion: """
            Examples:
              martlet recurring preview nightly -n 10
              martlet recurring preview --cron "0 30 2 * * *" --time-zone Europe/Berlin
            """
    )

    @Argument(help: "The recurring run: id, beginning of the id, or name; left out, the options say when.")
    var recurring: String?

    @OptionGroup var trigger: TriggerOptions

    @Option(name: .customShort("n"), help: ArgumentHelp("How many.", valueName: "count"))
    var count: Int = 5

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let query = QueryString.text(["count": String(count)])
        let json: JSONValue
        switch (recurring, try trigger.trigger()) {
        case (let recurring?, nil):
            let id = try await client.id(meant: recurring, .recurringRun)
            json = try await client.json(.previewRecurringRun, ["recurring_run_id": id], query: query)
        case (nil, let trigger?):
            json = try await client.json(.previewTrigger, query: query, body: ["trigger": trigger.json])
        case (nil, nil), (.some, .some):
            throw PlatformError.invalid("give a recurring run, or --cron or --every, one of them")
        }
        let message = try FiringsMessage(json: json)
        try Console.output.write(
            output.output.render(json) {
                Table(
                    headings: ["DUE", "LOCAL TIME"],
                    rows: message.firings.map { [Cell($0.at.rfc3339), Cell($0.local)] }
                ).text(width: Console.output.size?.columns, color: Console.output.usesColor)
            }
        )
        try warn(message.warnings)
    }
}
