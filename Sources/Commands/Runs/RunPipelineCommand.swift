import ArgumentParser
import FoundationEssentials
import Model
import Wire

/// `martlet run`: starts a run of a pipeline file.
struct RunPipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a pipeline.",
        discussion: """
            FILE is a compiled pipeline (.yaml) or a Python file (.py) that defines one; Python is compiled \
            with the `kfp` on PATH or of the active virtual environment. Instead, --pipeline names one that was \
            uploaded, of which the newest version runs unless --pipeline-version names another.

            Inputs are given with -p name=value. Texts are taken as they are; numbers, booleans, lists and \
            objects are written as JSON. -p name=@file takes the value from a file.

            Examples:
              martlet run hello.py --follow
              martlet run train.yaml -p epochs=10 -p 'layers=[64, 32]'
              martlet run ask.yaml -p prompt=@prompt.txt
              martlet run train.yaml --experiment nightly --name "3rd night"
              martlet run --pipeline train -p epochs=10 --wait

            \(ExitStatus.help)
            """
    )

    @OptionGroup var source: PipelineOptions

    @Option(
        name: [.customShort("p"), .customLong("parameter")],
        help: ArgumentHelp("An input of the pipeline; may be repeated.", valueName: "name=value")
    )
    var parameters: [String] = []

    @Option(help: "What to call the run; the pipeline's name and the time by default.")
    var name: String?

    @Option(help: "The experiment to put it in, made if there is none; \"Default\" by default.")
    var experiment: String?

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func validate() throws {
        try source.requireOne()
    }

    func run() async throws {
        let client = try server.client
        let created = try await client.create(submission(client, now: Instant(Date())))
        let run = try RunMessage(json: created).run
        let id = run.id
        guard following.isWanted else {
            let notes = RunSummary.notes(run, color: Console.output.usesColor).map { $0 + "\n" }.joined()
            try Console.output.write(
                output.output.render(created) {
                    "run \(id) started\n\(notes)\(RunSummary.url(client.endpoint, id))\n"
                }
            )
            return
        }
        try await followRun(id, client: client, following, output: output.output)
    }

    /// The request: pipeline found, inputs checked, experiment found or made.
    func submission(_ client: PlatformClient, now: Instant) async throws -> RunSubmission {
        let pipeline = try await client.pipeline(source)
        let inputs = PipelineInputs(spec: pipeline.spec)
        let values = try inputs.values(from: parameters, readFile: PipelineFile.text(at:))
        var experimentID: ExperimentID?
        if let experiment { experimentID = try await client.ensureExperiment(named: experiment).id }
        return RunSubmission(
            displayName: name ?? "\(pipeline.name) \(now.rfc3339)",
            experimentID: experimentID,
            source: pipeline.source,
            parameters: values
        )
    }
}

/// Follows a run, shows its end in the format wanted and ends the command as the run ended.
///
/// With JSON and YAML the progress goes to standard error, so that standard output holds one document; with `--wait`
/// none is shown.
func followRun(
    _ id: RunID,
    client: PlatformClient,
    _ options: FollowOptions,
    output: OutputFormat
) async throws {
    let progress = output == .table ? Console.output : Console.errors
    let follower = RunFollower(
        client: client,
        console: options.wait ? nil : progress,
        timeout: options.timeout.map { .milliseconds(Int64($0 * 1000)) }
    )
    let snapshot = try await follower.follow(id)
    let summary = try await follower.summary(snapshot, color: progress.usesColor)
    let json = output == .table ? .null : try await client.describe(id)
    try Console.output.write(output.render(json) { summary })
    try snapshot.checkSuccess()
}

extension PlatformClient {
    /// A run with its tasks, in one object.
    func describe(_ id: RunID) async throws -> JSONValue {
        var run = try await runJSON(id).object ?? [:]
        // The same tasks in the older shape.
        run["run_details"] = nil
        run["tasks"] = .array(try await tasksJSON(id))
        return .object(run)
    }
}
