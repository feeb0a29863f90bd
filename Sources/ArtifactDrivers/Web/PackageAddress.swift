import FoundationEssentials
import Model

/// An address from which a pipeline may be fetched.
struct PackageAddress: Hashable, Sendable {
    /// `https` or `http`.
    let scheme: String
    /// A name or an IP address without brackets, in lower case.
    let host: String
    /// 1 to 65535.
    let port: Int
    /// The whole address.
    let url: String
    /// What the path ends with.
    let fileName: String

    /// Reads an address.
    /// - Parameter base: where a relative one, such as a redirection's, starts.
    /// - Throws: `invalidArgument`; the message never repeats the query, which may hold a token.
    init(_ text: String, relativeTo base: PackageAddress? = nil) throws {
        guard text.utf8.count <= Limits.packageAddressBytesMax,
            let url = URL(string: text, relativeTo: base.flatMap { URL(string: $0.url) })?.absoluteURL,
            let parts = URLComponents(url: url, resolvingAgainstBaseURL: true),
            let scheme = parts.scheme?.lowercased(), let host = parts.host?.lowercased(), !host.isEmpty
        else {
            throw PlatformError.invalid(
                "package_url: expected an address such as https://host/pipeline.yaml, found "
                    + "'\(text.prefix { $0 != "?" && $0 != "@" }.prefix(200))'."
            )
        }
        guard parts.user == nil, parts.password == nil else {
            throw PlatformError.invalid("package_url: leave user and password out; they would be stored.")
        }
        guard let port = parts.port ?? Self.defaultPorts[scheme], (1...65535).contains(port) else {
            throw PlatformError.invalid("package_url: expected https, found '\(scheme.prefix(20))'.")
        }
        self.scheme = scheme
        self.host = String(host.drop { $0 == "[" }.prefix { $0 != "]" })
        self.port = port
        self.url = url.absoluteString
        fileName = url.lastPathComponent.isEmpty ? "pipeline" : url.lastPathComponent
    }

    /// The address without what may be secret.
    var origin: String {
        let isUsual = port == Self.defaultPorts[scheme]
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(isUsual ? "" : ":\(port)")"
    }

    private static let defaultPorts = ["https": 443, "http": 80]
}
