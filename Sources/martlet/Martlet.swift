import ArgumentParser
import Commands
import Foundation

/// Where the program begins; how each command ends is decided in one place for all.
@main
enum Program {
    static func main() async {
        exit(await runCommandLine(Martlet.self))
    }
}

/// The program: the server and the clients for it.
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Runs Kubeflow pipelines: a server, and the commands to use it.",
        discussion: """
            Start the server, then submit a pipeline written with the kfp SDK:

              martlet serve
              martlet run pipeline.py -p learning_rate=0.1 --follow

            Unmodified kfp scripts work too: kfp.Client(host='http://127.0.0.1:8888').
            """,
        version: Build.version,
        subcommands: [Serve.self] + clientSubcommands
            + [
                Objects<SecretCommands>.self, Objects<ConfigMapCommands>.self, BackupCommand.self,
                RestoreCommand.self, SweepCommand.self, DoctorCommand.self, Version.self,
            ]
    )
}

/// `martlet version`.
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows which Martlet this is.")

    func run() {
        print("martlet \(Build.version) (\(Build.commit))")
    }
}

/// What this build is.
enum Build {
    /// Version of the program. Source: docs/CHANGELOG, semantic versioning.
    static let version = "0.1.0"
    /// The commit it was made from, where the build knows it.
    static let commit = "unknown"
}
