/// Refuses requests that a foreign web page makes through somebody's browser.
///
/// The server has no login while it listens on loopback only; what protects it is that other machines cannot
/// reach it. A browser on
/// the same machine can, on behalf of any page it shows. Two checks stop that: a page's `Origin` must be
/// ours, and
/// the `Host` must be a name of this machine, or a page could have its own name resolve to 127.0.0.1.
package struct RequestGuard: Hashable, Sendable {
    /// Whether the server listens on loopback only; elsewhere any host name may be ours.
    package let isLoopbackOnly: Bool

    /// Makes a guard.
    package init(isLoopbackOnly: Bool) {
        self.isLoopbackOnly = isLoopbackOnly
    }

    /// Why a request is refused; `nil` when it may pass.
    /// - Parameters:
    ///   - host: the `Host` header, or the authority of the request.
    ///   - origin: the `Origin` header; programs other than browsers send none.
    package func refusal(host: String?, origin: String?) -> String? {
        if isLoopbackOnly, let host, !Self.isLoopback(Self.name(of: host)) {
            return "The host '\(host.prefix(100))' is not this machine; use 127.0.0.1 or localhost."
        }
        guard let origin else { return nil }
        let allowed = ["http://", "https://"].map { $0 + (host ?? "") }
        return allowed.contains(origin)
            ? nil : "Requests from pages of '\(origin.prefix(100))' are not accepted."
    }

    /// Whether a host name or address can only mean this machine.
    package static func isLoopback(_ name: String) -> Bool {
        name == "localhost" || name == "::1"
            || name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
            || name.hasSuffix(".localhost")
    }

    /// The name without port and brackets; the whole text if it is not of that form.
    private static func name(of host: String) -> String {
        let isBracketed = host.hasPrefix("[")
        let name = isBracketed ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
        let port = host[name.endIndex...].dropFirst(isBracketed ? 1 : 0)
        let isPort = port.isEmpty || port.first == ":" && port.dropFirst().allSatisfy(\.isNumber)
        return isPort ? name.lowercased() : host
    }
}
