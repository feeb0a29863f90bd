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
            uploaded, whose newest version is taken at each run unless --pipeline-version names another.

            In texts given with -p, [[ScheduledTime]], [[CurrentTime]], [[Index]] and [[RunUUID]] are replaced for \
            each run; [[ScheduledTime.2006-01-02]] shows how the time is to be written.

            Examples:
              martlet recurring create train.py --cron "0 0 9 * * *" --time-zone Europe/Berlin
              martlet recurring create train.yaml --every 6h -p 'day=[[ScheduledTime.2006-01-02]]'
              martlet recurring create --pipeline train --cron @daily --name nightly
            """
    )

    @OptionGroup var source: PipelineOptions

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
        try source.requireOne()
        guard trigger.cron != nil || trigger.every != nil else {
            throw ValidationError("say when: give --cron or --every")
        }
    }

    func run() async throws {
        let client = try server.client
        let created = try await client.json(.createRecurringRun, body: submission(client).json)
        try show(created, output.output)
    }

    /// The request: pipeline found, inputs checked, experiment found or made.
    func submission(_ client: PlatformClient) async throws -> RecurringRunSubmission {
        let pipeline = try await client.pipeline(source)
        let values = try PipelineInputs(spec: pipeline.spec).values(
            from: parameters,
            readFile: PipelineFile.text(at:)
        )
        guard let trigger = try trigger.trigger() else {
            throw PlatformError.invalid("say when: give --cron or --every")
        }
        var experimentID: ExperimentID?
        if let experiment { experimentID = try await client.ensureExperiment(named: experiment).id }
        return RecurringRunSubmission(
            run: RunSubmission(
                displayName: name ?? pipeline.name,
                description: description ?? "",
                experimentID: experimentID,
                source: pipeline.source,
                parameters: values
            ),
            trigger: trigger,
            maxConcurrency: maxConcurrency,
            noCatchup: !catchup,
            isEnabled: !disabled
        )
    }
}
