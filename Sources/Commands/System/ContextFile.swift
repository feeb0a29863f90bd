import FoundationEssentials
import Model
import Yams

/// The servers a person uses, by name, and which of them is meant when nothing else is said.
struct ContextFile: Hashable, Sendable {
    /// The name of the one in use; always one of ``endpoints``.
    private(set) var current: String?
    /// Addresses by name.
    private(set) var endpoints: [String: String] = [:]

    /// The address of the context in use.
    var currentEndpoint: String? { current.flatMap { endpoints[$0] } }

    /// The address of a context.
    /// - Throws: ``PlatformError`` with `invalidArgument`, listing those there are.
    func endpoint(_ name: String) throws -> String {
        guard let endpoint = endpoints[name] else {
            let names = endpoints.keys.sorted().joined(separator: ", ")
            throw PlatformError.invalid(
                "there is no context \(name); "
                    + (names.isEmpty ? "none is set yet" : "there are \(names)")
                    + "; `martlet context set \(name) --endpoint URL` makes it"
            )
        }
        return endpoint
    }

    /// Uses a context from now on.
    /// - Throws: ``PlatformError`` with `invalidArgument` if there is none of the name.
    mutating func use(_ name: String) throws {
        _ = try endpoint(name)
        current = name
    }

    /// Adds a context or changes its address; the first one is used at once.
    /// - Throws: ``PlatformError`` with `invalidArgument` for a name that is empty or has odd characters.
    mutating func set(_ name: String, endpoint: String) throws {
        let isGood = name.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "-_.".unicodeScalars.contains(scalar)
        }
        guard isGood, !name.isEmpty else {
            throw PlatformError.invalid(
                "\(name): a context's name has letters, digits, dashes, dots and underscores; choose another"
            )
        }
        endpoints[name] = endpoint
        if current == nil { current = name }
    }

    /// Forgets a context.
    /// - Throws: ``PlatformError`` with `invalidArgument` if there is none of the name.
    mutating func remove(_ name: String) throws {
        _ = try endpoint(name)
        endpoints[name] = nil
        if current == name { current = nil }
    }
}

extension ContextFile {
    /// Where the file is: `MARTLET_CONFIG`, or `martlet/config.yaml` in the folder for settings.
    /// Source: XDG Base Directory Specification, `XDG_CONFIG_HOME`.
    static func path(environment: [String: String]) -> String {
        let set = environment.filter { !$0.value.isEmpty }
        if let path = set["MARTLET_CONFIG"] { return path }
        let folder = set["XDG_CONFIG_HOME"] ?? (set["HOME"] ?? "~") + "/.config"
        return folder + "/martlet/config.yaml"
    }

    /// Reads the file; one that is not there has no contexts.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the file and what is wrong with it.
    static func read(at path: String) throws -> ContextFile {
        guard FileManager.default.fileExists(atPath: path) else { return ContextFile() }
        return try ContextFile(text: PipelineFile.text(at: path), path: path)
    }

    /// Reads the file's text. Fields this build does not know are refused: writing the file would lose them.
    init(text: String, path: String) throws {
        guard let document = try YAMLReader.documents(text, path: path).first else { return }
        guard let members = document.object, Set(members.keys).isSubset(of: ["current", "contexts"]) else {
            throw PlatformError.invalid("\(path): expected current and contexts, and nothing else")
        }
        for (name, context) in members["contexts"]?.object ?? [:] {
            guard let endpoint = context["endpoint"]?.string, context.object?.count == 1 else {
                throw PlatformError.invalid(
                    "\(path): contexts.\(name): expected one field, endpoint, with an address"
                )
            }
            endpoints[name] = endpoint
        }
        guard let name = members["current"]?.string else { return }
        guard endpoints[name] != nil else {
            throw PlatformError.invalid("\(path): current is \(name), which is not among contexts")
        }
        current = name
    }

    /// The contexts as they are written.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "contexts": .object(endpoints.mapValues { ["endpoint": .string($0)] })
        ]
        if let current { members["current"] = .string(current) }
        return .object(members)
    }

    /// Writes the file whole, with the folders it needs; only its owner may read it.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the file.
    func write(to path: String) throws {
        let url = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            let text = try OutputFormat.yaml.render(json) { "" }
            try Data(text.utf8).write(to: url, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch {
            throw PlatformError(.invalidArgument, "\(path) cannot be written: \(error)")
        }
    }
}
