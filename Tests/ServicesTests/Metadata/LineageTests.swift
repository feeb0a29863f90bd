import Model
import Pods
import ServerKit
import Services
import Store
import Testing

@Suite("Artifacts, their uses and their lineage")
struct LineageTests {
    private static func artifact(_ number: Int) -> Artifact {
        Artifact(
            id: ArtifactID("a\(number)"),
            name: "a\(number)",
            schemaTitle: number % 2 == 0 ? "system.Model" : "system.Dataset",
            schemaVersion: "0.0.1",
            uri: "/store/a\(number)",
            createdAt: Instant(milliseconds: Int64(number))
        )
    }

    /// A run whose task `t<n>` reads the artifact `a<n>` and writes `a<n+1>`, for each number.
    private func chain(_ server: TestServer, _ numbers: Range<Int>) async throws -> RunID {
        let id = try await server.useCases.runs.create(
            RunSubmission(displayName: "r", source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single)))
        ).run.id
        try await server.database.write { connection in
            try connection.insertArtifacts((numbers.lowerBound...numbers.upperBound).map(Self.artifact))
            for number in numbers {
                let path = TaskPath("t\(number)")
                try connection.upsertTasks([
                    TaskRecord(
                        runID: id,
                        path: path,
                        parent: .root,
                        name: path.text,
                        displayName: path.text,
                        kind: .container,
                        createdAt: .epoch
                    )
                ])
                func edge(_ artifact: Int, _ direction: ArtifactEdge.Direction) -> ArtifactEdge {
                    ArtifactEdge(
                        artifactID: Self.artifact(artifact).id,
                        runID: id,
                        path: path,
                        direction: direction,
                        key: direction.rawValue,
                        position: 0
                    )
                }
                try connection.insertEdges([edge(number, .input), edge(number + 1, .output)])
            }
        }
        return id
    }

    @Test("Lineage goes both ways through runs, near steps first, no further than asked")
    func walk() async throws {
        let server = try await TestServer()
        _ = try await chain(server, 0..<3)
        _ = try await chain(server, 3..<6)
        let artifacts = server.useCases.artifacts
        func walk(_ direction: Lineage.Direction, _ depth: Int) async throws -> [String] {
            try await artifacts.lineage(of: ArtifactID("a3"), [direction], depth: depth).steps.map {
                "\($0.depth) \($0.link.edge.path) \($0.link.edge.direction.rawValue) \($0.link.edge.artifactID)"
            }
        }
        #expect(try await walk(.upstream, 1) == ["1 t2 OUTPUT a3", "1 t2 INPUT a2"])
        #expect(
            try await walk(.downstream, 2)
                == ["1 t3 INPUT a3", "1 t3 OUTPUT a4", "2 t4 INPUT a4", "2 t4 OUTPUT a5"]
        )
        #expect(try await walk(.upstream, 20).count == 6)
        let both = try await artifacts.lineage(of: ArtifactID("a3"), Lineage.Direction.allCases, depth: 20)
        #expect(both.steps.count == 12)
        #expect(both.artifacts.count == 7)
        #expect(both.runNames.count == 2)
        #expect(!both.isCut)
        for depth in [0, 21] {
            try await expectRefusal(server, .invalidArgument, "depth") {
                _ = try await artifacts.lineage(of: ArtifactID("a3"), [.upstream], depth: depth)
            }
        }
        try await expectRefusal(server, .notFound, "Artifact") {
            _ = try await artifacts.lineage(of: ArtifactID("none"), [.upstream], depth: 1)
        }
    }

    @Test("A circle, which only a broken database has, ends")
    func circle() async throws {
        let server = try await TestServer()
        let id = try await chain(server, 0..<2)
        try await server.database.write { connection in
            try connection.insertEdges([
                ArtifactEdge(
                    artifactID: ArtifactID("a0"),
                    runID: id,
                    path: TaskPath("t1"),
                    direction: .output,
                    key: "back",
                    position: 0
                )
            ])
        }
        let lineage = try await server.useCases.artifacts.lineage(
            of: ArtifactID("a1"),
            [.upstream],
            depth: 20
        )
        #expect(lineage.steps.count == 4)
    }

    @Test("Uses are listed for artifacts, runs and tasks, a page at a time, and never for nothing at all")
    func uses() async throws {
        let server = try await TestServer()
        let run = try await chain(server, 0..<3)
        let other = try await chain(server, 2..<4)
        let artifacts = server.useCases.artifacts
        func count(_ scope: ArtifactLinkScope) async throws -> Int {
            var (count, query) = (0, ListQuery(pageSize: 1))
            repeat {
                let page = try await artifacts.links(query, scope).page
                count += page.items.count
                query.after = page.next
            } while query.after != nil
            return count
        }
        #expect(try await count(ArtifactLinkScope(runs: [run])) == 6)
        #expect(try await count(ArtifactLinkScope(artifacts: [ArtifactID("a2")])) == 3)
        #expect(try await count(ArtifactLinkScope(artifacts: [ArtifactID("a2")], runs: [other])) == 1)
        #expect(try await count(ArtifactLinkScope(runs: [run, other], direction: .input)) == 5)
        let place = TaskPlace(runID: run, path: TaskPath("t1"))
        #expect(try await count(ArtifactLinkScope(tasks: [place])) == 2)
        let links = try await artifacts.links(ListQuery(), ArtifactLinkScope(tasks: [place]))
        #expect(links.producers.map(\.taskName) == ["t0"])
        try await expectRefusal(server, .invalidArgument, "run_ids") {
            _ = try await artifacts.links(ListQuery(), ArtifactLinkScope())
        }
    }

    @Test("Artifacts are counted and listed by type, and those of a run alone")
    func list() async throws {
        let server = try await TestServer()
        let run = try await chain(server, 0..<3)
        _ = try await chain(server, 7..<8)
        let artifacts = server.useCases.artifacts
        #expect(try await artifacts.list(ListQuery(), of: nil).totalSize == 6)
        #expect(try await artifacts.list(ListQuery(), of: run).items.map(\.name) == ["a0", "a1", "a2", "a3"])
        let models = ListQuery(predicates: [
            Predicate(key: "type", operation: .equals, operand: .string("Model"))
        ])
        #expect(try await artifacts.list(models, of: nil).items.map(\.name) == ["a0", "a2", "a8"])
        try await server.useCases.runs.delete(run)
        #expect(try await artifacts.list(ListQuery(), of: nil).totalSize == 2)
        try await expectRefusal(server, .notFound, "Run") {
            _ = try await artifacts.list(ListQuery(), of: run)
        }
    }

    @Test(
        "A task that took over the outputs of another has that one's log, after a line that says whose it is"
    )
    func cachedLog() async throws {
        let server = try await TestServer()
        let source = try await chain(server, 0..<1)
        let cached = try await chain(server, 5..<6)
        let name = PodName(runID: source, path: TaskPath("t0"), attempt: 0)
        try await server.database.write { connection in
            try connection.upsertAttempts(
                [Attempt(path: name.path, number: 0, createdAt: .epoch)],
                of: source
            )
            guard var task = try connection.task(cached, TaskPath("t5")) else { return }
            task.state = .cached
            task.cache = Reason(.cacheHit, "", details: ["run_id": .string(source.text), "task": "t0"])
            try connection.upsertTasks([task])
        }
        await ScriptedPods(server.world).ensure(PodSpec(name: name, image: "", command: [], args: []))
        server.world.write("its log", to: name)
        server.world.finish(name)
        func log() async throws -> String {
            var (bytes, chunk) = ([UInt8](), LogChunk(bytes: [], nextOffset: 0, isComplete: false))
            repeat {
                chunk = try await server.useCases.tasks.log(
                    of: cached,
                    TaskPath("t5"),
                    attempt: nil,
                    from: chunk.nextOffset,
                    bytesMax: 7
                ).chunk
                bytes += chunk.bytes
            } while !(chunk.isComplete && chunk.bytes.isEmpty)
            return String(decoding: bytes, as: UTF8.self)
        }
        let text = try await log()
        #expect(text.hasPrefix("This task was not run: it took the outputs of task 't0' of run \(source)."))
        #expect(text.hasSuffix("\n\nits log"))
        try await server.useCases.runs.delete(source)
        #expect(try await log().contains("deleted"))
    }
}
