import Foundation
import Model
import Store
import StoreDrivers
import Testing
import Upkeep

@Suite("Sweeping and looking for damage")
struct SweeperTests {
    private static let later = DataFolder.now + .seconds(100_000)

    private func sweeper(_ folder: DataFolder, at now: Instant = later) throws -> Sweeper {
        try Sweeper(folder.layout, grace: .seconds(86_400), now: now)
    }

    @Test(
        "What belongs to no run goes after the grace period; what a run refers to, and the runs' own, stays"
    )
    func sweep() async throws {
        try await DataFolder.with { folder, _ in
            try folder.write("12345", to: folder.root + "/artifacts/birds/gone/train/0/a")
            try folder.write("123", to: folder.root + "/artifacts/birds/gone/train/0/kept")
            try folder.write("1234", to: folder.root + "/pods/gone/train~0/log")
            try folder.write("12", to: folder.root + "/volumes/gone-kfp-workspace/x")
            try folder.write("12", to: folder.root + "/volumes/mine/x")
            let database = try await SQLiteDatabase.open(path: folder.layout.database)
            let uri = folder.root + "/artifacts/birds/gone/train/0/kept"
            try await database.write { try $0.insertArtifacts([DataFolder.artifact("kept", uri)]) }
            try database.close()

            #expect(try await sweeper(folder, at: DataFolder.now).find().isEmpty)
            let sweeper = try sweeper(folder)
            let found = try await sweeper.find()
            #expect(found.map(\.kind) == [.artifacts, .pods, .workspace])
            #expect(found.map(\.bytes) == [5, 4, 2])
            for orphan in found { #expect(try await sweeper.remove(orphan) == orphan.bytes) }
            #expect(try await sweeper.find().isEmpty)
            #expect(folder.text(uri) == "123")
            #expect(folder.text(folder.root + "/volumes/mine/x") == "12")
            #expect(folder.text(folder.log) == "hello")
            #expect(folder.text(folder.root + "/artifacts/birds/r/train/0/scrap") == "scrap")
        }
    }

    @Test("A run deleted a moment ago keeps its bytes, however old they are")
    func recentlyDeleted() async throws {
        try await DataFolder.with { folder, _ in
            let database = try await SQLiteDatabase.open(path: folder.layout.database)
            try await database.write { _ = try $0.deleteRun(RunID("r"), at: Self.later) }
            try database.close()
            #expect(try await sweeper(folder).find().map(\.kind) == [.pods])
            let muchLater = Self.later + .seconds(100_000)
            #expect(try await sweeper(folder, at: muchLater).find().map(\.kind) == [.artifacts, .pods])
        }
    }

    private func states(_ folder: DataFolder, mends: Bool = false) async -> [String: Finding] {
        let findings = await Doctor(folder.layout, mends: mends, now: DataFolder.now).examine()
        return Dictionary(findings.map { ($0.subject, $0) }) { first, _ in first }
    }

    @Test("A doctor finds artifacts that are gone, and a sound database sound")
    func gone() async throws {
        try await DataFolder.with { folder, _ in
            let found = await states(folder)
            #expect(found["artifacts"]?.state == .bad)
            #expect(found["artifacts"]?.message.contains(folder.model + "-gone") == true)
            for subject in ["schema", "integrity", "references", "runs", "orphans"] {
                #expect(found[subject]?.state == .good, "\(subject): \(found[subject]?.message ?? "")")
            }
        }
    }

    @Test("A data directory that was moved is recognised, and repaired")
    func moved() async throws {
        try await DataFolder.with { folder, other in
            rmdir(other.root)
            #expect(rename(folder.root, other.root) == 0)
            let before = await states(other)
            #expect(before["artifacts"]?.message.contains("recorded below \(folder.root)/artifacts") == true)
            #expect(await states(other, mends: true)["artifacts"]?.state == .mended)
            let places = try SQLiteFile(path: other.layout.database).read { try $0.artifactPlaces() }
            #expect(places.contains(other.model))
        }
    }

    @Test(
        "Rows of missing runs, wrong totals and runs that contradict themselves are found; what is safe is mended"
    )
    func contradictions() async throws {
        try await DataFolder.with { folder, _ in
            let file = try SQLiteFile(path: folder.layout.database)
            try file.write { store in
                try store.execute("UPDATE row_counts SET count = 7 WHERE table_name = 'artifacts'", [])
                try store.execute("UPDATE run_counts SET count = 8", [])
                try store.execute("INSERT INTO run_names (run_names) VALUES ('delete-all')", [])
                try store.execute("INSERT INTO run_leases VALUES ('nobody', 'server', 0)", [])
                try store.execute("UPDATE runs SET finished_at = 1", [])
                try store.insertArtifacts([DataFolder.artifact("nobody's", "s3://bucket/y")])
            }
            let before = await states(folder)
            #expect(before["counts"]?.state == .warning)
            #expect(before["references"]?.state == .bad)
            #expect(before["lineage"]?.message.hasPrefix("1 artifacts") == true)
            #expect(before["runs"]?.message.contains("r has an end, but is not over") == true)
            let after = await states(folder, mends: true)
            #expect(
                after["counts"]?.state == .mended && after["search"]?.state == .mended
                    && after["references"]?.state == .mended && after["lineage"]?.state == .mended
            )
            #expect(before["counts"]?.message.contains("runs 8 instead of 1") == true)
            #expect(await states(folder)["counts"] == nil)
            #expect(await states(folder)["lineage"] == nil)
            #expect(await states(folder, mends: true)["search"] == nil)
            #expect(await states(folder)["references"]?.state == .good)
        }
    }

    @Test(
        "Damage to the database is told in a sentence, whatever it is",
        arguments: [0, 100, 4096 * 3 + 8, 4096 * 9 + 8]
    )
    func damaged(offset: Int) async throws {
        try await DataFolder.with { folder, _ in
            var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.layout.database))
            for index in offset..<(offset + 64) { bytes[index] = 0xA5 }
            try bytes.write(to: URL(fileURLWithPath: folder.layout.database))
            let findings = await Doctor(folder.layout, mends: false, now: DataFolder.now).examine()
            #expect(findings.contains { $0.state == .bad }, "\(findings)")
        }
    }
}
