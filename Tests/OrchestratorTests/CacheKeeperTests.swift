import ArtifactDrivers
import Artifacts
import FoundationEssentials
import Model
import Store
import StoreDrivers
import Testing

@testable import Orchestrator

@Suite("What the cache answers")
struct CacheKeeperTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)
    private static let path = TaskPath("train")
    private static let key = CacheKey(
        pipelineName: "birds",
        componentName: "comp-train",
        customKey: nil,
        image: "python:3.11",
        command: ["sh", "-c", "install", "sh", "-ec", "write", "code"],
        parameters: ["rate": 0.1],
        artifacts: [:],
        outputs: ["model": "system.Model@0.0.1"],
        volumes: []
    )

    /// A database and an artifact folder, both real and gone after the test.
    private func withWorld(_ body: (World) async throws -> Void) async throws {
        let root = "/tmp/martlet-cache-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await body(
            World(database: try await SQLiteDatabase.inMemory(), artifacts: try FilesArtifacts(root: root))
        )
    }

    private struct World {
        let database: SQLiteDatabase
        let artifacts: FilesArtifacts

        func place(_ run: String) -> String {
            artifacts.folder(pipelineName: "birds", runID: RunID(run), path: path, attempt: 0) + "/model"
        }

        /// A run whose task succeeded and wrote a file.
        func execute(_ run: String, _ key: CacheKey, metadataOnly: Bool = false) async throws {
            let uri = place(run)
            if !metadataOnly {
                try FileManager.default.createDirectory(
                    atPath: String(uri.dropLast("/model".count)),
                    withIntermediateDirectories: true
                )
                try Data("bytes".utf8).write(to: URL(filePath: uri))
            }
            let artifact = Artifact(
                id: ArtifactID("of-\(run)"),
                name: "model",
                schemaTitle: "system.Model",
                schemaVersion: "0.0.1",
                uri: uri,
                createdAt: start,
                isMetadataOnly: metadataOnly
            )
            var task = TaskRecord(
                runID: RunID(run),
                path: path,
                parent: .root,
                name: "train",
                displayName: "train",
                kind: .container,
                createdAt: start
            )
            task.state = .succeeded
            task.outputs = TaskValues(artifacts: ["model": [artifact.id]])
            try await database.write { [task] store in
                try store.insertRun(
                    Run(
                        id: RunID(run),
                        experimentID: ExperimentID("e"),
                        displayName: run,
                        pipelineName: "birds",
                        createdAt: start
                    ),
                    specID: "s"
                )
                try store.upsertTasks([task])
                try store.insertArtifacts([artifact])
                try store.insertEdges([
                    ArtifactEdge(
                        artifactID: artifact.id,
                        runID: RunID(run),
                        path: path,
                        direction: .output,
                        key: "model",
                        position: 0
                    )
                ])
                try store.insertCacheEntry(key, of: RunID(run), path: path, at: start)
            }
        }

        func answer(_ key: CacheKey, after age: Duration = .zero, maxAge: Duration? = nil) async throws
            -> CacheAnswer
        {
            try await CacheKeeper(database: database, artifacts: artifacts, maxAge: maxAge)
                .answer(key, for: path, now: start + age)
        }
    }

    @Test("The same key is a hit with the outputs and artifacts of the execution")
    func hit() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            let answer = try await world.answer(Self.key)
            guard case .hit(let cached) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(cached.run == RunID("r1") && cached.path == Self.path && cached.createdAt == Self.start)
            #expect(cached.outputs.artifacts == ["model": [ArtifactID("of-r1")]])
            #expect(cached.artifacts.map(\.uri) == [world.place("r1")])
        }
    }

    @Test("Without an earlier execution of the component in the pipeline there is nothing to compare with")
    func first() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            var elsewhere = Self.key
            elsewhere.pipelineName = "fish"
            #expect(
                try await world.answer(elsewhere).missed?.message
                    == "Component comp-train has not succeeded in pipeline fish with caching before."
            )
            var other = Self.key
            other.componentName = "comp-split"
            other.image = "other"
            #expect(
                try await world.answer(other).missed?.message.contains("comp-split has not succeeded") == true
            )
        }
    }

    @Test("A miss names the latest execution and everything in which it differs")
    func differences() async throws {
        try await withWorld { world in
            var long = Self.key
            long.command[6] = String(repeating: "print()\n", count: 1000)
            try await world.execute("r1", long)
            var changed = long
            changed.command[6] += "x"
            changed.parameters["rate"] = 0.2
            let reason = try await world.answer(changed).missed
            #expect(
                reason
                    == Reason(
                        .cacheMiss,
                        "The latest execution, train in run r1, differs: the code changed; parameter rate: 0.1 → 0.2.",
                        details: [
                            "run_id": "r1", "task": "train",
                            "changes": ["the code changed", "parameter rate: 0.1 → 0.2"],
                        ]
                    )
            )
        }
    }

    @Test("An execution whose artifact is gone is a miss that names the artifact and its run")
    func lostArtifact() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            let folder = world.artifacts.folder(pipelineName: "birds", runID: RunID("r1"))
            _ = try await world.artifacts.remove(folder, keeping: [])
            #expect(
                try await world.answer(Self.key).missed?.message == """
                    The execution of train in run r1 has the same inputs, but its output artifact model is no longer \
                    at \(world.place("r1")).
                    """
            )
        }
    }

    @Test("An artifact that never was more than metadata is not missed")
    func metadataOnly() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key, metadataOnly: true)
            #expect(try await world.answer(Self.key).missed == nil)
        }
    }

    @Test("A result counts up to the greatest age, and a miss tells how old it is")
    func tooOld() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            #expect(try await world.answer(Self.key, after: .seconds(60), maxAge: .seconds(60)).missed == nil)
            #expect(
                try await world.answer(Self.key, after: .seconds(7260), maxAge: .seconds(60)).missed?.message
                    == """
                    The execution of train in run r1 has the same inputs, but its result is 2h 01m old, and results \
                    count for 1m 00s.
                    """
            )
        }
    }

    @Test("A cache that is switched off has nothing, and says so")
    func switchedOff() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            #expect(
                try await world.answer(Self.key, maxAge: .zero).missed?.message
                    == "The cache of this server is switched off (--cache off)."
            )
        }
    }

    @Test("A task that is being executed again does not stand for others meanwhile, and the miss says so")
    func executedAgain() async throws {
        try await withWorld { world in
            try await world.execute("r1", Self.key)
            try await world.database.write { store in
                guard var task = try store.task(RunID("r1"), Self.path) else { return }
                task.state = .pending
                try store.upsertTasks([task])
            }
            #expect(
                try await world.answer(Self.key).missed?.message
                    == "The latest execution, train in run r1, is the same, but does not stand as succeeded any more."
            )
        }
    }

    @Test("A fingerprint is the SHA-256 of the key as JSON with sorted members")
    func fingerprint() {
        var key = Self.key
        key.customKey = "v1"
        // Of {"cache_key":"v1","component":"comp-train"}.
        #expect(key.fingerprint == "5dff2ea0dd8ee2f75d562e4ef8e0ac2e289d194cce4e1eb4a5dc577669c87131")
    }

    @Test("What is stored of a key does not grow with the component's source")
    func outline() {
        var key = Self.key
        key.command[6] = String(repeating: "print()\n", count: 100_000)
        #expect(key.outline.jsonBytes.count < 1000)
        #expect(Self.key.outline == Self.key.json)
    }
}

extension CacheAnswer {
    fileprivate var missed: Reason? {
        switch self {
        case .hit: nil
        case .miss(let reason): reason
        }
    }
}
