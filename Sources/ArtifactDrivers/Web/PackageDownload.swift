import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches pipeline files from hosts that were named.
package struct PackageDownload: Sendable {
    private let hosts: PackageHosts
    private let timeout: TimeAmount

    /// Makes a downloader.
    /// - Parameter seconds: how long one download may take, redirections included.
    package init(hosts: PackageHosts, seconds: Int = 30) {
        self.hosts = hosts
        timeout = .seconds(Int64(seconds))
    }

    /// Fetches a file.
    /// - Returns: the last part of the path, and the bytes.
    /// - Throws: `invalidArgument` for an address that may not be asked and for an answer other than 200,
    ///   `tooLarge` over ``Limits/uploadBytesMax``, `unavailable` when the host cannot be reached in time.
    package func file(at text: String) async throws -> (name: String, bytes: [UInt8]) {
        let deadline = NIODeadline.now() + timeout
        var address = try PackageAddress(text)
        let name = address.fileName
        for _ in 0...Self.redirectionsMax {
            switch try await answer(from: address, before: deadline) {
            case .file(let bytes): return (name, bytes)
            // Each hop is checked like the first one: a public host may point to a private one.
            case .elsewhere(let location): address = try PackageAddress(location, relativeTo: address)
            }
        }
        throw PlatformError.invalid(
            "package_url: more than \(Self.redirectionsMax) redirections; give the final address."
        )
    }

    private static let redirectionsMax = 5

    private enum Answer {
        case file([UInt8])
        case elsewhere(String)
    }

    private func answer(from address: PackageAddress, before deadline: NIODeadline) async throws -> Answer {
        let entry = try hosts.entry(for: address)
        let place = try await resolve(address)
        guard let number = place.ipAddress, entry.isPrivate || isPublicAddress(number) else {
            throw PlatformError.invalid(
                "package_url: \(address.host) is in a private network; a server that may fetch from there is "
                    + "started with --private-package-hosts."
            )
        }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        // The address that was checked is the one that is asked, whatever the name means a moment later.
        configuration.dnsOverride = [address.host: number]
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
        let result: Result<Answer, any Error>
        do {
            result = .success(try await ask(client, address, deadline))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        do {
            return try result.get()
        } catch let error where !(error is PlatformError || error is CancellationError) {
            throw PlatformError(
                .unavailable,
                "package_url: \(address.origin) did not deliver the file within "
                    + "\(timeout.nanoseconds / 1_000_000_000) s; try again, or upload the file.",
                cause: "\(error)",
                retry: .backoff
            )
        }
    }

    private func ask(
        _ client: HTTPClient,
        _ address: PackageAddress,
        _ deadline: NIODeadline
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: address.url)
        request.headers.add(name: "user-agent", value: "martlet")
        let response = try await client.execute(request, deadline: deadline)
        if [301, 302, 303, 307, 308].contains(response.status.code),
            let location = response.headers.first(name: "location")
        {
            return .elsewhere(location)
        }
        guard response.status.code == 200 else {
            throw PlatformError.invalid(
                "package_url: \(address.origin) answered with HTTP status \(response.status.code), expected 200."
            )
        }
        var bytes: [UInt8] = []
        for try await buffer in response.body {
            guard bytes.count + buffer.readableBytes <= Limits.uploadBytesMax else {
                throw PlatformError(
                    .tooLarge,
                    "package_url: the file has more than the \(Limits.uploadBytesMax >> 20) MiB that are allowed."
                )
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return .file(bytes)
    }

    private func resolve(_ address: PackageAddress) async throws -> SocketAddress {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
            }
        } catch {
            throw PlatformError.invalid("package_url: the host \(address.host.prefix(200)) is not known.")
        }
    }
}
