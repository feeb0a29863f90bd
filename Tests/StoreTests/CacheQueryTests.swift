import Model
import Store
import Testing

@Suite("Cached results and digests in the store")
struct CacheQueryTests {
    private static let key: JSONValue = ["image": "python", "parameters": ["x": 1]]

    /// A run with a task that succeeded and wrote an artifact named like the run.
    private static func execute(
        _ run: String,
        _ path: String = "train",
        pipeline: String = "addition",
        uri: String? = nil,
        at milliseconds: Int64 = 0,
        in store: any SQLConnection
    ) throws {
        var row = Samples.run(run)
        row.pipelineName = pipeline
        if try store.run(row.id) == nil { try store.insertRun(row, specID: "s") }
        var artifact = Samples.artifact("\(run)-\(path)", at: milliseconds)
        if let uri { artifact.uri = uri }
        var task = Samples.task(path, of: run)
        task.state = .succeeded
        task.outputs = TaskValues(parameters: ["sum": 3], artifacts: ["model": [artifact.id]])
        try store.upsertTasks([task])
        try store.insertArtifacts([artifact])
        try store.insertEdges([Samples.edge(artifact.id.text, .output, of: run, path: path)])
    }

    private static func enter(
        _ run: String,
        _ path: String = "train",
        fingerprint: String = "f",
        scope: String = "s",
        component: String = "c",
        key: JSONValue = key,
        at milliseconds: Int64 = 0,
        in store: any SQLConnection
    ) throws {
        try store.insertCacheEntry(
            fingerprint: fingerprint,
            scope: scope,
            component: component,
            key: key,
            run: RunID(run),
            path: TaskPath(path),
            at: Samples.start + .milliseconds(milliseconds)
        )
    }

    @Test("The newest execution with a fingerprint comes with its outputs", arguments: Backend.allCases)
    func newest(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for (run, at) in [("r1", 10), ("r2", 30), ("r3", 20)] {
                    try Self.execute(run, in: store)
                    try Self.enter(run, at: Int64(at), in: store)
                }
            }
            let id = ArtifactID("r2-train")
            #expect(
                try await database.read { try $0.cachedTask(fingerprint: "f", scope: "s") }
                    == CachedTask(
                        run: RunID("r2"),
                        path: TaskPath("train"),
                        outputs: TaskValues(parameters: ["sum": 3], artifacts: ["model": [id]]),
                        artifacts: [Samples.artifact(id.text)],
                        createdAt: Samples.start + .milliseconds(30)
                    )
            )
            #expect(try await database.read { try $0.cachedTask(fingerprint: "f", scope: "t") } == nil)
            #expect(try await database.read { try $0.cachedTask(fingerprint: "g", scope: "s") } == nil)
        }
    }

    @Test("Only a task that stands as succeeded can stand for another", arguments: TaskState.allCases)
    func succeededOnly(state: TaskState) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let found = try await database.write { store in
                try Self.execute("r1", in: store)
                try Self.enter("r1", in: store)
                var task = Samples.task("train", of: "r1")
                task.state = state
                try store.upsertTasks([task])
                return try store.cachedTask(fingerprint: "f", scope: "s")
            }
            #expect((found != nil) == (state == .succeeded))
        }
    }

    @Test("A task that is executed again answers for its last execution only", arguments: Backend.allCases)
    func oneEntryATask(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let (old, new) = try await database.write { store in
                try Self.execute("r1", in: store)
                try Self.enter("r1", fingerprint: "old", in: store)
                for _ in 1...2 { try Self.enter("r1", fingerprint: "new", in: store) }
                return (
                    try store.cachedTask(fingerprint: "old", scope: "s"),
                    try store.cachedTask(fingerprint: "new", scope: "s")
                )
            }
            #expect(old == nil)
            #expect(new?.run == RunID("r1"))
        }
    }

    @Test("Entries go with their run, and there is none for a run that is gone", arguments: Backend.allCases)
    func deletion(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let (cached, latest) = try await database.write { store in
                try Self.execute("r1", in: store)
                try Self.enter("r1", in: store)
                _ = try store.deleteRun(RunID("r1"), at: Samples.start)
                return (
                    try store.cachedTask(fingerprint: "f", scope: "s"),
                    try store.latestKey(scope: "s", component: "c", path: TaskPath("train"))
                )
            }
            #expect(cached == nil && latest == nil)
            await #expect {
                try await database.write { try Self.enter("r1", in: $0) }
            } throws: {
                ($0 as? PlatformError)?.code == .failedPrecondition
            }
        }
    }

    @Test(
        "An execution is compared with the newest of the same task, else of the same component",
        arguments: Backend.allCases
    )
    func latest(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for run in ["r1", "r2"] { try store.insertRun(Samples.run(run), specID: "s") }
                try Self.enter("r1", "loop.0", key: ["x": 0], at: 1, in: store)
                try Self.enter("r1", "loop.1", key: ["x": 1], at: 2, in: store)
                try Self.enter("r2", "loop.0", key: ["x": 2], at: 3, in: store)
                try Self.enter("r2", "loop.2", key: ["x": 3], at: 4, in: store)
                try Self.enter("r2", "other", scope: "t", at: 5, in: store)
                try Self.enter("r1", "other", component: "d", at: 6, in: store)
            }
            for (path, number) in [("loop.0", 2), ("loop.1", 1), ("loop.9", 3)] {
                let found = try await database.read {
                    try $0.latestKey(scope: "s", component: "c", path: TaskPath(path))
                }
                #expect(found?.key == ["x": .number(Double(number))], "\(path)")
            }
            let same = try await database.read {
                try $0.latestKey(scope: "s", component: "c", path: TaskPath("loop.0"))
            }
            #expect(same?.run == RunID("r2") && same?.path == TaskPath("loop.0"))
            #expect(same?.createdAt == Samples.start + .milliseconds(3))
            #expect(
                try await database.read {
                    try $0.latestKey(scope: "s", component: "e", path: TaskPath("loop.0"))
                } == nil
            )
        }
    }

    @Test("An artifact keeps its digest and whether there is more than metadata", arguments: Backend.allCases)
    func digest(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var known = Samples.artifact("a")
            known.digest = "sha256:00"
            var empty = Samples.artifact("b")
            empty.isMetadataOnly = true
            let found = try await database.write { [known, empty] store in
                try store.insertArtifacts([known, empty])
                return try ["a", "b"].map { try store.artifact(ArtifactID($0)) }
            }
            #expect(found == [known, empty])
        }
    }

    @Test("An importer finds what its pipeline has imported before", arguments: Backend.allCases)
    func imported(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for (run, at) in [("r1", 1), ("r2", 3), ("r3", 2)] {
                    try Self.execute(run, uri: "gs://x", at: Int64(at), in: store)
                }
                try Self.execute("r4", pipeline: "other", uri: "gs://x", at: 4, in: store)
                try Self.execute("r5", uri: "gs://x/y", at: 5, in: store)
                // Reading one does not make it the pipeline's own.
                try store.insertEdges([Samples.edge("r4-train", .input, of: "r1")])
            }
            let sample = Samples.artifact("any")
            func find(
                uri: String = "gs://x",
                type: String = sample.schemaTitle,
                metadata: [String: JSONValue] = sample.metadata,
                pipeline: String = "addition"
            ) async throws -> ArtifactID? {
                try await database.read {
                    try $0.artifact(uri: uri, schemaTitle: type, metadata: metadata, ofPipeline: pipeline)?.id
                }
            }
            #expect(try await find() == ArtifactID("r2-train"))
            #expect(try await find(pipeline: "other") == ArtifactID("r4-train"))
            #expect(try await find(uri: "gs://z") == nil)
            #expect(try await find(type: "system.Dataset") == nil)
            #expect(try await find(metadata: [:]) == nil)
            #expect(try await find(pipeline: "none") == nil)
        }
    }
}
