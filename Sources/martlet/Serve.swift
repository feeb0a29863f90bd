import ArgumentParser
import Foundation

/// `martlet serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts the server.",
        discussion: """
            One process serves the KFP API and runs pipelines as local processes. Everything it knows is in its data \
            directory: delete it to forget, move it with martlet backup and restore.

            Each option can also be set in the environment (--data-dir as MARTLET_DATA_DIR) or in a YAML file given with \
            --config (dataDir: /srv/martlet); options win over the environment, the environment over the file.

            Ctrl-C or SIGTERM stops the server; tasks that run go on, and the next server takes them over. A second \
            signal stops it at once.
            """
    )

    @Option(
        help:
            "Address to listen on. Anything but loopback lets others in: there is no login yet. (default: 127.0.0.1)"
    )
    var host: String?

    @Option(help: "Port to listen on; 0 takes a free one. (default: 8888)")
    var port: Int?

    @Option(
        help: "Folder for the database, logs, artifacts and environments. (default: $XDG_DATA_HOME/martlet)"
    )
    var dataDir: String?

    @Option(help: "How many tasks may run at once. (default: number of cores, at least 2)")
    var parallelism: Int?

    @Option(help: "Whether tasks may take the outputs of earlier ones: on or off. (default: on)")
    var cache: Settings.Switch?

    @Option(
        help: ArgumentHelp(
            "Age at which outputs in the cache stop counting, such as 30d or 12h. (default: none)",
            valueName: "age"
        )
    )
    var cacheMaxAge: String?

    @Option(
        help: ArgumentHelp(
            """
            How long a task may wait to be started, for room on the machine or for its environment, such as 10m. \
            (default: for as long as it takes)
            """,
            valueName: "time"
        )
    )
    var pendingTimeout: String?

    @Option(
        help: ArgumentHelp(
            """
            How long finished runs are kept, such as 30d, in experiments that say nothing of their own. \
            (default: forever)
            """,
            valueName: "age"
        )
    )
    var retainRunsAge: String?

    @Option(
        help: ArgumentHelp(
            "How many finished runs each experiment keeps that says nothing of its own. (default: all)",
            valueName: "number"
        )
    )
    var retainRunsCount: String?

    @Option(
        help: ArgumentHelp(
            "How long artifacts stay after the last run that refers to them was deleted. (default: 1d)",
            valueName: "time"
        )
    )
    var deletionGrace: String?

    @Option(
        help: """
            Hosts from which clients may have pipelines fetched, as in github.com,*.example.org; https, and public \
            addresses only. (default: none)
            """
    )
    var packageHosts: String?

    @Option(
        help: "The same for hosts in private networks, this machine included, as in http://10.0.0.5:8080."
    )
    var privatePackageHosts: String?

    @Option(
        help: """
            Whether Python components start in milliseconds, as forks of a Python that is kept warm: on or off. \
            (default: on)
            """
    )
    var warmPython: Settings.Switch?

    @Option(help: "How log lines are written: text or json. (default: text)")
    var logFormat: Settings.LogFormat?

    @Option(help: "What is logged: trace, debug, info, notice, warning or error. (default: notice)")
    var logLevel: String?

    @Option(help: "A YAML file with settings.")
    var config: String?

    func run() async throws {
        let flags = Settings.Flags(
            host: host,
            port: port,
            dataDir: dataDir,
            parallelism: parallelism,
            cache: cache,
            cacheMaxAge: cacheMaxAge,
            pendingTimeout: pendingTimeout,
            retainRunsAge: retainRunsAge,
            retainRunsCount: retainRunsCount,
            deletionGrace: deletionGrace,
            packageHosts: packageHosts,
            privatePackageHosts: privatePackageHosts,
            warmPython: warmPython,
            logFormat: logFormat,
            logLevel: logLevel
        )
        let settings = try await Settings.read(
            flags: flags,
            file: config,
            environment: ProcessInfo.processInfo.environment
        )
        try await Server(settings).run()
    }
}

extension Settings.LogFormat: ExpressibleByArgument {}
extension Settings.Switch: ExpressibleByArgument {}
