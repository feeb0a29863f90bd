import Model
import Store
import Testing

@Suite("Pipelines, versions and specs in the store")
struct PipelineQueryTests {
    @Test("A pipeline comes back with every field, by id and by name", arguments: Backend.allCases)
    func pipelineRoundTrip(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var pipeline = Samples.pipeline("p1", tags: ["team": "birds", "ключ \"x\"": "значение"])
            try await database.write { [pipeline] in try $0.insertPipeline(pipeline) }
            #expect(try await database.read { try $0.pipeline(PipelineID("p1")) } == pipeline)
            #expect(try await database.read { try $0.pipeline(named: "pipeline-p1") } == pipeline)
            #expect(try await database.read { try $0.pipeline(PipelineID("nobody")) } == nil)

            pipeline.displayName = "New name"
            pipeline.description = ""
            pipeline.tags = [:]
            try await database.write { [pipeline] in try $0.updatePipeline(pipeline) }
            #expect(try await database.read { try $0.pipeline(PipelineID("p1")) } == pipeline)
        }
    }

    @Test("A name that is taken is refused as such", arguments: Backend.allCases)
    func namesAreUnique(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var twin = Samples.pipeline("p2")
            twin.name = "pipeline-p1"
            try await database.write { try $0.insertPipeline(Samples.pipeline("p1")) }
            let error = await #expect(throws: PlatformError.self) {
                try await database.write { [twin] in try $0.insertPipeline(twin) }
            }
            #expect(error?.code == .alreadyExists)
            #expect(error?.message.contains("pipelines.name") == true)
            #expect(error?.description.contains("pipeline-p1") == false, "bound values stay out of messages")
        }
    }

    @Test("A version comes back with every field, and names its spec", arguments: Backend.allCases)
    func versionRoundTrip(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var version = Samples.version("v1", of: "p1")
            try await database.write { [version] in
                try $0.insertPipeline(Samples.pipeline("p1"))
                try $0.insertSpec(Samples.document, id: "digest")
                try $0.insertVersion(version, specID: "digest")
            }
            #expect(try await database.read { try $0.version(PipelineVersionID("v1")) } == version)
            #expect(try await database.read { try $0.specID(of: PipelineVersionID("v1")) } == "digest")

            version.displayName = "New name"
            version.tags = ["a": "b"]
            try await database.write { [version] in try $0.updateVersion(version) }
            #expect(try await database.read { try $0.version(PipelineVersionID("v1")) } == version)
        }
    }

    @Test("The newest version is the one created last, and all are counted", arguments: Backend.allCases)
    func newestVersion(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertPipeline(Samples.pipeline("p1"))
                try store.insertPipeline(Samples.pipeline("p2"))
                for (id, age) in [("b", 20), ("c", 10), ("a", 20)] {
                    try store.insertVersion(Samples.version(id, of: "p1", at: Int64(age)), specID: "s")
                }
                try store.insertVersion(Samples.version("z", of: "p2", at: 99), specID: "s")
            }
            let (newest, count, none) = try await database.read {
                (
                    try $0.newestVersion(of: PipelineID("p1")), try $0.versionCount(of: PipelineID("p1")),
                    try $0.newestVersion(of: PipelineID("p3"))
                )
            }
            #expect(newest?.id == PipelineVersionID("b"))
            #expect(count == 3)
            #expect(none == nil)
        }
    }

    @Test("A pipeline with versions is not deleted; one without is", arguments: Backend.allCases)
    func deletePipeline(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertPipeline(Samples.pipeline("p1"))
                try store.insertVersion(Samples.version("v1", of: "p1"), specID: "s")
            }
            let error = await #expect(throws: PlatformError.self) {
                try await database.write { _ = try $0.deletePipeline(PipelineID("p1")) }
            }
            #expect(error?.code == .failedPrecondition)
            let deleted = try await database.write {
                (
                    try $0.deleteVersion(PipelineVersionID("v1")), try $0.deletePipeline(PipelineID("p1")),
                    try $0.deletePipeline(PipelineID("p1"))
                )
            }
            #expect(deleted == (true, true, false))
        }
    }

    @Test(
        "A spec is kept once and goes with the last version or run that uses it",
        arguments: Backend.allCases
    )
    func specs(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertPipeline(Samples.pipeline("p1"))
                for _ in 1...2 { try store.insertSpec(Samples.document, id: "digest") }
                try store.insertVersion(Samples.version("v1", of: "p1"), specID: "digest")
                try store.insertRun(Samples.run("r1"), specID: "digest")
            }
            let afterVersion = try await database.write {
                _ = try $0.deleteVersion(PipelineVersionID("v1"))
                return try $0.spec("digest")
            }
            #expect(afterVersion == Samples.document)
            let afterRun = try await database.write {
                _ = try $0.deleteRun(RunID("r1"), at: Samples.start)
                return try $0.spec("digest")
            }
            #expect(afterRun == nil)
        }
    }

    @Test("Updating what was deleted says that it is not there", arguments: Backend.allCases)
    func updateOfNothing(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let updates: [@Sendable (any SQLConnection) throws -> Void] = [
                { try $0.updatePipeline(Samples.pipeline("p")) },
                { try $0.updateVersion(Samples.version("v", of: "p")) },
                { try $0.updateExperiment(Samples.experiment("e")) },
                { try $0.updateRun(Samples.run("r")) },
            ]
            for update in updates {
                let error = await #expect(throws: PlatformError.self) { try await database.write(update) }
                #expect(error?.code == .notFound)
            }
        }
    }
}
