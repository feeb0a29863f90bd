import Artifacts
import Foundation
import Model
import Testing

@testable import ArtifactDrivers

@Suite("Reading artifacts")
struct ReadingTests {
    private let folder: String
    private let store: FilesArtifacts

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reading-" + UUID().uuidString).path
        store = try FilesArtifacts(root: folder + "/store")
        try FileManager.default.createDirectory(
            atPath: store.root + "/p/r/a/sub",
            withIntermediateDirectories: true
        )
        try Data("secret".utf8).write(to: URL(filePath: folder + "/secret"))
        try Data("other".utf8).write(to: URL(filePath: store.root + "/p/r/other"))
        try Data("0123456789".utf8).write(to: URL(filePath: store.root + "/p/r/a/file"))
        for (name, target) in [
            ("in", "file"), ("up", "../other"), ("out", "../../../../secret"),
            ("absolute", folder + "/secret"),
            ("sub/back", "../file"), ("loop", "loop"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: store.root + "/p/r/a/" + name,
                withDestinationPath: target
            )
        }
    }

    private func text(_ path: [String]) async throws -> String {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard case .file(let file) = try await store.open(store.root + "/p/r/a", path: path) else {
            return "folder"
        }
        return String(decoding: try await file.read(from: 0, bytesMax: .max), as: UTF8.self)
    }

    @Test("A file is read in any part, and stays readable when it is removed")
    func file() async throws {
        let uri = store.root + "/p/r/a/file"
        guard case .file(let file) = try await store.open(uri, path: []) else {
            Issue.record("no file")
            return
        }
        try FileManager.default.removeItem(atPath: folder)
        #expect(file.size == 10)
        #expect(try await file.read(from: 8, bytesMax: 99) == Array("89".utf8))
        #expect(try await file.read(from: 99, bytesMax: 1) == [])
        await #expect(throws: PlatformError.self) { _ = try await store.open(uri, path: []) }
    }

    @Test("Links are followed within the artifact", arguments: [["in"], ["sub", "back"]])
    func inside(path: [String]) async throws {
        #expect(try await text(path) == "0123456789")
    }

    @Test(
        "Neither a link nor a name leads out of the artifact",
        arguments: [
            ["up"], ["out"], ["absolute"], ["loop"], ["..", "other"], ["sub", "..", "..", "other"], ["."],
            [""],
            ["sub/back"], ["a\u{0}"], ["file", "x"], ["nothing"],
        ]
    )
    func outside(path: [String]) async throws {
        do {
            let text = try await text(path)
            Issue.record("\(path): \(text)")
        } catch let error as PlatformError {
            #expect([.notFound, .invalidArgument].contains(error.code), "\(error)")
        }
    }

    @Test("A folder shows what is in it by name, without what leads out")
    func folderEntries() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard case .folder(let entries) = try await store.open(store.root + "/p/r/a", path: []) else {
            Issue.record("no folder")
            return
        }
        #expect(entries.map(\.name) == ["file", "in", "sub"])
        #expect(entries.map(\.kind) == [.file(size: 10), .link(to: "file"), .folder])
    }

    @Test(
        "What is not of this store is not opened",
        arguments: ["gs://b/x", "/etc/passwd", "relative", "", "STORE", "STORE/../secret"]
    )
    func foreign(uri: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let uri = uri.replacingOccurrences(of: "STORE", with: store.root)
        await #expect(throws: PlatformError.self) { _ = try await store.open(uri, path: []) }
    }
}
