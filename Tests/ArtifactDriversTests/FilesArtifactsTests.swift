import ArtifactDrivers
import FoundationEssentials
import Model
import Testing

@Suite struct FilesArtifactsTests {
    private let base = "/tmp/martlet-artifacts-\(UUID().uuidString)"
    private var root: String { base + "/store" }

    private func write(_ text: String, to path: String) throws {
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        try FileManager.default.createDirectory(atPath: String(folder), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: base) }

    @Test(
        "no name leads out of the store, and different names get different folders",
        arguments: [
            "..", ".", "", "../../etc", "/etc/passwd", "a/b", "名前", String(repeating: "long", count: 100),
        ]
    )
    func safeNames(_ name: String) throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        let folder = store.folder(pipelineName: name, runID: RunID(name), path: TaskPath(name), attempt: 2)
        let parts = folder.dropFirst(root.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        #expect(folder.hasPrefix(root + "/") && parts.count == 4 && parts[3] == "2")
        #expect(parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && $0.utf8.count <= 255 })
        #expect(
            folder
                != store.folder(
                    pipelineName: name + "x",
                    runID: RunID(name),
                    path: TaskPath(name),
                    attempt: 2
                )
        )
    }

    @Test("a task's path is readable in its folder's name")
    func readable() throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        let path = TaskPath.root.appending("for loop").appending(iteration: 3).appending("train")
        #expect(
            store.folder(pipelineName: "p", runID: RunID("r"), path: path, attempt: 0)
                == root + "/p/r/for%20loop.3.train/0"
        )
    }

    @Test("putting moves files and folders and replaces what is there, whatever it is")
    func put() async throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        let uri = root + "/p/r/t/0/model"
        try write("one", to: base + "/file")
        try await store.put(contentsOf: base + "/file", to: uri)
        #expect(read(uri) == "one")
        #expect(!FileManager.default.fileExists(atPath: base + "/file"))
        try write("two", to: base + "/folder/inner/file")
        try await store.put(contentsOf: base + "/folder", to: uri)
        #expect(read(uri + "/inner/file") == "two")
        try write("three", to: base + "/other/file")
        try await store.put(contentsOf: base + "/other", to: uri)
        #expect(read(uri + "/file") == "three" && read(uri + "/inner/file") == nil)
        try await store.put(contentsOf: uri, to: uri)
        #expect(read(uri + "/file") == "three")
    }

    @Test("putting again what a crash interrupted finishes it, wherever it was")
    func putAgain() async throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        let uri = root + "/p/r/t/0/model"
        try write("one", to: base + "/file")
        try await store.put(contentsOf: base + "/file", to: uri)
        try await store.put(contentsOf: base + "/file", to: uri)
        #expect(read(uri) == "one")
        // On its way, beside the place of what was there before.
        try write("two", to: uri + ".incoming")
        try await store.put(contentsOf: base + "/file", to: uri)
        #expect(read(uri) == "two" && read(uri + ".incoming") == nil)
    }

    @Test(
        "putting across file systems copies",
        .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm"))
    )
    func putAcross() async throws {
        let away = "/dev/shm/martlet-\(UUID().uuidString)"
        defer {
            cleanUp()
            try? FileManager.default.removeItem(atPath: away)
        }
        let store = try FilesArtifacts(root: root)
        try write("far", to: away + "/inner/file")
        try FileManager.default.createSymbolicLink(atPath: away + "/link", withDestinationPath: "/etc")
        try await store.put(contentsOf: away, to: root + "/p/r/t/0/data")
        #expect(read(root + "/p/r/t/0/data/inner/file") == "far")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: root + "/p/r/t/0/data/link") == "/etc"
        )
    }

    @Test(
        "a URI outside of the store is refused and nothing is made there",
        arguments: [
            "/tmp/elsewhere/model", "model", "ROOT/../model", "ROOT", "ROOT/p/./model", "ROOT/p//model",
            "ROOT/link/model",
            "ROOT-sibling/model",
        ]
    )
    func outside(_ pattern: String) async throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        try FileManager.default.createDirectory(atPath: base + "/private", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: root + "/link",
            withDestinationPath: base + "/private"
        )
        try write("secret", to: base + "/file")
        let uri = pattern.hasPrefix("ROOT") ? root + pattern.dropFirst(4) : pattern
        await #expect { try await store.put(contentsOf: base + "/file", to: uri) } throws: {
            ($0 as? PlatformError)?.code == .invalidArgument
        }
        #expect(read(base + "/file") == "secret")
        #expect(try FileManager.default.contentsOfDirectory(atPath: base + "/private").isEmpty)
    }

    @Test("a source that is not there is not found")
    func missing() async throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        await #expect { try await store.put(contentsOf: base + "/none", to: root + "/x") } throws: {
            ($0 as? PlatformError)?.code == .notFound
        }
    }

    @Test("removing a run takes its folder and no other's")
    func remove() async throws {
        defer { cleanUp() }
        let store = try FilesArtifacts(root: root)
        for run in ["r1", "r2"] {
            try write(
                run,
                to: store.folder(pipelineName: "p", runID: RunID(run), path: .root, attempt: 0) + "/f"
            )
        }
        _ = try await store.remove(store.folder(pipelineName: "p", runID: RunID("r1")), keeping: [])
        _ = try await store.remove(store.folder(pipelineName: "p", runID: RunID("r1")), keeping: [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/p") == ["r2"])
    }
}
