import ArtifactDrivers
import Artifacts
import FoundationEssentials
import Model
import ServerKit
import Services
import Store
import StoreDrivers
import Synchronization
import Testing

@Suite("What happens to what nobody wants to keep")
struct RetentionTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)
    private static let hour = Duration.seconds(3600)

    /// A database and an artifact folder, both real and gone after the test.
    private struct World {
        let database: SQLiteDatabase
        let artifacts: FilesArtifacts
        let service: RetentionService
        let deleted: Told

        final class Told: Sendable {
            let runs = Mutex<[String]>([])
        }

        func place(_ run: String) -> String {
            artifacts.folder(pipelineName: "birds", runID: RunID(run), path: TaskPath("train"), attempt: 0)
        }

        /// A run with an artifact in a file.
        /// - Parameter end: seconds after the start at which it ended; `nil` for one that goes on.
        func run(_ id: String, end: Int?, reads: [String] = [], experiment: String = "e") async throws {
            try FileManager.default.createDirectory(atPath: place(id), withIntermediateDirectories: true)
            try Data("bytes".utf8).write(to: URL(filePath: place(id) + "/model"))
            try Data("scrap".utf8).write(to: URL(filePath: place(id) + "/scrap"))
            let uri = place(id) + "/model"
            try await database.write { store in
                var run = Run(
                    id: RunID(id),
                    experimentID: ExperimentID(experiment),
                    displayName: id,
                    pipelineName: "birds",
                    createdAt: start
                )
                run.enter(.running, at: start)
                if let end { run.enter(.succeeded, at: start + .seconds(end)) }
                try store.insertRun(run, specID: "s")
                try store.insertArtifacts([
                    Artifact(
                        id: ArtifactID("of-\(id)"),
                        name: "model",
                        schemaTitle: "system.Model",
                        schemaVersion: "0.0.1",
                        uri: uri,
                        createdAt: start
                    )
                ])
                func edge(_ artifact: String, _ direction: ArtifactEdge.Direction, _ position: Int)
                    -> ArtifactEdge
                {
                    ArtifactEdge(
                        artifactID: ArtifactID(artifact),
                        runID: RunID(id),
                        path: TaskPath("train"),
                        direction: direction,
                        key: "model",
                        position: position
                    )
                }
                try store.insertEdges(
                    [edge("of-\(id)", .output, 0)] + reads.enumerated().map { edge("of-\($1)", .input, $0) }
                )
            }
        }

        func turn(_ rule: RetentionRule, after: Duration) async throws -> RetentionService.Turn {
            try await service.turn(rule, grace: hour, at: start + after)
        }

        func runs() async throws -> [String] {
            try await database.read { try $0.listRuns(ListQuery(), experimentID: nil) }.items.map(\.id.text)
                .sorted()
        }

        func has(_ run: String, _ name: String) -> Bool {
            FileManager.default.fileExists(atPath: place(run) + "/" + name)
        }
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        let root = "/tmp/martlet-retention-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let clock = TickingClock()
        let told = World.Told()
        let database = try await SQLiteDatabase.inMemory()
        let artifacts = try FilesArtifacts(root: root)
        let useCases = UseCases(
            ServiceContext(
                database: database,
                pods: ScriptedPods(PodWorld(clock: clock)),
                artifacts: artifacts,
                now: { Self.start },
                newID: { clock.newID() },
                hints: ServiceContext.Hints(
                    runCreated: {},
                    terminationRequested: { _ in },
                    runDeleted: { run in told.runs.withLock { $0.append(run.text) } }
                ),
                fetchPackage: { _ in throw PlatformError(.failedPrecondition, "Nothing is fetched.") },
                facts: .scripted
            )
        )
        try await body(
            World(database: database, artifacts: artifacts, service: useCases.retention, deleted: told)
        )
    }

    @Test("Runs that ended too long ago go and are told of, others and runs that are not over stay")
    func byAge() async throws {
        try await withWorld { world in
            try await world.run("old", end: 1)
            try await world.run("young", end: 100)
            try await world.run("live", end: nil)
            let rule = RetentionRule(age: .atMost(.seconds(60)))
            #expect(try await world.turn(rule, after: .seconds(61)).runs == 1)
            #expect(try await world.runs() == ["live", "young"])
            #expect(world.deleted.runs.withLock { $0 } == ["old"])
            #expect(try await world.turn(rule, after: .seconds(61)).runs == 0)
        }
    }

    @Test("Of each experiment the newest finished runs stay, and one's own rule goes before the server's")
    func byCount() async throws {
        try await withWorld { world in
            var own = Experiment(
                id: ExperimentID("own"),
                displayName: "own",
                description: "",
                createdAt: Self.start
            )
            own.retention = RetentionRule(count: .unlimited)
            try await world.database.write { [own] in try $0.insertExperiment(own) }
            for number in 1...4 {
                try await world.run("a\(number)", end: number)
                try await world.run("o\(number)", end: number, experiment: "own")
            }
            try await world.run("live", end: nil)
            #expect(try await world.turn(RetentionRule(count: .atMost(2)), after: .seconds(9)).runs == 2)
            #expect(try await world.runs() == ["a3", "a4", "live", "o1", "o2", "o3", "o4"])
        }
    }

    @Test("A run stays while another one is repeating it")
    func repeated() async throws {
        try await withWorld { world in
            try await world.run("source", end: 1)
            try await world.database.write { store in
                var run = Run(
                    id: RunID("again"),
                    experimentID: ExperimentID("e"),
                    displayName: "again",
                    pipelineName: "birds",
                    createdAt: Self.start
                )
                run.rerun = Rerun(source: RunID("source"), from: TaskPath("train"))
                try store.insertRun(run, specID: "s")
            }
            #expect(
                try await world.turn(RetentionRule(age: .atMost(.seconds(1))), after: Self.hour).runs == 0
            )
        }
    }

    @Test(
        "Bytes of a deleted run go after the grace period, but for artifacts that another run refers to, until it goes"
    )
    func bytes() async throws {
        try await withWorld { world in
            try await world.run("first", end: 1)
            try await world.run("second", end: 100, reads: ["first"])
            let rule = RetentionRule(age: .atMost(.seconds(60)))
            let early = try await world.turn(rule, after: .seconds(61))
            #expect(early.runs == 1 && early.bytes == 0)
            #expect(early.next == Self.start + .seconds(61) + Self.hour)
            #expect(world.has("first", "scrap"))

            #expect(try await world.turn(RetentionRule(), after: .seconds(61) + Self.hour).bytes == 5)
            #expect(world.has("first", "model") && !world.has("first", "scrap"))

            // The second run goes: after its own grace nothing is left of both.
            #expect(try await world.turn(rule, after: .seconds(10_000)).runs == 1)
            for after in [20_000, 40_000] {
                _ = try await world.turn(RetentionRule(), after: .seconds(after))
            }
            #expect(!FileManager.default.fileExists(atPath: world.place("first")))
            #expect(!FileManager.default.fileExists(atPath: world.place("second")))
            #expect(try await world.turn(RetentionRule(), after: .seconds(99_999)).next == nil)
        }
    }

    @Test("An artifact that contains a run's folder, or is in it under another scheme, keeps the bytes")
    func around() async throws {
        try await withWorld { world in
            try await world.run("r", end: 1)
            let folder = world.artifacts.folder(pipelineName: "birds", runID: RunID("r"))
            let above = String(folder.dropLast(2))
            for (number, uri) in ["file://\(folder)/train/0/model", above].enumerated() {
                let kept = try await world.database.write { store in
                    try store.insertArtifacts([
                        Artifact(
                            id: ArtifactID("i\(number)"),
                            name: "i",
                            schemaTitle: "system.Model",
                            schemaVersion: "0.0.1",
                            uri: uri,
                            createdAt: Self.start
                        )
                    ])
                    return try store.artifactURIs(around: folder)
                }
                #expect(kept.contains(uri.replacing("file://", with: "")))
            }
            #expect(try await world.artifacts.remove(folder, keeping: [above]) == 0)
            #expect(world.has("r", "scrap"))
        }
    }
}
