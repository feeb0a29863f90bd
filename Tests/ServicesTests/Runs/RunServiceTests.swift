import Model
import ServerKit
import Services
import Store
import Synchronization
import Testing

@Suite("Runs")
struct RunServiceTests {
    private func submission(
        _ spec: JSONValue = Specs.single,
        in experiment: ExperimentID? = nil,
        parameters: [String: JSONValue] = [:]
    ) -> RunSubmission {
        RunSubmission(
            displayName: "run",
            experimentID: experiment,
            source: .spec(PipelineSpecDocument(pipelineSpec: spec)),
            parameters: parameters
        )
    }

    @Test("A new run is stored with its root task and spec, pending, in the default experiment")
    func creation() async throws {
        let server = try await TestServer()
        let before = try await server.rowCounts()
        let (run, spec) = try await server.useCases.runs.create(submission())
        #expect(run.state == .pending)
        #expect(spec?.pipelineSpec == Specs.single)
        let found = try await server.useCases.runs.get(run.id)
        #expect(found.run == run)
        #expect(found.spec == spec)
        let experiment = try await server.useCases.experiments.get(run.experimentID)
        #expect(experiment.displayName == Experiment.defaultName)
        #expect(experiment.lastRunCreatedAt == run.createdAt)
        let tasks = try await server.useCases.tasks.all(of: run.id, withArtifacts: true)
        #expect(tasks.tasks.map(\.path) == [.root])
        let after = try await server.rowCounts()
        #expect(after["changes"] == before["changes"] + 1)
        #expect(try await server.contradictions() == [])
    }

    @Test("A run that names a version takes it, without one the newest, and does not repeat the spec")
    func versions() async throws {
        let server = try await TestServer()
        let pipelines = server.useCases.pipelines
        let pipeline = try await pipelines.create(
            PipelineService.Naming(name: "one"),
            package: PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.single))
        )
        let newest = try await pipelines.createVersion(
            of: pipeline.id,
            PipelineService.Naming(name: "two"),
            package: PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.chain))
        )
        let oldest = try await pipelines.versions(of: pipeline.id, ListQuery()).page.items[0]
        let runs = server.useCases.runs
        for (wanted, expected) in [(nil, newest.id), (oldest.id, oldest.id)] {
            let source = RunSubmission.Source.version(pipelineID: pipeline.id, versionID: wanted)
            let (run, spec) = try await runs.create(RunSubmission(displayName: "r", source: source))
            #expect(run.pipelineVersionID == expected)
            #expect(spec == nil)
            #expect(try await runs.get(run.id).spec == nil)
        }
        let alone = RunSubmission.Source.version(pipelineID: nil, versionID: oldest.id)
        let run = try await runs.create(RunSubmission(displayName: "r", source: alone)).run
        #expect(run.pipelineID == pipeline.id)
        let other = try await pipelines.create(PipelineService.Naming(name: "other"), package: nil)
        try await expectRefusal(server, .notFound, oldest.id.text, "a version of another pipeline") {
            let source = RunSubmission.Source.version(pipelineID: other.id, versionID: oldest.id)
            _ = try await runs.create(RunSubmission(displayName: "r", source: source))
        }
        try await expectRefusal(server, .invalidArgument, "no versions") {
            let source = RunSubmission.Source.version(pipelineID: other.id, versionID: nil)
            _ = try await runs.create(RunSubmission(displayName: "r", source: source))
        }
    }

    @Test("What cannot run is refused and nothing of it is stored")
    func refusals() async throws {
        let server = try await TestServer()
        let runs = server.useCases.runs
        try await expectRefusal(server, .invalidArgument, "display_name") {
            var nameless = submission()
            nameless.displayName = ""
            _ = try await runs.create(nameless)
        }
        try await expectRefusal(server, .notFound, "nobody") {
            _ = try await runs.create(submission(in: ExperimentID("nobody")))
        }
        try await expectRefusal(server, .notFound, "nobody") {
            let source = RunSubmission.Source.version(pipelineID: PipelineID("nobody"), versionID: nil)
            _ = try await runs.create(RunSubmission(displayName: "r", source: source))
        }
        try await expectRefusal(server, .invalidArgument, "no pipeline spec") {
            _ = try await runs.create(submission(["a": 1]))
        }
        try await expectRefusal(server, .invalidArgument, "runtime_config.parameters.text") {
            _ = try await runs.create(submission(Specs.parameterised))
        }
        try await expectRefusal(server, .invalidArgument, "NUL") {
            var bad = submission()
            bad.displayName = "a\u{0}b"
            _ = try await runs.create(bad)
        }
    }

    @Test(
        "Parameters must fit the pipeline, each with its place",
        arguments: [
            ["text": 1], ["text": .null], ["text": ["x"]], ["text": "x", "other": 1], [:],
        ] as [[String: JSONValue]]
    )
    func parameters(bad: [String: JSONValue]) async throws {
        let server = try await TestServer()
        try await expectRefusal(server, .invalidArgument, "runtime_config.parameters.") {
            _ = try await server.useCases.runs.create(submission(Specs.parameterised, parameters: bad))
        }
        _ = try await server.useCases.runs.create(
            submission(Specs.parameterised, parameters: ["text": "x"])
        )
    }

    @Test("A run that is over cannot be terminated, one that is not can be, and twice is as good as once")
    func termination() async throws {
        let hints = Mutex<[RunID]>([])
        let server = try await TestServer(
            hints: ServiceContext.Hints(
                runCreated: {},
                terminationRequested: { id in hints.withLock { $0.append(id) } },
                runDeleted: { _ in }
            )
        )
        let runs = server.useCases.runs
        for state in RuntimeState.allCases {
            let id = try await runs.create(submission()).run.id
            try await server.enter(state, id)
            guard state.isFinal else {
                try await runs.terminate(id)
                try await runs.terminate(id)
                #expect(try await runs.get(id).run.state == .canceling)
                #expect(hints.withLock { $0.suffix(2) } == [id, id])
                #expect(try await server.database.read { try $0.isTerminationRequested(id) })
                continue
            }
            try await expectRefusal(server, .invalidArgument, state.rawValue) { try await runs.terminate(id) }
            #expect(try await runs.get(id).run.state == state)
        }
        try await expectRefusal(server, .notFound) { try await runs.terminate(RunID("nobody")) }
    }

    @Test("A run that did not succeed can be retried when it is over")
    func retry() async throws {
        let server = try await TestServer()
        let runs = server.useCases.runs
        for state in RuntimeState.allCases {
            let id = try await runs.create(submission()).run.id
            try await server.enter(state, id)
            guard state.isFinal, state != .succeeded else {
                try await expectRefusal(server, .failedPrecondition) { try await runs.retry(id) }
                #expect(try await runs.get(id).run.state == state)
                continue
            }
            try await runs.retry(id)
            let run = try await runs.get(id).run
            #expect(run.state == .pending)
            #expect(run.error == nil && run.finishedAt == nil)
            #expect(run.stateHistory.last?.reason?.code == .retried)
            #expect(
                try await server.database.read { try $0.retryRequest(of: id) } == run.stateHistory.last?.at
            )
        }
        try await expectRefusal(server, .notFound) { try await runs.retry(RunID("nobody")) }
    }

    @Test("A run is repeated with its spec and inputs, from a task that can be told from the others")
    func rerun() async throws {
        let server = try await TestServer()
        let runs = server.useCases.runs
        let source = try await runs.create(submission()).run
        try await expectRefusal(server, .failedPrecondition, "when it is over") {
            _ = try await runs.rerun(source.id, from: "root", displayName: nil)
        }
        try await server.enter(.failed, source.id)
        let run = try await runs.rerun(source.id, from: "root", displayName: "again")
        #expect(run.rerun == Rerun(source: source.id, from: .root))
        #expect(run.displayName == "again" && run.parameters == source.parameters)
        let (old, new) = try await server.database.read {
            (try $0.specID(of: source.id), try $0.specID(of: run.id))
        }
        #expect(old == new)
        #expect(
            try await server.useCases.tasks.all(of: run.id, withArtifacts: false).tasks.map(\.path) == [.root]
        )
        try await expectRefusal(server, .invalidArgument, "no task 'nobody'") {
            _ = try await runs.rerun(source.id, from: "nobody", displayName: nil)
        }
        try await expectRefusal(server, .notFound) {
            _ = try await runs.rerun(RunID("nobody"), from: "root", displayName: nil)
        }
    }

    @Test("A run is deleted in any state, with all that belongs to it, and the loops hear of it")
    func deletion() async throws {
        let hints = Mutex<[RunID]>([])
        let server = try await TestServer(
            hints: ServiceContext.Hints(
                runCreated: {},
                terminationRequested: { _ in },
                runDeleted: { id in hints.withLock { $0.append(id) } }
            )
        )
        let before = try await server.rowCounts()
        for state in RuntimeState.allCases {
            let id = try await server.useCases.runs.create(submission()).run.id
            try await server.enter(state, id)
            try await server.useCases.runs.delete(id)
            #expect(hints.withLock { $0.last } == id)
            try await expectRefusal(server, .notFound) { try await server.useCases.runs.delete(id) }
        }
        let after = try await server.rowCounts()
        for table in ["runs", "tasks", "attempts", "specs", "run_leases"] {
            #expect(after[table] == before[table], "\(table)")
        }
        #expect(try await server.contradictions() == [])
    }

    @Test("An archived experiment takes its runs along, takes no new ones, and comes back alone")
    func archiving() async throws {
        let server = try await TestServer()
        let (runs, experiments) = (server.useCases.runs, server.useCases.experiments)
        let experiment = try await experiments.create(displayName: "e", description: "")
        let run = try await runs.create(submission(in: experiment.id)).run
        let other = try await runs.create(submission()).run
        try await experiments.setStorageState(.archived, of: experiment.id)
        #expect(try await runs.get(run.id).run.storageState == .archived)
        #expect(try await runs.get(other.id).run.storageState == .available)
        try await expectRefusal(server, .failedPrecondition, "archived") {
            _ = try await runs.create(submission(in: experiment.id))
        }
        try await expectRefusal(server, .failedPrecondition, "unarchive the experiment") {
            try await runs.setStorageState(.available, of: run.id)
        }
        try await experiments.setStorageState(.available, of: experiment.id)
        #expect(try await runs.get(run.id).run.storageState == .archived)
        try await runs.setStorageState(.available, of: run.id)
        #expect(try await runs.get(run.id).run.storageState == .available)
        try await runs.setStorageState(.archived, of: run.id)
        try await experiments.delete(experiment.id)
        try await runs.setStorageState(.available, of: run.id)
        try await expectRefusal(server, .notFound) {
            try await runs.setStorageState(.archived, of: RunID("nobody"))
        }
    }

    @Test("Putting a run away does not undo what the orchestrator wrote meanwhile")
    func archivingALiveRun() async throws {
        let server = try await TestServer()
        let id = try await server.useCases.runs.create(submission()).run.id
        try await server.enter(.running, id)
        try await server.useCases.runs.setStorageState(.archived, of: id)
        try await server.enter(.succeeded, id)
        let run = try await server.useCases.runs.get(id).run
        #expect(run.state == .succeeded)
        #expect(run.storageState == .archived)
    }
}
