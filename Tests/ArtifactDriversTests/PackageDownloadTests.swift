import Model
import Testing

@testable import ArtifactDrivers

@Suite("Packages from other hosts")
struct PackageDownloadTests {
    @Test(
        "Only addresses of the public Internet are public, however they are written",
        arguments: [
            ("8.8.8.8", true), ("140.82.112.3", true), ("172.32.0.1", true), ("100.128.0.1", true),
            ("2606:4700::1111", true), ("::ffff:8.8.8.8", true), ("64:ff9b::808:808", true),
            ("127.0.0.1", false), ("127.255.255.254", false), ("0.0.0.0", false), ("10.1.2.3", false),
            ("172.16.0.1", false), ("172.31.255.255", false), ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false), ("198.18.0.1", false), ("224.0.0.1", false), ("255.255.255.255", false),
            ("::", false), ("::1", false), ("fe80::1", false), ("fc00::1", false), ("fd00:ec2::254", false),
            ("ff02::1", false), ("::ffff:127.0.0.1", false), ("::ffff:a9fe:a9fe", false),
            ("64:ff9b::7f00:1", false), ("2002:7f00:1::", false), ("2001:0:1::1", false),
            ("localhost", false), ("", false),
        ]
    )
    func publicAddresses(text: String, isPublic: Bool) {
        #expect(isPublicAddress(text) == isPublic)
    }

    @Test(
        "An address is allowed by scheme, host and port, never by a part of the name",
        arguments: [
            ("https://github.com/a/p.yaml", true), ("https://GitHub.com:443/p.yaml?token=x", true),
            ("https://a.example.org/p", true), ("https://a.b.example.org/p", true),
            ("http://10.0.0.5:8080/p", true), ("https://[fd00::1]/p", true),
            ("http://github.com/p", false), ("https://github.com:8443/p", false),
            ("https://github.com.evil.net/p", false), ("https://evilgithub.com/p", false),
            ("https://example.org/p", false), ("https://evilexample.org/p", false),
            ("http://10.0.0.5/p", false), ("https://127.0.0.1/p", false), ("https://2130706433/", false),
        ]
    )
    func allowed(url: String, isAllowed: Bool) throws {
        let hosts = try PackageHosts(
            publicHosts: ["github.com", "*.example.org"],
            privateHosts: ["http://10.0.0.5:8080", "[fd00::1]"]
        )
        let address = try PackageAddress(url)
        let entry = try? hosts.entry(for: address)
        #expect((entry != nil) == isAllowed)
    }

    @Test(
        "What is no address of a file is refused, and no secret in it is repeated",
        arguments: [
            "", "pipeline.yaml", "/etc/passwd", "file:///etc/passwd", "ftp://github.com/p", "https://",
            "https://me:hunter2@github.com/p", "gopher://127.0.0.1:25/x?token=hunter2", "https:///p?hunter2",
        ]
    )
    func malformed(url: String) async throws {
        let hosts = try PackageHosts(publicHosts: ["github.com"], privateHosts: [])
        let error = try await #require(throws: PlatformError.self) {
            try await PackageDownload(hosts: hosts).file(at: url)
        }
        #expect(error.code == .invalidArgument)
        #expect(!error.message.contains("hunter2"), "\(error.message)")
    }

    @Test(
        "A host that is named but lies in a private network is not asked",
        arguments: ["localhost", "127.1"]
    )
    func privateHost(host: String) async throws {
        let hosts = try PackageHosts(publicHosts: [host], privateHosts: [])
        let error = try await #require(throws: PlatformError.self) {
            try await PackageDownload(hosts: hosts).file(at: "https://\(host)/p.yaml")
        }
        #expect(error.message.contains("private network"))
    }

    @Test("Nothing is fetched unless a host is named")
    func off() async throws {
        let hosts = try PackageHosts(publicHosts: [], privateHosts: [])
        let error = try await #require(throws: PlatformError.self) {
            try await PackageDownload(hosts: hosts).file(at: "https://github.com/p.yaml")
        }
        #expect(error.code == .failedPrecondition)
    }

    @Test(
        "A setting that names no host is refused",
        arguments: [
            "*", "*.*.org", "a*.org", "https://github.com/path", "me@github.com", "ftp://x", "a b", "",
        ]
    )
    func settings(entry: String) {
        #expect(throws: PlatformError.self) {
            try PackageHosts(publicHosts: [entry], privateHosts: [])
        }
    }
}
