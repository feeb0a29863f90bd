import ArgumentParser
import FoundationEssentials
import Model
import Wire

/// `martlet recurring create`.
struct RecurringCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Run a pipeline again and again.",
        discussion: """
            FILE is a compiled pipeline (.yaml) or a Python file (.py); instead, --pipeline names one that was \
            uploaded, whose newest version is taken at each run.

            In texts given with -p, [[ScheduledTime]], [[CurrentTime]], [[Index]] and [[RunUUID]] are replaced for \
            each run; [[ScheduledTime.2006-01-02]] shows how the time is to be written.

            Examples:
              martlet recurring create train.py --cron "0 0 9 * * *" --time-zone Europe/Berlin
              martlet recurring create train.yaml --every 6h -p 'day=[[ScheduledTime.2006-01-02]]'
              martlet recurring create --pipeline train --cron @daily --name nightly
            """
    )

    @Argument(
        help: "The pipeline: a .yaml or a .py file.",
        completion: .file(extensions: ["yaml", "yml", "py"])
    )
    var file: String?

    @Option(help: "An uploaded pipeline by its name, instead of a file.")
    var pipeline: String?

    @OptionGroup var trigger: TriggerOptions

    @Option(
        name: [.customShort("p"), .customLong("parameter")],
        help: ArgumentHelp("An input of the pipeline; may be repeated.", valueName: "name=value")
    )
    var parameters: [String] = []

    @Option(help: "What to call it; the pipeline's name by default. Its runs bear the name and a number.")
    var name: String?

    @Option(help: "What it is for.")
    var description: String?

    @Option(help: "The experiment to put the runs in, made if there is none; \"Default\" by default.")
    var experiment: String?

    @Option(help: "How many of its runs may be under way at once, 1 to 10.")
    var maxConcurrency: Int64 = 1

    @Flag(inversion: .prefixedNo, help: "Make up for all runs that were missed, or for the last one only.")
    var catchup = true

    @Flag(help: "Start no runs before it is enabled.")
    var disabled = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func validate() throws {
        guard (file == nil) != (pipeline == nil) else {
            throw ValidationError("give a FILE or --pipeline, one of them")
        }
        guard trigger.cron != nil || trigger.every != nil else {
            throw ValidationError("say when: give --cron or --every")
        }
    }

    func run() async throws {
        let client = server.client
        let created = try await client.json(.createRecurringRun, body: submission(client).json)
        try show(created, output.output)
    }

    /// The request: pipeline found, inputs checked, experiment found or made.
    func submission(_ client: PlatformClient) async throws -> RecurringRunSubmission {
        let (source, spec, pipelineName) = try await source(client)
        let values = try PipelineInputs(spec: spec).values(from: parameters, readFile: PipelineFile.text(at:))
        guard let trigger = try trigger.trigger() else {
            throw PlatformError.invalid("say when: give --cron or --every")
        }
        var experimentID: ExperimentID?
        if let experiment { experimentID = try await client.ensureExperiment(named: experiment).id }
        return RecurringRunSubmission(
            run: RunSubmission(
                displayName: name ?? pipelineName,
                description: description ?? "",
                experimentID: experimentID,
                source: source,
                parameters: values
            ),
            trigger: trigger,
            maxConcurrency: maxConcurrency,
            noCatchup: !catchup,
            isEnabled: !disabled
        )
    }

    private func source(
        _ client: PlatformClient
    ) async throws -> (source: RunSubmission.Source, spec: JSONValue, name: String) {
        if let pipeline { return try await client.followedPipeline(named: pipeline) }
        let document = try await PipelineFile.document(at: file ?? "")
        let name = document.pipelineSpec["pipelineInfo"]?["name"]?.string ?? "recurring run"
        return (.spec(document), document.pipelineSpec, name)
    }
}

extension PlatformClient {
    /// An uploaded pipeline, to be run in its newest version, whichever that is then.
    func followedPipeline(
        named name: String
    ) async throws -> (source: RunSubmission.Source, spec: JSONValue, name: String) {
        let found = try await json(.getPipelineByName, ["name": name])
        let id = PipelineID(found["pipeline_id"]?.string ?? "")
        let query = ListQuery(sortField: "created_at", descending: true, pageSize: 1)
        let versions = try await rows(
            .listPipelineVersions,
            ["pipeline_id": id.text],
            "pipeline_versions",
            query,
            limit: 1
        )
        guard let spec = versions.first?["pipeline_spec"] else {
            throw PlatformError.invalid("the pipeline \(name) has no versions; upload one first")
        }
        let document = PipelineSpecDocument(combined: spec)
        return (.version(pipelineID: id, versionID: nil), document.pipelineSpec, name)
    }
}
