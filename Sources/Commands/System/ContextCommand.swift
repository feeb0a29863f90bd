import ArgumentParser
import FoundationEssentials
import Model

/// `martlet context`: names for servers.
struct ContextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Give servers names, and say which one is meant.",
        discussion: """
            The names are kept in ~/.config/martlet/config.yaml (or $XDG_CONFIG_HOME/martlet/config.yaml, or the file \
            that MARTLET_CONFIG names). --endpoint, --context and MARTLET_ENDPOINT come before the context in use.

            Examples:
              martlet context set lab --endpoint https://lab.example.org
              martlet context use lab
              martlet runs list --context lab
            """,
        subcommands: [
            ContextListCommand.self, ContextSetCommand.self, ContextUseCommand.self,
            ContextDeleteCommand.self,
        ]
    )

    /// The file of this process.
    static var path: String { ContextFile.path(environment: ProcessInfo.processInfo.environment) }

    /// Changes the file.
    static func change(_ body: (inout ContextFile) throws -> Void) throws {
        var file = try ContextFile.read(at: path)
        try body(&file)
        try file.write(to: path)
    }
}

/// `martlet context list`.
struct ContextListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the contexts; a star marks the one in use."
    )

    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = try ContextFile.read(at: ContextCommand.path)
        let table = Table(
            headings: ["", "NAME", "ENDPOINT"],
            rows: file.endpoints.sorted { $0.key < $1.key }.map { name, endpoint in
                [Cell(name == file.current ? "*" : ""), Cell(name, .strong), Cell(endpoint)]
            }
        )
        try Console.output.show(table, or: file.json, output.output)
    }
}

/// `martlet context set`.
struct ContextSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Add a context, or change its address; the first one is used at once.",
        discussion: "Example: martlet context set lab --endpoint https://lab.example.org --use"
    )

    @Argument(help: "What to call it.")
    var name: String

    @Option(help: ArgumentHelp("Address of the server.", valueName: "url"))
    var endpoint: String

    @Flag(help: "Use it from now on.")
    var use = false

    func run() throws {
        let address = ClientConfiguration.normal(endpoint)
        guard let url = URL(string: address), url.host?.isEmpty == false else {
            throw PlatformError.invalid("--endpoint: \(endpoint) is not an address such as http://host:8888")
        }
        try ContextCommand.change { file in
            try file.set(name, endpoint: address)
            if use { try file.use(name) }
        }
        try Console.output.line("context \(name) is \(address)")
    }
}

/// `martlet context use`.
struct ContextUseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Use a context's server from now on.",
        discussion: "Example: martlet context use lab"
    )

    @Argument(help: "The context.")
    var name: String

    func run() throws {
        try ContextCommand.change { try $0.use(name) }
        try Console.output.line("context \(name) is in use")
    }
}

/// `martlet context delete`.
struct ContextDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forget a context.",
        discussion: "Example: martlet context delete lab"
    )

    @Argument(help: "The context.")
    var name: String

    func run() throws {
        try ContextCommand.change { try $0.remove(name) }
        try Console.output.line("context \(name) deleted")
    }
}
