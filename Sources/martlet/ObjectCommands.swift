import ArgumentParser
import Foundation
import Model
import PodDrivers
import Pods

/// Where secrets and config maps of this machine are.
struct ObjectLocation: ParsableArguments {
    @Option(help: "The server's data directory. (default: $XDG_DATA_HOME/martlet)")
    var dataDir: String?

    func store() async throws -> LocalObjects {
        let settings = try await Settings.read(
            flags: Settings.Flags(dataDir: dataDir),
            file: nil,
            environment: ProcessInfo.processInfo.environment
        )
        return LocalObjects(
            root: URL(fileURLWithPath: settings.dataDir).standardizedFileURL.path + "/objects"
        )
    }
}

/// Commands for one kind of object: a type that says which.
protocol ObjectCommands {
    static var kind: ObjectKind { get }
    static var verb: String { get }
}

/// `martlet secrets …`.
enum SecretCommands: ObjectCommands {
    static let kind = ObjectKind.secret
    static let verb = "secrets"
}

/// `martlet config-maps …`.
enum ConfigMapCommands: ObjectCommands {
    static let kind = ObjectKind.configMap
    static let verb = "config-maps"
}

/// Sets, lists and removes the objects of a kind.
struct Objects<Kind: ObjectCommands>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Kind.verb,
            abstract: "Keeps the \(Kind.kind.rawValue)s that pipelines read on this machine.",
            discussion: """
                On a machine without a cluster they are files in the data directory that only you can read. Run these \
                commands where the server runs.
                """,
            subcommands: [SetObject<Kind>.self, ListObjects<Kind>.self, RemoveObject<Kind>.self]
        )
    }
}

/// `set`.
struct SetObject<Kind: ObjectCommands>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "set",
            abstract: "Sets values; other values of the same \(Kind.kind.rawValue) stay.",
            discussion: "A value KEY=@FILE is read from a file, so that it need not stand on a command line."
        )
    }

    @Argument(help: "Its name.")
    var name: String

    @Argument(help: "Values as KEY=VALUE or KEY=@FILE.")
    var values: [String]

    @OptionGroup var location: ObjectLocation

    func run() async throws {
        var pairs: [String: [UInt8]] = [:]
        for value in values {
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw PlatformError.invalid("Expected KEY=VALUE or KEY=@FILE, found '\(value.prefix(40))'.")
            }
            pairs[String(parts[0])] = try bytes(parts[1])
        }
        try await location.store().set(pairs, of: Kind.kind, named: name)
    }

    private func bytes(_ value: Substring) throws -> [UInt8] {
        guard value.first == "@" else { return Array(value.utf8) }
        let path = String(value.dropFirst())
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw PlatformError.invalid("The file \(path) cannot be read: \(error.localizedDescription)")
        }
    }
}

/// `list`.
struct ListObjects<Kind: ObjectCommands>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "Lists names and keys, never values.")
    }

    @OptionGroup var location: ObjectLocation

    func run() async throws {
        let store = try await location.store()
        for name in try store.names(of: Kind.kind) {
            let keys = try store.object(Kind.kind, named: name)?.keys.sorted() ?? []
            print("\(name)\t\(keys.joined(separator: ", "))")
        }
    }
}

/// `remove`.
struct RemoveObject<Kind: ObjectCommands>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "remove", abstract: "Removes one with all its values.")
    }

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var location: ObjectLocation

    func run() async throws {
        guard try await location.store().remove(Kind.kind, named: name) else {
            throw PlatformError.notFound("The \(Kind.kind.rawValue)", "'\(name)'")
        }
    }
}
