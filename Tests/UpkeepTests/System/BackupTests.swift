import Foundation
import Model
import Store
import StoreDrivers
import Testing

@testable import Upkeep

@Suite("Backups")
struct BackupTests {
    private func backup(_ folder: DataFolder, _ file: String, replacing: Bool = false) throws
        -> Backup.Summary
    {
        try Backup(folder.layout, version: "test", now: DataFolder.now).write(to: file, replacing: replacing)
    }

    @Test(
        "A backup holds what the database refers to, and is the same elsewhere, with artifacts recorded there"
    )
    func roundTrip() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            let summary = try backup(folder, file)
            #expect(summary.runs == 1)
            #expect(summary.missing == [folder.model + "-gone"])

            let restored = try Restore(other.layout).restore(file, replacing: false)
            #expect(restored.runs == 1 && restored.files == summary.files && restored.setAside == nil)
            #expect(other.names == ["artifacts", "martlet.db", "objects", "pods"])
            let deep = other.model + "/" + String(repeating: "länge", count: 30)
            #expect(other.text(deep + "/weights") == "weights")
            #expect(access(other.model + "/run.sh", X_OK) == 0)
            #expect(other.text(other.model + "/link") == "#!/bin/sh")
            #expect(FileManager.default.fileExists(atPath: other.model + "/empty"))
            #expect(other.text(other.root + "/objects/secret/s/k") == "token")
            let places = try SQLiteFile(path: other.layout.database).read { try $0.artifactPlaces() }
            #expect(!FileManager.default.fileExists(atPath: file + ".partial.db-wal"))
            #expect(places == [other.model, other.model + "-gone", other.model + "/run.sh", "s3://bucket/x"])
        }
    }

    @Test("What no row refers to, environments of steps and attempts that are not over stay out of a backup")
    func leftOut() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            _ = try backup(folder, file)
            _ = try Restore(other.layout).restore(file, replacing: false)
            #expect(other.text(other.log) == "hello")
            for path in ["artifacts/birds/r/train/0/scrap", "pods/r/train~0/scratch", "pods/r/train~1"] {
                #expect(!FileManager.default.fileExists(atPath: other.root + "/" + path), "\(path)")
            }
        }
    }

    @Test(
        "A backup is for its owner only, appears when it is complete, and replaces another one only when told to"
    )
    func file() async throws {
        try await DataFolder.with { folder, _ in
            let file = folder.root + ".tar"
            try folder.write("left by a killed backup", to: file + ".partial")
            try folder.write("left by a killed backup", to: file + ".partial.db")
            _ = try backup(folder, file)
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
            #expect(!FileManager.default.fileExists(atPath: file + ".partial.db"))
            let error = #expect(throws: PlatformError.self) { _ = try backup(folder, file) }
            #expect(error?.code == .alreadyExists)
            _ = try backup(folder, file, replacing: true)
        }
    }

    @Test("A backup that was cut anywhere is refused, and nothing is left of the attempt")
    func cut() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            _ = try backup(folder, file)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            for length in stride(from: 0, to: bytes.count - 1024, by: max(512, bytes.count / 40)) {
                try bytes.prefix(length).write(to: URL(fileURLWithPath: file))
                #expect(throws: PlatformError.self, "\(length) bytes") {
                    _ = try Restore(other.layout).restore(file, replacing: false)
                }
                #expect(other.names == [])
            }
        }
    }

    @Test(
        "A backup of which any byte of a file is not what it was is refused",
        arguments: ["weights", "hello", "token"]
    )
    func changed(content: String) async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            _ = try backup(folder, file)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            let place = try #require(bytes.range(of: Data(content.utf8) + Data(count: 100)))
            bytes[place.lowerBound] ^= 1
            try bytes.write(to: URL(fileURLWithPath: file))
            let error = #expect(throws: PlatformError.self) {
                _ = try Restore(other.layout).restore(file, replacing: false)
            }
            #expect(error?.message.contains("is not what was backed up") == true)
            #expect(other.names == [])
        }
    }

    @Test("A file that is no backup, or leads out of the directory, is refused")
    func foreign() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            try folder.write("hello", to: file)
            #expect(throws: PlatformError.self) {
                _ = try Restore(other.layout).restore(file, replacing: false)
            }

            for name in ["../evil", "artifacts/../../evil", "/etc/evil", "lock", "artifacts//x"] {
                var writer = try TarWriter(path: file)
                let header = BackupHeader(schema: 1, artifactsRoot: "/x", createdAt: .epoch, version: "")
                try writer.add(header.json.jsonBytes, as: BackupHeader.name, at: .epoch)
                try writer.add([1], as: name, at: .epoch)
                try writer.finish()
                let error = #expect(throws: PlatformError.self) {
                    _ = try Restore(other.layout).restore(file, replacing: false)
                }
                #expect(error?.message.contains("which no backup has") == true)
                #expect(other.names == [])
            }
        }
    }

    @Test("A backup with a newer schema is refused by name")
    func newer() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            var writer = try TarWriter(path: file)
            let header = BackupHeader(schema: 999, artifactsRoot: "/x", createdAt: .epoch, version: "9.9")
            try writer.add(header.json.jsonBytes, as: BackupHeader.name, at: .epoch)
            try writer.finish()
            let error = #expect(throws: PlatformError.self) {
                _ = try Restore(other.layout).restore(file, replacing: false)
            }
            #expect(error?.message.contains("schema 999") == true)
            #expect(error?.message.contains("9.9") == true)
        }
    }

    @Test("A directory in use is refused, and with force what was there is moved aside, not deleted")
    func occupied() async throws {
        try await DataFolder.with { folder, _ in
            let file = folder.root + ".tar"
            _ = try backup(folder, file)
            try folder.write("newer", to: folder.log)
            let error = #expect(throws: PlatformError.self) {
                _ = try Restore(folder.layout).restore(file, replacing: false)
            }
            #expect(error?.code == .failedPrecondition)
            #expect(folder.text(folder.log) == "newer")

            let summary = try Restore(folder.layout).restore(file, replacing: true)
            let aside = try #require(summary.setAside)
            #expect(folder.text(aside + "/pods/r/train~0/log") == "newer")
            #expect(folder.text(folder.log) == "hello")
            let runs = try SQLiteFile(path: aside + "/martlet.db").read { try $0.count(of: "runs") }
            #expect(runs == 1)
        }
    }

    @Test("An interrupted restore is seen, and can be run again without force")
    func interrupted() async throws {
        try await DataFolder.with { folder, other in
            let file = folder.root + ".tar"
            _ = try backup(folder, file)
            // Ended between two moves: artifacts are in place, the database is not.
            try other.write("weights", to: other.model + "/weights")
            try other.write("x", to: other.layout.restoring + "/martlet.db")
            #expect(Restore(other.layout).isInterrupted)
            _ = try Restore(other.layout).restore(file, replacing: false)
            #expect(!Restore(other.layout).isInterrupted)
            #expect(other.text(other.log) == "hello")
        }
    }
}
