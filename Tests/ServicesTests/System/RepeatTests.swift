import Model
import ServerKit
import Services
import Store
import Testing

/// Requests whose answer never came, because the database failed before or after it had stored what was asked. Clients send
/// them again.
@Suite("Requests that are repeated")
struct RepeatTests {
    /// What comes of a request that was carried out already.
    enum Second: Sendable {
        /// The same once more, which changes nothing.
        case same
        /// A sentence about how things are, which changes nothing.
        case refused(PlatformError.Code, String)
        /// One more of what has no name of its own. Source: KFP, where names of runs need not be unique.
        case another
    }

    enum Request: String, CaseIterable, Sendable {
        case createRun, rerun, terminate, retry, deleteRun, archiveRun, unarchiveRun
        case createPipeline, createVersion, updatePipeline, deletePipeline, deleteVersion
        case createExperiment, archiveExperiment, unarchiveExperiment, keepRuns, deleteExperiment
        case createRecurringRun, editRecurringRun, enable, disable, deleteRecurringRun

        var second: Second {
            switch self {
            case .createRun, .rerun, .createRecurringRun: .another
            case .terminate, .archiveRun, .unarchiveRun, .updatePipeline, .archiveExperiment,
                .unarchiveExperiment, .keepRuns, .editRecurringRun, .enable, .disable:
                .same
            case .retry: .refused(.failedPrecondition, "is PENDING; it can be retried when it is over")
            case .createPipeline, .createVersion, .createExperiment: .refused(.alreadyExists, "already")
            case .deleteRun, .deletePipeline, .deleteVersion, .deleteExperiment, .deleteRecurringRun:
                .refused(.notFound, "")
            }
        }
    }

    @Test(
        "Whatever is asked again after its answer was lost is done once, or the answer says how things are",
        arguments: Request.allCases,
        FaultyDatabase.Place.allCases
    )
    func again(_ request: Request, _ place: FaultyDatabase.Place) async throws {
        let once = try await RepeatWorld()
        try await once.ask(request)
        let world = try await RepeatWorld()
        let before = try await world.picture()
        world.database.fail(write: 0, place)
        await #expect(throws: PlatformError.self) { try await world.ask(request) }
        #expect(world.database.failures == 1)
        let expected = try await once.picture()
        guard place == .afterCommit else {
            #expect(try await world.picture() == before)
            try await world.ask(request)
            #expect(try await world.picture() == expected)
            return
        }
        #expect(try await world.picture() == expected)
        switch request.second {
        case .same: try await world.ask(request)
        case .refused(let code, let fragment):
            try await expectRefusal(world.server, code, fragment) { try await world.ask(request) }
        case .another:
            try await world.ask(request)
            try await once.ask(request)
        }
        #expect(try await world.picture() == (try await once.picture()))
        #expect(try await world.server.contradictions() == [])
    }
}

/// A server with one or two of each thing, and a database that can fail.
private struct RepeatWorld {
    let server: TestServer
    let database: FaultyDatabase
    private let pipeline: Pipeline
    private let version: PipelineVersion
    private let experiment: Experiment
    private let open: Run
    private let failed: Run
    private let archived: Run
    private let recurring: RecurringRunID
    private let disabled: RecurringRunID

    init() async throws {
        var faulty: FaultyDatabase?
        server = try await TestServer(wrapping: { base in
            let wrapped = FaultyDatabase(base)
            faulty = wrapped
            return wrapped
        })
        database = try #require(faulty)
        let uses = server.useCases
        pipeline = try await uses.pipelines.create(PipelineService.Naming(name: "p"), package: Self.package())
        version = try await uses.pipelines.createVersion(
            of: pipeline.id,
            PipelineService.Naming(name: "v"),
            package: Self.package()
        )
        experiment = try await uses.experiments.create(displayName: "e", description: "")
        open = try await uses.runs.create(Self.submission("open", experiment.id)).run
        failed = try await uses.runs.create(Self.submission("failed", experiment.id)).run
        try await server.enter(.failed, failed.id)
        archived = try await uses.runs.create(Self.submission("archived")).run
        try await uses.runs.setStorageState(.archived, of: archived.id)
        recurring = try await uses.recurringRuns.create(Self.recurring("r", experiment.id)).recurring.id
        disabled = try await uses.recurringRuns.create(Self.recurring("d", experiment.id)).recurring.id
        try await uses.recurringRuns.setEnabled(false, disabled)
    }

    func ask(_ request: RepeatTests.Request) async throws {
        let uses = server.useCases
        switch request {
        case .createRun: _ = try await uses.runs.create(Self.submission("new"))
        case .rerun: _ = try await uses.runs.rerun(failed.id, from: "root", displayName: "again")
        case .terminate: try await uses.runs.terminate(open.id)
        case .retry: try await uses.runs.retry(failed.id)
        case .deleteRun: try await uses.runs.delete(open.id)
        case .archiveRun: try await uses.runs.setStorageState(.archived, of: open.id)
        case .unarchiveRun: try await uses.runs.setStorageState(.available, of: archived.id)
        case .createPipeline:
            _ = try await uses.pipelines.create(
                PipelineService.Naming(name: "new"),
                package: Self.package()
            )
        case .createVersion:
            let naming = PipelineService.Naming(name: "new")
            _ = try await uses.pipelines.createVersion(of: pipeline.id, naming, package: Self.package())
        case .updatePipeline:
            _ = try await uses.pipelines.update(pipeline.id, displayName: "other", tags: ["a": "b"])
        case .deletePipeline: try await uses.pipelines.delete(pipeline.id, cascade: true)
        case .deleteVersion: try await uses.pipelines.deleteVersion(version.id, of: pipeline.id)
        case .createExperiment:
            _ = try await uses.experiments.create(displayName: "new", description: "")
        case .archiveExperiment: try await uses.experiments.setStorageState(.archived, of: experiment.id)
        case .unarchiveExperiment: try await uses.experiments.setStorageState(.available, of: experiment.id)
        case .keepRuns:
            _ = try await uses.experiments.setRetention(RetentionRule(count: .atMost(3)), of: experiment.id)
        case .deleteExperiment: try await uses.experiments.delete(experiment.id)
        case .createRecurringRun: _ = try await uses.recurringRuns.create(Self.recurring("new"))
        case .editRecurringRun:
            var update = RecurringRunUpdate()
            update.displayName = "other"
            update.trigger = Trigger(.periodic(seconds: 60))
            _ = try await uses.recurringRuns.update(recurring, update)
        case .enable: try await uses.recurringRuns.setEnabled(true, disabled)
        case .disable: try await uses.recurringRuns.setEnabled(false, recurring)
        case .deleteRecurringRun: try await uses.recurringRuns.delete(recurring)
        }
    }

    /// All that people see of the world, without identities and times.
    func picture() async throws -> [[SQLValue]] {
        var counts = try await server.rowCounts().rows
        // A change may be told of twice.
        counts["changes"] = nil
        let rows = try await database.read { connection in
            try [
                """
                SELECT display_name, state, storage_state, json_array_length(state_history), rerun_from, \
                termination_requested_at IS NULL, retry_requested_at IS NULL, finished_at IS NULL \
                FROM runs ORDER BY display_name, id
                """,
                "SELECT display_name, status FROM recurring_runs ORDER BY display_name, id",
                "SELECT name, display_name, tags FROM pipelines ORDER BY name",
                "SELECT name FROM pipeline_versions ORDER BY name",
                "SELECT display_name, storage_state, retention FROM experiments ORDER BY display_name",
            ].flatMap { try connection.query($0, []) }
        }
        return rows + counts.sorted { $0.key < $1.key }.map { [.text($0.key), .integer(Int64($0.value))] }
    }

    private static func package() throws -> PipelinePackage {
        try PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.single))
    }

    private static func submission(_ name: String, _ experiment: ExperimentID? = nil) -> RunSubmission {
        let source = RunSubmission.Source.spec(PipelineSpecDocument(pipelineSpec: Specs.chain))
        return RunSubmission(displayName: name, experimentID: experiment, source: source)
    }

    private static func recurring(
        _ name: String,
        _ experiment: ExperimentID? = nil
    ) -> RecurringRunSubmission {
        RecurringRunSubmission(
            run: submission(name, experiment),
            trigger: Trigger(.periodic(seconds: 3_600))
        )
    }
}
