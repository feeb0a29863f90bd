import ArgumentParser
import FoundationEssentials
import Model

/// Where the server is.
package struct ClientConfiguration: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Address of the server (default: MARTLET_ENDPOINT, the context in use, or \(Self.defaultEndpoint)).",
            valueName: "url"
        )
    )
    var endpoint: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The server of this context; see `martlet context`.", valueName: "name")
    )
    var context: String?

    /// Where `martlet serve` listens unless it is told otherwise.
    package static let defaultEndpoint = "http://127.0.0.1:8888"

    /// Makes a configuration that says nothing.
    package init() {}

    /// Refuses two answers to the same question.
    package func validate() throws {
        guard endpoint == nil || context == nil else {
            throw ValidationError("--endpoint and --context: give one of them")
        }
    }

    /// The server's address without a slash at the end: flags over environment over the context in use over default.
    /// - Throws: ``PlatformError`` with `invalidArgument` for a context that is not there or a broken file; the file is
    ///   only looked at if it matters.
    func address(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> String {
        if let endpoint { return Self.normal(endpoint) }
        let contexts = { try ContextFile.read(at: ContextFile.path(environment: environment)) }
        if let context { return Self.normal(try contexts().endpoint(context)) }
        if let variable = environment["MARTLET_ENDPOINT"], !variable.isEmpty { return Self.normal(variable) }
        return Self.normal(try contexts().currentEndpoint ?? Self.defaultEndpoint)
    }

    /// An address as requests are made from it: with a scheme and without a slash at the end.
    static func normal(_ endpoint: String) -> String {
        var address = endpoint.contains("://") ? endpoint : "http://" + endpoint
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }

    /// The server at that address.
    var client: PlatformClient { get throws { .http(endpoint: try address()) } }
}
