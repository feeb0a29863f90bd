import Model
import ServerKit
import Services
import Testing

@Suite("Pipelines")
struct PipelineServiceTests {
    typealias Naming = PipelineService.Naming
    private let package: PipelinePackage

    init() throws {
        package = try PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.single))
    }

    @Test("A pipeline and its first version are created together, and the spec is stored once")
    func creation() async throws {
        let server = try await TestServer()
        let before = try await server.rowCounts()
        let naming = Naming(name: "birds", description: "about birds", tags: ["team": "a"])
        let pipeline = try await server.useCases.pipelines.create(naming, package: package)
        #expect(pipeline.displayName == "birds")
        #expect(try await server.useCases.pipelines.get(pipeline.id) == pipeline)
        #expect(try await server.useCases.pipelines.get(named: "birds") == pipeline)
        let found = try await server.useCases.pipelines.versions(of: pipeline.id, ListQuery())
        #expect(found.page.items.map(\.name) == ["birds"])
        #expect(found.specs.values.map(\.pipelineSpec) == [Specs.single])
        _ = try await server.useCases.pipelines.createVersion(
            of: pipeline.id,
            Naming(name: "second"),
            package: package
        )
        let after = try await server.rowCounts()
        #expect(after["specs"] == 1)
        #expect(after["pipeline_versions"] == 2)
        #expect(after["changes"] == before["changes"] + 2)
        #expect(try await server.contradictions() == [])
    }

    @Test("Names have 1 to 128 characters, those of versions 1 to 127")
    func names() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let longest = String(repeating: "é", count: 128)
        let pipeline = try await pipelines.create(Naming(name: longest), package: nil)
        try await expectRefusal(server, .invalidArgument, "128") {
            _ = try await pipelines.create(Naming(name: longest + "x"), package: nil)
        }
        try await expectRefusal(server, .invalidArgument, "missing") {
            _ = try await pipelines.create(Naming(name: ""), package: nil)
        }
        _ = try await pipelines.createVersion(
            of: pipeline.id,
            Naming(name: String(longest.dropLast())),
            package: package
        )
        try await expectRefusal(server, .invalidArgument, "127") {
            _ = try await pipelines.createVersion(of: pipeline.id, Naming(name: longest), package: package)
        }
        try await expectRefusal(
            server,
            .invalidArgument,
            "127",
            "a first version is refused with its pipeline"
        ) {
            _ = try await pipelines.create(
                Naming(name: "good"),
                version: Naming(name: longest),
                package: package
            )
        }
        try await expectRefusal(server, .invalidArgument, "NUL") {
            _ = try await pipelines.create(Naming(name: "a\u{0}b"), package: package)
        }
    }

    @Test("A name is taken once, a version's within its pipeline; a refusal stores nothing")
    func duplicates() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let first = try await pipelines.create(Naming(name: "one"), package: package)
        let second = try await pipelines.create(Naming(name: "two"), package: nil)
        try await expectRefusal(server, .alreadyExists, "'one'") {
            _ = try await pipelines.create(Naming(name: "one"), package: package)
        }
        try await expectRefusal(server, .alreadyExists, "'one'") {
            let other = try PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.chain))
            _ = try await pipelines.createVersion(of: first.id, Naming(name: "one"), package: other)
        }
        _ = try await pipelines.createVersion(of: second.id, Naming(name: "one"), package: package)
        try await expectRefusal(server, .notFound) {
            _ = try await pipelines.createVersion(
                of: PipelineID("nobody"),
                Naming(name: "one"),
                package: package
            )
        }
    }

    @Test("Of many who create the same pipeline at once, one succeeds")
    func race() async throws {
        let server = try await TestServer()
        let package = self.package
        let created = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await server.useCases.pipelines.create(Naming(name: "one"), package: package)
                        return true
                    } catch {
                        #expect((error as? PlatformError)?.code == .alreadyExists)
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(created == 1)
        #expect(try await server.contradictions() == [])
    }

    @Test(
        "Labels: at most 20, keys of 1 to 63 characters without dots, values of at most 63",
        arguments: [
            ["": "x"], ["a.b": "x"], [String(repeating: "k", count: 64): "x"],
            ["k": String(repeating: "v", count: 64)],
            Dictionary(uniqueKeysWithValues: (0...20).map { ("k\($0)", "v") }),
        ]
    )
    func tags(bad: [String: String]) async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let limits = Dictionary(
            uniqueKeysWithValues: (10..<30).map {
                (String(repeating: "k", count: 61) + "\($0)", String(repeating: "v", count: 63))
            }
        )
        let pipeline = try await pipelines.create(Naming(name: "one", tags: limits), package: package)
        let version = try await pipelines.versions(of: pipeline.id, ListQuery()).page.items[0]
        try await expectRefusal(server, .invalidArgument, "tags") {
            _ = try await pipelines.create(Naming(name: "two", tags: bad), package: nil)
        }
        try await expectRefusal(server, .invalidArgument, "tags") {
            _ = try await pipelines.createVersion(
                of: pipeline.id,
                Naming(name: "two", tags: bad),
                package: package
            )
        }
        try await expectRefusal(server, .invalidArgument, "tags") {
            _ = try await pipelines.update(pipeline.id, displayName: "new", tags: bad)
        }
        try await expectRefusal(server, .invalidArgument, "tags") {
            _ = try await pipelines.updateVersion(
                version.id,
                of: pipeline.id,
                displayName: "new",
                tags: bad
            )
        }
        #expect(try await pipelines.get(pipeline.id) == pipeline)
    }

    @Test("An update changes what it names and leaves the rest")
    func updates() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let pipeline = try await pipelines.create(Naming(name: "one", tags: ["a": "b"]), package: package)
        let renamed = try await pipelines.update(pipeline.id, displayName: "One", tags: nil)
        #expect(renamed.displayName == "One")
        #expect(renamed.tags == ["a": "b"])
        #expect(try await pipelines.update(pipeline.id, displayName: nil, tags: [:]).tags == [:])
        #expect(try await pipelines.get(pipeline.id).displayName == "One")
        let version = try await pipelines.versions(of: pipeline.id, ListQuery()).page.items[0]
        _ = try await pipelines.updateVersion(
            version.id,
            of: pipeline.id,
            displayName: "V",
            tags: ["x": "y"]
        )
        let (changed, spec) = try await pipelines.version(version.id, of: pipeline.id)
        #expect(changed.displayName == "V")
        #expect(changed.tags == ["x": "y"])
        #expect(spec?.pipelineSpec == Specs.single)
        try await expectRefusal(server, .notFound) {
            _ = try await pipelines.update(PipelineID("nobody"), displayName: "x", tags: nil)
        }
    }

    @Test("A version is found only in its own pipeline")
    func foreignVersion() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let one = try await pipelines.create(Naming(name: "one"), package: package)
        let two = try await pipelines.create(Naming(name: "two"), package: nil)
        let version = try await pipelines.versions(of: one.id, ListQuery()).page.items[0]
        try await expectRefusal(server, .notFound) { _ = try await pipelines.version(version.id, of: two.id) }
        try await expectRefusal(server, .notFound) {
            try await pipelines.deleteVersion(version.id, of: two.id)
        }
        try await expectRefusal(server, .notFound) {
            _ = try await pipelines.updateVersion(version.id, of: two.id, displayName: "x", tags: nil)
        }
    }

    @Test("A pipeline with versions is deleted only on demand, and then entirely; its runs stay")
    func deletion() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let empty = try await server.rowCounts()
        let pipeline = try await pipelines.create(Naming(name: "one"), package: package)
        _ = try await pipelines.createVersion(
            of: pipeline.id,
            Naming(name: "two"),
            package: try PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.chain))
        )
        let run = try await server.useCases.runs.create(
            RunSubmission(
                displayName: "r",
                source: .version(pipelineID: pipeline.id, versionID: nil)
            )
        ).run
        try await expectRefusal(server, .invalidArgument, "2 version(s)") {
            try await pipelines.delete(pipeline.id, cascade: false)
        }
        try await pipelines.delete(pipeline.id, cascade: true)
        let after = try await server.rowCounts()
        #expect(after["pipelines"] == 0)
        #expect(after["pipeline_versions"] == 0)
        #expect(after["specs"] == 1, "the run's")
        #expect(try await server.useCases.runs.get(run.id).run.pipelineID == pipeline.id)
        try await server.useCases.runs.delete(run.id)
        #expect(try await server.rowCounts()["specs"] == empty["specs"])
        #expect(try await server.contradictions() == [])
        try await expectRefusal(server, .notFound) { try await pipelines.delete(pipeline.id, cascade: true) }
    }
}
