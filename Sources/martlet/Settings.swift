import Configuration
import Foundation
import Logging
import Model
import SystemPackage

/// Everything that can be set, read once at start: flags before `MARTLET_…` variables before the file before defaults.
///
/// A key such as `dataDir` is `--data-dir` as a flag, `MARTLET_DATA_DIR` in the environment and `dataDir:` in the file.
struct Settings: Sendable {
    /// How log lines are written.
    enum LogFormat: String, Sendable, CaseIterable {
        /// For people.
        case text
        /// One JSON object a line.
        case json
    }

    /// Whether something is done.
    enum Switch: String, Sendable, CaseIterable {
        case on
        case off
    }

    /// Address to listen on. Default `127.0.0.1`: nobody else can reach the server, which has no login.
    var host: String
    /// Port, 0 to 65535; 0 takes a free one. Default 8888, as KFP's API server.
    var port: Int
    /// Folder for everything. Default `$XDG_DATA_HOME/martlet` or `~/.local/share/martlet`.
    var dataDir: String
    /// How many tasks may run at once. Default: number of cores, at least 2.
    var parallelism: Int?
    /// `on` or `off`: whether tasks may take the outputs of earlier ones. Default `on`. Results are kept either way.
    var cache: Switch
    /// Age at which results in the cache stop counting, such as `30d`; longer than 0. Default: none.
    var cacheMaxAge: Duration?
    /// How long a task may wait to be started, for room on the machine or its environment, such as `10m`; longer than 0.
    /// Default: for as long as it takes.
    var pendingTimeout: Duration?
    /// Which finished runs each experiment keeps that says nothing of its own: `retainRunsAge`, such as `30d`, and
    /// `retainRunsCount`, from 1 up. Default: all.
    var retention: RetentionRule
    /// How long artifacts stay after the last run that refers to them was deleted, such as `1h`; longer than 0.
    /// Default `1d`.
    var deletionGrace: Duration
    /// Hosts from which pipelines may be fetched, such as `github.com,*.example.org`. Default: none.
    var packageHosts: [String]
    /// The same for hosts in private networks, such as `http://10.0.0.5:8080`. Default: none.
    var privatePackageHosts: [String]
    /// `on` or `off`: whether lightweight Python components are forks of a Python that is kept. Default `on`.
    var warmPython: Switch
    /// `text` or `json`. Default `text`.
    var logFormat: LogFormat
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error`. Default `notice`.
    var logLevel: Logger.Level

    /// What the command line says; `nil` where it says nothing.
    struct Flags: Sendable {
        var host: String?
        var port: Int?
        var dataDir: String?
        var parallelism: Int?
        var cache: Switch?
        var cacheMaxAge: String?
        var pendingTimeout: String?
        var retainRunsAge: String?
        var retainRunsCount: String?
        var deletionGrace: String?
        var packageHosts: String?
        var privatePackageHosts: String?
        var warmPython: Switch?
        var logFormat: LogFormat?
        var logLevel: String?
    }

    /// Reads the settings.
    /// - Parameter file: a YAML file with any of the keys; `nil` for none.
    /// - Throws: ``PlatformError`` naming the setting, where it came from, and what it may be.
    static func read(flags: Flags, file: String?, environment: [String: String]) async throws -> Settings {
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(environmentVariables: environment)
        ]
        if let file {
            do {
                // In the file the keys stand bare; everywhere else they begin with the program's name.
                providers.append(
                    try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)).mapKeys { key in
                        AbsoluteConfigKey(Array(key.components.dropFirst()), context: key.context)
                    }
                )
            } catch {
                throw PlatformError.invalid("The configuration file \(file) cannot be read: \(error)")
            }
        }
        let reader = ConfigReader(providers: providers).scoped(to: "martlet")
        let settings = Settings(
            host: flags.host ?? reader.string(forKey: "host", default: "127.0.0.1"),
            port: try flags.port ?? integer("port", reader) ?? 8888,
            dataDir: flags.dataDir ?? reader.string(forKey: "dataDir") ?? defaultDataDir(environment),
            parallelism: try flags.parallelism ?? integer("parallelism", reader),
            cache: try flags.cache ?? choice(
                "cache",
                reader,
                Switch.init(rawValue:),
                Switch.allCases.map(\.rawValue)
            ) ?? .on,
            cacheMaxAge: try duration("cacheMaxAge", flags.cacheMaxAge, reader),
            pendingTimeout: try duration("pendingTimeout", flags.pendingTimeout, reader),
            retention: try retention(flags, reader),
            deletionGrace: try duration("deletionGrace", flags.deletionGrace, reader) ?? .seconds(86_400),
            packageHosts: list(flags.packageHosts, "packageHosts", reader),
            privatePackageHosts: list(flags.privatePackageHosts, "privatePackageHosts", reader),
            warmPython: try flags.warmPython ?? choice(
                "warmPython",
                reader,
                Switch.init(rawValue:),
                Switch.allCases.map(\.rawValue)
            ) ?? .on,
            logFormat: try flags.logFormat ?? choice(
                "logFormat",
                reader,
                LogFormat.init(rawValue:),
                LogFormat.allCases.map(\.rawValue)
            ) ?? .text,
            logLevel: try level(flags.logLevel ?? reader.string(forKey: "logLevel"))
        )
        // The current folder would be taken for it: what a script makes of a variable that is not set.
        guard !settings.dataDir.isEmpty else {
            throw PlatformError.invalid("dataDir: expected the path of a folder, found nothing.")
        }
        guard (0...65535).contains(settings.port) else {
            throw PlatformError.invalid("port: expected 0 to 65535, found \(settings.port).")
        }
        if let parallelism = settings.parallelism, !(1...10_000).contains(parallelism) {
            throw PlatformError.invalid("parallelism: expected 1 to 10000, found \(parallelism).")
        }
        return settings
    }

    private static func integer(_ key: String, _ reader: ConfigReader) throws -> Int? {
        guard
            let text = reader.string(forKey: ConfigKey([key]))
                ?? reader.int(forKey: ConfigKey([key])).map(String.init)
        else { return nil }
        guard let number = Int(text) else {
            throw PlatformError.invalid("\(key): expected a whole number, found '\(text)'.")
        }
        return number
    }

    private static func duration(_ key: String, _ flag: String?, _ reader: ConfigReader) throws -> Duration? {
        guard let text = flag ?? reader.string(forKey: ConfigKey([key])) else { return nil }
        guard let duration = Duration(text: text), duration > .zero else {
            throw PlatformError.invalid(
                "\(key): expected a length of time such as 30d, 12h, 90m or 45s, found '\(text)'."
            )
        }
        return duration
    }

    private static func retention(_ flags: Flags, _ reader: ConfigReader) throws -> RetentionRule {
        var rule = RetentionRule()
        if let text = flags.retainRunsAge ?? reader.string(forKey: "retainRunsAge") {
            rule.age = try RetentionRule.age(text, at: "retainRunsAge")
        }
        let count =
            flags.retainRunsCount ?? reader.string(forKey: "retainRunsCount")
            ?? reader.int(forKey: "retainRunsCount").map(String.init)
        if let count { rule.count = try RetentionRule.count(count, at: "retainRunsCount") }
        return rule
    }

    /// A list, whose elements stand between commas in flags and in the environment.
    private static func list(_ flag: String?, _ key: String, _ reader: ConfigReader) -> [String] {
        let elements =
            flag.map { $0.split(separator: ",").map(String.init) }
            ?? reader.stringArray(forKey: ConfigKey([key])) ?? []
        return elements.map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }

    private static func choice<Choice>(
        _ key: String,
        _ reader: ConfigReader,
        _ make: (String) -> Choice?,
        _ all: [String]
    ) throws -> Choice? {
        guard let text = reader.string(forKey: ConfigKey([key])) else { return nil }
        guard let choice = make(text) else {
            throw PlatformError.invalid(
                "\(key): expected one of \(all.joined(separator: ", ")), found '\(text)'."
            )
        }
        return choice
    }

    private static func level(_ text: String?) throws -> Logger.Level {
        guard let text else { return .notice }
        guard let level = Logger.Level(rawValue: text) else {
            let all = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid("logLevel: expected one of \(all), found '\(text)'.")
        }
        return level
    }

    private static func defaultDataDir(_ environment: [String: String]) -> String {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/martlet" }
        return (environment["HOME"] ?? ".") + "/.local/share/martlet"
    }
}
