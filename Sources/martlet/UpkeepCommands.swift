import ArgumentParser
import Foundation
import Model
import Upkeep

/// Where the data is that a command looks after.
struct DataLocation: ParsableArguments {
    @Option(help: "The server's data directory. (default: $XDG_DATA_HOME/martlet)")
    var dataDir: String?

    /// Absolute paths of everything in it.
    func layout() async throws -> DataLayout {
        let settings = try await Settings.read(
            flags: Settings.Flags(dataDir: dataDir),
            file: nil,
            environment: ProcessInfo.processInfo.environment
        )
        return DataLayout(root: URL(fileURLWithPath: settings.dataDir).standardizedFileURL.path)
    }
}

/// `martlet backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes everything that matters to one file, while the server runs.",
        discussion: """
            In it are the database, the artifacts it refers to, the logs of steps that are over, secrets and config maps: \
            keep it as safe as these. Volumes and Python environments are not in it. It is a tar archive that only you \
            can read. Run this where the server runs.

            Example: martlet backup /srv/backups/martlet-$(date +%F).tar
            """
    )

    @Argument(help: "The file to write.")
    var file: String

    @Flag(help: "Replace the file if there is one.")
    var force = false

    @OptionGroup var location: DataLocation

    func run() async throws {
        let path = URL(fileURLWithPath: file).standardizedFileURL.path
        let backup = Backup(try await location.layout(), version: Build.version, now: Instant(Date()))
        let summary = try backup.write(to: path, replacing: force)
        print(
            "Backed up \(summary.runs) runs in \(summary.files) files to \(path) (\(byteText(summary.bytes)))."
        )
        if !summary.missing.isEmpty {
            let some =
                summary.missing.prefix(5).joined(separator: ", ") + (summary.missing.count > 5 ? ", …" : "")
            print(
                "Nothing was at \(summary.missing.count) places of artifacts, which were lost before: \(some)"
            )
        }
    }
}

/// `martlet restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Fills a data directory from a backup.",
        discussion: """
            Every file is checked against the backup's own list before anything is put in place. Steps that ran when the \
            backup was made run again when a server starts. The directory may be another one than before.

            Example: martlet restore martlet-2026-08-01.tar --data-dir /srv/martlet
            """
    )

    @Argument(help: "A file that martlet backup has written.")
    var file: String

    @Flag(
        help: "Also into a directory that is in use; what is there is moved aside, into a folder within it."
    )
    var force = false

    @OptionGroup var location: DataLocation

    func run() async throws {
        let layout = try await location.layout()
        let directory = try DataDirectory(layout.root, isForServing: false)
        let path = URL(fileURLWithPath: file).standardizedFileURL.path
        let summary = try Restore(layout).restore(path, replacing: force)
        withExtendedLifetime(directory) {}
        print(
            "Restored \(summary.runs) runs in \(summary.files) files, as of \(summary.createdAt.rfc3339), to \(layout.root)."
        )
        if let aside = summary.setAside {
            print("What was there before is in \(aside); delete it when you are sure.")
        }
    }
}

/// `martlet sweep`.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Removes files that belong to no run any more.",
        discussion: """
            These are artifacts, logs and workspaces of runs that are not in the database; artifacts that another run \
            refers to stay. A server removes what it deletes by itself; this finds what a crash or an older version has \
            left. It is safe while the server runs.

            Example: martlet sweep --dry-run
            """
    )

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "What was written or deleted less long ago stays.",
            valueName: "time"
        )
    )
    var grace: String = "1d"

    @OptionGroup var location: DataLocation

    func run() async throws {
        guard let grace = Duration(text: grace) else {
            throw PlatformError.invalid(
                "--grace: expected a length of time such as 1d or 30m, found '\(grace)'."
            )
        }
        let sweeper = try Sweeper(try await location.layout(), grace: grace, now: Instant(Date()))
        let found = try await sweeper.find()
        var total = 0
        for orphan in found {
            let bytes = dryRun ? orphan.bytes : try await sweeper.remove(orphan)
            total += bytes
            print("\(orphan.kind.rawValue)\t\(byteText(bytes))\t\(orphan.path)")
        }
        print("\(dryRun ? "Would remove" : "Removed") \(found.count) folders, \(byteText(total)).")
    }
}

/// `martlet doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks for damage in a data directory, and mends what is safe to mend.",
        discussion: """
            Exit status: 0 when nothing is bad, 1 otherwise. With --repair no server may be running; nothing that could \
            still be read is deleted.
            """
    )

    @Flag(help: "Mend what is safe to mend.")
    var repair = false

    @OptionGroup var location: DataLocation

    func run() async throws {
        let layout = try await location.layout()
        guard FileManager.default.fileExists(atPath: layout.root) else {
            throw PlatformError(
                .notFound,
                "There is no data directory \(layout.root); name another with --data-dir."
            )
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: layout.root, isDirectory: &isFolder), isFolder.boolValue
        else {
            throw PlatformError(
                .failedPrecondition,
                "\(layout.root) is not a folder, and a data directory is one; name another with --data-dir."
            )
        }
        var findings = [server(layout)]
        if repair {
            let directory = try DataDirectory(layout.root, isForServing: false)
            findings = await Doctor(layout, mends: true, now: Instant(Date())).examine()
            withExtendedLifetime(directory) {}
        } else {
            findings += await Doctor(layout, mends: false, now: Instant(Date())).examine()
        }
        findings += [supervisor(), python()]
        for finding in findings {
            let state = finding.state.rawValue.lowercased()
            print(
                state.padding(toLength: 9, withPad: " ", startingAt: 0)
                    + "\(finding.subject): \(finding.message)"
            )
        }
        if findings.contains(where: { $0.state == .bad }) { throw ExitCode(1) }
    }

    private func server(_ layout: DataLayout) -> Finding {
        Finding(
            .good,
            "server",
            DataDirectory.isInUse(layout) ? "A server is using the data directory." : "No server is running."
        )
    }

    private func supervisor() -> Finding {
        let path = Server.supervisorPath
        return FileManager.default.isExecutableFile(atPath: path)
            ? Finding(.good, "supervisor", "It is at \(path).")
            : Finding(
                .bad,
                "supervisor",
                "martlet-supervisor is not at \(path): install both programs together."
            )
    }

    private func python() -> Finding {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.map { $0 + "/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        return found.map { Finding(.good, "python", "It is at \($0).") }
            ?? Finding(
                .warning,
                "python",
                "python3 is not on the PATH: components written in Python cannot run."
            )
    }
}
