import Model
import ServerKit
import Store
import TestKit
import Testing
import WebUI

@Suite("The pages of artifacts")
struct ArtifactPageTests {
    private static let evil = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>"

    /// A step that has written artifacts.
    private func step(_ world: WebWorld, _ run: RunID, _ artifacts: [Artifact]) async throws {
        let path = TaskPath("step")
        var task = TaskRecord(
            runID: run,
            path: path,
            parent: .root,
            name: "step",
            displayName: Self.evil,
            kind: .container,
            createdAt: world.server.clock.now()
        )
        task.state = .succeeded
        task.outputs.artifacts = Dictionary(uniqueKeysWithValues: artifacts.map { ($0.name, [$0.id]) })
        try await world.store([task])
        try await world.server.database.write { connection in
            try connection.insertArtifacts(artifacts)
            try connection.insertEdges(
                artifacts.map {
                    ArtifactEdge(
                        artifactID: $0.id,
                        runID: run,
                        path: path,
                        direction: .output,
                        key: $0.name,
                        position: 0
                    )
                }
            )
        }
    }

    private func artifact(_ id: String, _ type: String, _ metadata: [String: JSONValue] = [:]) -> Artifact {
        Artifact(
            id: ArtifactID(id),
            name: Self.evil + id,
            schemaTitle: type,
            schemaVersion: "0.0.1",
            uri: "/\(Self.evil)",
            metadata: metadata,
            createdAt: Instant(milliseconds: 1)
        )
    }

    @Test("Whatever steps wrote into names, types, places and metadata is text on every page")
    func hostileNames() async throws {
        let evil = Self.evil
        let world = try await WebWorld()
        let runs = [try await world.run(evil, parameters: [:]), try await world.run(evil)]
        for (number, run) in runs.enumerated() {
            try await step(
                world,
                run,
                [
                    artifact("a\(number)", evil, [evil: .string(evil)]),
                    artifact("b\(number)", "system.Metrics", [evil: .number(Double(number))]),
                    artifact(
                        "c\(number)",
                        "system.ClassificationMetrics",
                        [
                            "confusionMatrix": [
                                "annotationSpecs": [["displayName": .string(evil)]], "rows": [["row": [1]]],
                            ]
                        ]
                    ),
                    artifact(
                        "d\(number)",
                        "system.SlicedClassificationMetrics",
                        [
                            "evaluationSlices": [
                                [
                                    "slice": .string(evil),
                                    "sliceClassificationMetrics": [
                                        "confidenceMetrics": [
                                            [
                                                "recall": 0.5, "falsePositiveRate": 0.5,
                                                "confidenceThreshold": 0.5,
                                            ]
                                        ]
                                    ],
                                ]
                            ]
                        ]
                    ),
                ]
            )
        }
        let pages = [
            "/artifacts", "/artifacts?q=%3Cscript%3Ealert(1)", "/artifacts?type=%3Cscript%3Ealert(1)",
            "/artifacts/a0", "/artifacts/b0",
            "/artifacts/c0", "/artifacts/d0", "/artifacts/a0?tab=lineage",
            "/artifacts/a0?path=%3Cscript%3Ealert(1)",
            "/artifacts/%3Cscript%3Ealert(1)", "/compare?run=\(runs[0])&run=\(runs[1])",
            "/runs/\(runs[0])?task=step",
            "/runs/\(runs[0])?artifacts=shown",
        ]
        for page in pages {
            let answer = try await world.get(page)
            #expect(
                !answer.text.contains("<script>alert") && !answer.text.contains("<img src=x")
                    && !answer.text.contains("onerror='"),
                "\(page)"
            )
            #expect(answer.text.contains("&lt;script"), "\(page) shows none of it")
            #expect(!answer.text.contains(" style=\"") && !answer.text.contains(" onclick="), "\(page)")
        }
    }

    @Test(
        "Two to ten runs can be compared, in either way of naming them; other numbers are refused with a way on"
    )
    func bounds() async throws {
        let world = try await WebWorld()
        let (one, two) = (try await world.run("one"), try await world.run("two"))
        #expect(try await world.get("/compare?run=\(one)&run=\(two)").text.contains("Compare 2 runs"))
        #expect(try await world.get("/compare?runlist=\(one),\(two)").text.contains("Compare 2 runs"))
        for query in [
            "", "?run=\(one)", "?run=\(one)&run=\(one)",
            "?" + (0..<11).map { "run=r\($0)" }.joined(separator: "&"),
        ] {
            let answer = try await world.get("/compare" + query)
            #expect(
                answer.status == 400 && answer.text.contains("choose them in the list of runs"),
                "\(query)"
            )
        }
        #expect(try await world.get("/compare?run=\(one)&run=nobody").status == 404)
    }

    @Test("A comparison marks what differs, can be narrowed to that, and leaves a run out")
    func comparison() async throws {
        let world = try await WebWorld()
        var runs: [RunID] = []
        for number in 0..<3 {
            let run = try await world.run("run \(number)")
            runs.append(run)
            var measured = artifact(
                "m\(number)",
                "system.Metrics",
                ["same": 7, "other": .number(Double(number) / 4)]
            )
            measured.name = "scores"
            try await step(world, run, [measured])
        }
        let address = "/compare?" + runs.map { "run=\($0)" }.joined(separator: "&")
        let page = try await world.get(address).text
        #expect(page.contains("0.5 <span class=\"quiet\">▲</span>") && page.contains(">same"))
        #expect(page.contains("A and B have the same spec"))
        let narrow = try await world.get(address + "&only=differences").text
        #expect(narrow.contains(">other") && !narrow.contains(">same<"))
        #expect(page.contains("href=\"/compare?run=\(runs[0])&amp;run=\(runs[2])\""))
    }

    @Test(
        "Tasks that wrote and read an artifact have the numbers of their iterations wherever they are named"
    )
    func iterations() async throws {
        let world = try await WebWorld()
        let run = try await world.run("looped")
        let written = artifact("x", "system.Dataset")
        func task(_ path: String, _ kind: TaskKind) -> TaskRecord {
            TaskRecord(
                runID: run,
                path: TaskPath(path),
                parent: .root,
                name: "train",
                displayName: kind == .iteration ? "loop [1]" : "Train",
                iteration: kind == .iteration ? 1 : nil,
                kind: kind,
                createdAt: world.server.clock.now()
            )
        }
        let tasks = [task("loop.1.train", .container), task("loop.1", .iteration)]
        try await world.store(tasks)
        try await world.server.database.write { connection in
            try connection.insertArtifacts([written])
            try connection.insertEdges(
                zip(tasks, [ArtifactEdge.Direction.output, .input]).map { task, direction in
                    ArtifactEdge(
                        artifactID: written.id,
                        runID: run,
                        path: task.path,
                        direction: direction,
                        key: "data",
                        position: 0
                    )
                }
            )
        }
        #expect(try await world.get("/artifacts").text.contains(">Train · 2</a>"))
        for page in ["/artifacts/x", "/artifacts/x?tab=lineage"] {
            let text = try await world.get(page).text
            #expect(text.contains(">Train · 2</a>") && text.contains(">loop · 2</a>"), "\(page)")
            #expect(!text.contains("loop [1]"))
        }
    }

    @Test("With artifacts in the graph the way from task to task leads through them")
    func graph() async throws {
        let world = try await WebWorld()
        let run = try await world.run("drawn", Specs.chain)
        let written = artifact("x", "system.Dataset")
        let path = TaskPath("first")
        var tasks = ["first", "second"].map { name in
            TaskRecord(
                runID: run,
                path: TaskPath(name),
                parent: .root,
                name: name,
                displayName: name,
                kind: .container,
                createdAt: world.server.clock.now()
            )
        }
        tasks[0].outputs.artifacts = ["data": [written.id]]
        tasks[1].inputs.artifacts = ["data": [written.id]]
        try await world.store(tasks)
        try await world.server.database.write { connection in
            try connection.insertArtifacts([written])
            try connection.insertEdges([
                ArtifactEdge(
                    artifactID: written.id,
                    runID: run,
                    path: path,
                    direction: .output,
                    key: "data",
                    position: 0
                )
            ])
        }
        let plain = try await world.get("/runs/\(run)").text
        #expect(
            !plain.contains("class=\"node artifact\"") && plain.split(separator: "class=\"edge\"").count == 2
        )
        let page = try await world.get("/runs/\(run)?artifacts=shown").text
        #expect(page.contains("class=\"node artifact\"") && page.contains("href=\"/artifacts/x\""))
        #expect(page.split(separator: "class=\"edge\"").count == 3)
    }
}
