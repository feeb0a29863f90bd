import ArgumentParser
import Model
import Wire

/// `martlet experiments retention`.
struct ExperimentsRetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Show or set which finished runs of an experiment are kept.",
        discussion: """
            Without options it shows what is set. What an experiment leaves open is up to the server \
            (martlet serve --retain-runs-age, --retain-runs-count). Runs beyond either bound are deleted with their \
            tasks, logs and the artifacts that no other run refers to; runs that are not over never are.

            Examples:
              martlet experiments retention nightly --age 30d
              martlet experiments retention nightly --age forever --count 100
              martlet experiments retention nightly --reset
            """
    )

    @Argument(help: "The experiment: id, beginning of the id, or name.")
    var experiment: String

    @Option(help: "How long runs are kept after their end, such as 30d or 12h, or forever.")
    var age: String?

    @Option(help: "How many finished runs are kept, the newest, or all.")
    var count: String?

    @Flag(help: "Leave to the server what is not given.")
    var reset = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        var rule = RetentionRule()
        if let age { rule.age = try RetentionRule.age(age, at: "--age") }
        if let count { rule.count = try RetentionRule.count(count, at: "--count") }
        let client = try server.client
        let path = ["experiment_id": try await client.id(meant: experiment, .experiment)]
        var found = try Experiment(json: try await client.json(.getExperiment, path))
        if reset || rule != RetentionRule() {
            let update = ExperimentUpdate(retention: reset ? rule : rule.completed(by: found.retention))
            found = try Experiment(json: try await client.json(.updateExperiment, path, body: update.json))
        }
        try Console.output.write(
            output.output.render(found.retention.json) { Self.text(found.retention) + "\n" }
        )
    }

    private static func text(_ rule: RetentionRule) -> String {
        """
        age    \(rule.age?.ageText ?? "as the server says")
        count  \(rule.count?.countText ?? "as the server says")
        """
    }
}
