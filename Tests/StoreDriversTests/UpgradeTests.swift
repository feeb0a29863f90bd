import Foundation
import GRDB
import Model
import Store
import StoreDrivers
import Testing

@Suite("Databases of earlier releases", .timeLimit(.minutes(15)))
struct UpgradeTests {
    /// What is out in the world stays as it is; a new migration adds its line.
    private static let released = [
        "361aaa14c05501a1", "3b0b49fce0dc3afc", "d35e8257d8ab585c", "2bc189ab39da0fe1", "1b105336e8a2b891",
        "937eec660f9b214a", "321653d686938c73", "cc072a898fba9acd", "931a73a13b1e9673", "e79f9679532bb787",
    ]

    @Test("A released migration never changes")
    func unchanged() {
        let fingerprints = Migration.all.map(ReleasedSchemas.fingerprint)
        #expect(fingerprints == Self.released)
    }

    @Test(
        "A database of any released schema opens with all that is in it",
        arguments: 1...Migration.all.count
    )
    func upgrade(number: Int) async throws {
        try await withFile { path in
            try ReleasedSchemas.write(number, to: path)
            let database = try await SQLiteDatabase.open(path: path)
            // SQLite checks an index of texts by writing to it.
            let wrong = try await database.write { store in
                let checks = try whole(store) + runs(in: store, number) + rest(of: store, number)
                return checks.filter { !$0.holds }.map(\.what)
            }
            #expect(wrong == [])
            try await checkWriting(to: database)
            let schema = try await Self.schema(of: database)
            let fresh = try await Self.schema(of: SQLiteDatabase.inMemory())
            #expect(schema == fresh, "an upgraded database has what a new one has")
            try database.close()
        }
    }

    @Test("A database of a later release is refused by its file and both numbers, and left as it is")
    func later() async throws {
        try await withFile { path in
            try ReleasedSchemas.write(Migration.all.count, to: path)
            let queue = try DatabaseQueue(path: path)
            try await queue.write {
                try $0.execute(sql: "INSERT INTO schema_migrations VALUES (99, 'wings', 0)")
            }
            try queue.close()
            let error = await #expect(throws: PlatformError.self) {
                _ = try await SQLiteDatabase.open(path: path)
            }
            #expect(error?.code == .failedPrecondition)
            let known = "schema 99, but this build knows schemas up to \(Migration.all.count)"
            #expect(error?.message.contains("\(path): ") == true)
            #expect(error?.message.contains(known) == true, "\(error?.message ?? "")")
            let after = try DatabaseQueue(path: path)
            let rows = try await after.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM runs") }
            try after.close()
            #expect(rows == 3)
        }
    }

    /// Something that must be so, and whether it is; told outside of the transaction, where the test is known.
    private typealias Check = (what: String, holds: Bool)

    private func whole(_ store: any SQLConnection) throws -> [Check] {
        // SQLite 3.40 reports this where a table without rowids has a key of other columns than its first ones, and is
        // wrong: the query beside it finds none.
        let falseAlarm = SQLValue.text("NULL value in artifact_edges.artifact_id")
        let integrity = try store.query("PRAGMA integrity_check", []).filter { $0 != [falseAlarm] }
        let missing = try store.query("SELECT path FROM artifact_edges WHERE artifact_id IS NULL", [])
        return [
            ("the schema is the newest", try store.schemaNumber() == Migration.all.count),
            (
                "the file is whole, not \(integrity)",
                missing.isEmpty && (integrity.isEmpty || integrity == [[.text("ok")]])
            ),
            ("references lead somewhere", try store.query("PRAGMA foreign_key_check", []).isEmpty),
        ]
    }

    private func runs(in store: any SQLConnection, _ number: Int) throws -> [Check] {
        let done = try store.run(RunID("done"))
        let build = try store.task(RunID("done"), TaskPath("build"))
        let attempts = try store.attempts(of: RunID("done"))
        let retriedAt = try store.retryRequest(of: RunID("open"))
        let rerun = try store.run(RunID("again"))?.rerun
        let straw = Predicate(key: "name", operation: .isSubstring, operand: .string("STRAW"))
        let found = try store.listRuns(ListQuery(predicates: [straw]), experimentID: nil)
        let birds = try store.listRuns(ListQuery(), experimentID: ExperimentID("birds"))
        return [
            ("a run's state", done?.state == .succeeded),
            ("a run's place", done?.storageState == .archived),
            ("a run's parameters", done?.parameters == ["height": 2.5]),
            ("a run's outputs", done?.outputs.parameters == ["eggs": 4]),
            ("a run's history", done?.stateHistory.map(\.state) == [.pending, .succeeded]),
            ("a run's end", done?.finishedAt == Instant(milliseconds: 2500)),
            ("a run's notes", done?.notes.map(\.message) == (number >= 3 ? ["no nodes"] : [])),
            ("a request to stop", try store.isTerminationRequested(RunID("open"))),
            ("a request to retry", retriedAt == (number >= 2 ? Instant(milliseconds: 7000) : nil)),
            ("a rerun", (rerun == Rerun(source: RunID("done"), from: TaskPath("build"))) == (number >= 2)),
            ("a task's state", build?.state == .succeeded),
            ("a task's inputs", build?.inputs.parameters == ["n": 1]),
            ("a task's outputs", build?.outputs.artifacts == ["nest": [ArtifactID("nest")]]),
            ("a task's earlier attempts", build?.attemptsBefore == (number >= 2 ? 1 : 0)),
            ("the list of all tasks", try store.listExecutions(ExecutionQuery()).items.count == 3),
            ("attempts", attempts.map(\.state) == [.failed, .succeeded]),
            ("exit statuses", attempts.map(\.exitCode) == [3, 0]),
            ("a reason", attempts.first?.reason?.message == "no straw"),
            ("the search by name", found.items.map(\.id) == [RunID("done")]),
            ("the total of runs", birds.totalSize == (number >= 2 ? 3 : 2)),
            ("the list of runs", birds.items.count == birds.totalSize),
        ]
    }

    private func rest(of store: any SQLConnection, _ number: Int) throws -> [Check] {
        let version = try store.version(PipelineVersionID("first"))
        let artifact = try store.artifact(ArtifactID("nest"))
        let edges = try store.edges(of: RunID("done"))
        let cached = try store.cachedTask(fingerprint: "abc", scope: "pipeline")
        let daily = try store.recurringRun(RecurringRunID("daily"))
        let address = number >= 4 ? "https://example.org/nests.yaml" : ""
        return [
            ("an experiment", try store.experiment(ExperimentID("birds"))?.displayName == "Birds"),
            ("a pipeline", try store.pipeline(PipelineID("nests"))?.tags == ["team": "birds"]),
            ("a version", version?.displayName == "First"),
            ("a version's address", version?.packageURL == address),
            ("a spec", try store.spec("spec")?.pipelineSpec == ["pipelineInfo": ["name": "nests"]]),
            ("an artifact's metadata", artifact?.metadata == ["twigs": 99]),
            ("an artifact's digest", artifact?.digest == "sha256:1"),
            ("lineage", edges.map(\.artifactID) == [ArtifactID("nest")]),
            ("the total of artifacts", try store.listArtifacts(ListQuery(), of: nil).totalSize == 1),
            ("the cache", cached?.path == TaskPath("build")),
            ("a recurring run", daily?.displayName == (number >= 5 ? "Daily" : nil)),
            ("a recurring run's parameters", daily?.parameters == (number >= 5 ? ["height": 3] : nil)),
        ]
    }

    /// What an earlier release left open goes on.
    private func checkWriting(to database: any Store.Database) async throws {
        let claimed = try await database.write { store in
            try store.releaseLeases(ofServer: "server")
            let now = Instant(milliseconds: 10_000)
            let claimed = try store.claimRuns(owner: "server", now: now, until: now + .seconds(30), limit: 10)
            for id in claimed {
                guard var run = try store.run(id) else { continue }
                run.enter(.failed, at: now)
                try store.updateRunProgress(run)
            }
            _ = try store.deleteRun(RunID("done"), at: now)
            return claimed
        }
        #expect(claimed == [RunID("open")])
        #expect(try await database.read { try $0.run(RunID("done")) } == nil)
        #expect(try await database.read { try $0.run(RunID("open")) }?.state == .failed)
    }

    private static func schema(of database: any Store.Database) async throws -> [[SQLValue]] {
        try await database.read { store in
            try store.query("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name", [])
        }
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "upgrade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "test.db").path)
    }
}
