import ArgumentParser
import FoundationEssentials

/// Where the server is.
package struct ClientConfiguration: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Address of the server (default: MARTLET_ENDPOINT, or else \(Self.defaultEndpoint)).",
            valueName: "url"
        )
    )
    var endpoint: String?

    /// Where `martlet serve` listens unless it is told otherwise.
    package static let defaultEndpoint = "http://127.0.0.1:8888"

    /// Makes a configuration that says nothing.
    package init() {}

    /// The server's address without a slash at the end: flag over environment over default.
    func address(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let variable = environment["MARTLET_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
        var address = endpoint ?? variable ?? Self.defaultEndpoint
        while address.hasSuffix("/") { address.removeLast() }
        return address.contains("://") ? address : "http://" + address
    }

    /// The server at that address.
    var client: PlatformClient { .http(endpoint: address()) }
}
