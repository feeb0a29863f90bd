import API
import Testing

@Suite("Who may ask")
struct RequestGuardTests {
    private let loopback = RequestGuard(isLoopbackOnly: true)
    private let open = RequestGuard(isLoopbackOnly: false)

    @Test(
        "Programs on this machine may, by any name of it and on any port",
        arguments: [
            "localhost", "localhost:8888", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:65535", "127.1.2.3:80",
            "[::1]", "[::1]:8888", "kubeflow.localhost:8888",
        ]
    )
    func ours(host: String) {
        #expect(loopback.refusal(host: host, origin: nil) == nil)
        #expect(loopback.refusal(host: host, origin: "http://" + host) == nil)
        #expect(loopback.refusal(host: host, origin: "https://" + host) == nil)
    }

    @Test(
        "A name that a page has resolve to this machine is refused",
        arguments: [
            "evil.example", "evil.example:8888", "127.0.0.1.evil.example", "localhost.evil.example",
            "127.evil.example:80",
            "[2001:db8::1]:8888", "10.0.0.1", "", "0.0.0.0", "notlocalhost", "[::1].evil.example",
            "127.0.0.1:80:evil",
        ]
    )
    func rebinding(host: String) throws {
        let sentence = try #require(loopback.refusal(host: host, origin: nil))
        #expect(sentence.contains("127.0.0.1 or localhost"))
        #expect(open.refusal(host: host, origin: nil) == nil, "elsewhere any name may be ours")
    }

    @Test(
        "A page of another origin is refused, also one that differs only by its port or its scheme",
        arguments: [
            "http://evil.example", "null", "", "http://localhost", "http://localhost:8889",
            "http://127.0.0.1:8888",
            "ftp://localhost:8888", "http://localhost:8888.evil.example", "http://localhost:8888/",
            "localhost:8888",
        ]
    )
    func foreignOrigin(origin: String) {
        #expect(loopback.refusal(host: "localhost:8888", origin: origin) != nil)
        #expect(open.refusal(host: "localhost:8888", origin: origin) != nil)
        #expect(open.refusal(host: nil, origin: origin) != nil)
    }

    @Test("A refusal quotes at most a hundred characters of what was sent")
    func length() throws {
        let long = String(repeating: "x", count: 10_000)
        #expect(try #require(loopback.refusal(host: long, origin: nil)).count < 250)
        #expect(try #require(open.refusal(host: "a", origin: long)).count < 250)
    }
}
