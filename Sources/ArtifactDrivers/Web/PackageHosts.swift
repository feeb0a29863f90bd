import FoundationEssentials
package import Model

/// The hosts from which pipelines may be fetched; none unless somebody names them.
///
/// A server that fetches what it is told to can be told to look at what only it can see: another program on its
/// machine, a router, the secrets that clouds keep at link-local addresses. So a host must be named, and even
/// then its address must be one of the public Internet; a host in a private network is named as such.
package struct PackageHosts: Hashable, Sendable {
    /// One allowed origin.
    struct Entry: Hashable, Sendable {
        let scheme: String
        /// A name, or `*.` and a name for everything below that.
        let host: String
        let port: Int
        /// Whether its address may be private.
        let isPrivate: Bool

        func allows(_ address: PackageAddress) -> Bool {
            guard scheme == address.scheme, port == address.port else { return false }
            return host.hasPrefix("*.") ? address.host.hasSuffix(host.dropFirst()) : host == address.host
        }
    }

    /// In the order given.
    let entries: [Entry]

    /// Reads the settings.
    /// - Parameters:
    ///   - publicHosts: each `[scheme://]host[:port]`, `https` unless said; `*.example.org` is everything below.
    ///   - privateHosts: the same for hosts whose addresses may be private, this machine's included.
    /// - Throws: `invalidArgument` naming the entry.
    package init(publicHosts: [String], privateHosts: [String]) throws {
        entries =
            try publicHosts.map { try Self.entry($0, isPrivate: false) }
            + privateHosts.map { try Self.entry($0, isPrivate: true) }
    }

    /// The entry that allows an address; one for private hosts goes first.
    /// - Throws: `failedPrecondition` when nothing may be fetched, `invalidArgument` when this may not.
    func entry(for address: PackageAddress) throws -> Entry {
        if entries.isEmpty { throw Self.isOff }
        let fitting = entries.filter { $0.allows(address) }
        guard let entry = fitting.first(where: \.isPrivate) ?? fitting.first else {
            throw PlatformError.invalid(
                "package_url: this server does not fetch from \(address.origin); upload the file, or name the "
                    + "host with --package-hosts when starting the server."
            )
        }
        return entry
    }

    /// What is said when no host is named.
    package static let isOff = PlatformError(
        .failedPrecondition,
        "package_url: this server fetches nothing from other hosts; upload the file, or start the server with "
            + "--package-hosts."
    )

    private static func entry(_ text: String, isPrivate: Bool) throws -> Entry {
        let address = text.contains("://") ? text : "https://" + text
        let name = isPrivate ? "privatePackageHosts" : "packageHosts"
        guard let address = try? PackageAddress(address),
            address.url.hasSuffix(":\(address.port)")
                || address.url.hasSuffix(address.host) || address.url.hasSuffix("]"),
            !address.host.dropFirst(address.host.hasPrefix("*.") ? 2 : 0).contains("*")
        else {
            throw PlatformError.invalid(
                "\(name): expected hosts such as github.com, *.example.org or http://10.0.0.5:8080, found "
                    + "'\(text)'."
            )
        }
        return Entry(scheme: address.scheme, host: address.host, port: address.port, isPrivate: isPrivate)
    }
}
