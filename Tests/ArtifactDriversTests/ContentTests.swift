import ArtifactDrivers
import FoundationEssentials
import Model
import TestKit
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("What artifacts hold")
struct ContentTests {
    /// A store that is gone after the test, and the name of its folder.
    private func withStore(_ body: (FilesArtifacts, String) async throws -> Void) async throws {
        let root = "/tmp/martlet-content-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await body(try FilesArtifacts(root: root + "/store"), root + "/store")
    }

    private func write(_ text: String, to path: String) throws {
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        try FileManager.default.createDirectory(atPath: String(folder), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    @Test("A file's digest is the SHA-256 of its bytes, also when it is empty or longer than a buffer")
    func file() async throws {
        try await withStore { store, root in
            let cases = [
                ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                (
                    String(repeating: "a", count: 1_000_000),
                    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
                ),
            ]
            for (text, digits) in cases {
                try write(text, to: root + "/p/f")
                #expect(try await store.digest(of: root + "/p/f", bytesMax: 1_000_000) == "sha256:" + digits)
            }
        }
    }

    @Test("A folder's digest follows names, contents and links, and nothing else")
    func folder() async throws {
        try await withStore { store, root in
            func digest(_ name: String) async throws -> String? {
                try await store.digest(of: root + "/" + name, bytesMax: 1000)
            }
            try write("1", to: root + "/a/x")
            try write("2", to: root + "/a/sub/y")
            try link(root + "/a/sub/z", to: "../x")
            // The same in another order.
            try write("2", to: root + "/b/sub/y")
            try link(root + "/b/sub/z", to: "../x")
            try write("1", to: root + "/b/x")
            let first = try await digest("a")
            #expect(first?.hasPrefix("sha256:") == true)
            #expect(try await digest("b") == first)

            var seen: Set<String?> = [nil, first, try await digest("a/x"), try await digest("a/sub")]
            #expect(seen.count == 3, "a link out of the folder leaves it without a digest")
            try write("3", to: root + "/b/x")
            #expect(seen.insert(try await digest("b")).inserted, "content counts")
            try FileManager.default.moveItem(atPath: root + "/b/x", toPath: root + "/b/w")
            #expect(try await digest("b") == nil, "a link that leads nowhere cannot be told")
            try FileManager.default.removeItem(atPath: root + "/b/sub/z")
            #expect(seen.insert(try await digest("b")).inserted, "names count")
            try FileManager.default.createDirectory(
                atPath: root + "/b/empty",
                withIntermediateDirectories: false
            )
            #expect(seen.insert(try await digest("b")).inserted, "empty folders count")
        }
    }

    @Test("Without free descriptors there is no answer, but one after a while")
    func shortage() async throws {
        await #expect(processExitsWith: .success) {
            try await ContentTests().withStore { store, root in
                try ContentTests().write("abc", to: root + "/p/f")
                var none = NoDescriptors()
                for uri in [root + "/p/f", root + "/p"] {
                    await #expect {
                        try await store.digest(of: uri, bytesMax: 1000)
                    } throws: {
                        ($0 as? PlatformError)?.retry == .after(.seconds(1))
                    }
                }
                none.end()
                #expect(try await store.digest(of: root + "/p", bytesMax: 1000) != nil)
            }
        }
    }

    @Test("There is no digest beyond the limit, where names count, too")
    func limit() async throws {
        try await withStore { store, root in
            try write("12345", to: root + "/a/xyz")
            #expect(try await store.digest(of: root + "/a/xyz", bytesMax: 5) != nil)
            #expect(try await store.digest(of: root + "/a/xyz", bytesMax: 4) == nil)
            #expect(try await store.digest(of: root + "/a", bytesMax: 8) != nil)
            #expect(try await store.digest(of: root + "/a", bytesMax: 7) == nil)
        }
    }

    @Test("A pipe has no digest, and nobody waits for its other end")
    func pipe() async throws {
        try await withStore { store, root in
            try write("1", to: root + "/a/x")
            #expect(mkfifo(root + "/a/pipe", 0o600) == 0)
            #expect(try await store.digest(of: root + "/a", bytesMax: 1000) == nil)
            #expect(try await store.digest(of: root + "/a/pipe", bytesMax: 1000) == nil)
        }
    }

    @Test("What is elsewhere has no digest, and what cannot be seen is taken to be there")
    func elsewhere() async throws {
        try await withStore { store, root in
            try write("1", to: root + "-beside/x")
            try link(root + "/out", to: root + "-beside/x")
            for uri in ["gs://bucket/x", root + "-beside/x", root, root + "/a/../none"] {
                #expect(try await store.digest(of: uri, bytesMax: 1000) == nil, "\(uri)")
                #expect(try await store.exists(uri), "\(uri)")
            }
            #expect(try await store.digest(of: root + "/out", bytesMax: 1000) == nil)
        }
    }

    @Test("What is gone is known to be gone, and has no digest")
    func gone() async throws {
        try await withStore { store, root in
            try write("1", to: root + "/a/x")
            #expect(try await store.exists(root + "/a"))
            #expect(try await store.exists(root + "/a/x"))
            try link(root + "/nowhere", to: root + "/none")
            for uri in [root + "/none", root + "/a/x/below", root + "/nowhere", root + "-beside/none"] {
                #expect(try await !store.exists(uri), "\(uri)")
                #expect(try await store.digest(of: uri, bytesMax: 1000) == nil, "\(uri)")
            }
        }
    }
}
