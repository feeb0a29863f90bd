import Model
import ServerKit
import Services
import TestKit
import Testing

@Suite("Recurring runs")
struct RecurringRunServiceTests {
    @Test("Whatever is wrong is refused with its place, and nothing is stored")
    func refusals() async throws {
        let server = try await TestServer()
        let service = server.useCases.recurringRuns
        let archived = try await server.useCases.experiments.create(displayName: "old", description: "")
        try await server.useCases.experiments.setStorageState(.archived, of: archived.id)
        let cases: [(PlatformError.Code, String, (inout RecurringRunSubmission) -> Void)] = [
            (.invalidArgument, "display_name", { $0.run.displayName = "" }),
            (.invalidArgument, "max_concurrency: expected 1 to 10, found 0", { $0.maxConcurrency = 0 }),
            (.invalidArgument, "found 11", { $0.maxConcurrency = 11 }),
            (.invalidArgument, "trigger.cron_schedule.cron", { $0.trigger.rule = .cron("x", timeZone: nil) }),
            (.invalidArgument, "time zone", { $0.trigger.rule = .cron("@daily", timeZone: "Mars/Base") }),
            (.invalidArgument, "interval_second", { $0.trigger.rule = .periodic(seconds: 0) }),
            (.invalidArgument, "parameters", { $0.run.parameters = ["nothing": "such"] }),
            (
                .invalidArgument, "not valid",
                { $0.run.source = .spec(PipelineSpecDocument(pipelineSpec: [:])) }
            ),
            (.notFound, "x", { $0.run.source = .version(pipelineID: PipelineID("x"), versionID: nil) }),
            (.notFound, "nobody", { $0.run.experimentID = ExperimentID("nobody") }),
            (.failedPrecondition, "archived", { $0.run.experimentID = archived.id }),
        ]
        for (code, fragment, spoil) in cases {
            var submission = submission(Specs.parameterised, parameters: ["text": "x"])
            spoil(&submission)
            try await expectRefusal(server, code, fragment) { [submission] in
                _ = try await service.create(submission)
            }
        }
        let nobody = RecurringRunID("nobody")
        try await expectRefusal(server, .notFound) { _ = try await service.get(nobody) }
        try await expectRefusal(server, .notFound) { try await service.delete(nobody) }
        try await expectRefusal(server, .notFound) { try await service.setEnabled(true, nobody) }
        try await expectRefusal(server, .notFound) { _ = try await service.preview(nobody, count: 1) }
    }

    @Test("A firing starts one run with the slot's time, name and parameters, and does so once")
    func fires() async throws {
        let server = try await TestServer()
        let made = try await server.useCases.recurringRuns.create(
            submission(
                Specs.parameterised,
                parameters: ["text": "[[Index]] at [[ScheduledTime.15:04]]"],
                every: 60
            )
        )
        #expect(try await server.fire() == 0)
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 1)
        #expect(try await server.fire() == 0)
        let runs = try await server.runs(of: made.recurring.id)
        let run = try #require(runs.first)
        #expect(runs.count == 1)
        // The clock of these tests began at 22:13:20.
        #expect(run.scheduledAt.rfc3339 == "2023-11-14T22:14:20Z")
        #expect(run.displayName == "tick-1")
        #expect(run.parameters == ["text": "1 at 22:14"])
        #expect(run.state == .pending)
        #expect(
            try await server.useCases.tasks.all(of: run.id, withArtifacts: false).tasks.map(\.path) == [.root]
        )
        let after = try await server.useCases.recurringRuns.get(made.recurring.id).recurring
        #expect(after.progress.last == run.scheduledAt)
        #expect(after.progress.next == run.scheduledAt + .seconds(60))
        #expect(after.progress.count == 1)
        #expect(try await server.contradictions() == [])
    }

    @Test("A name with macros names each run")
    func names() async throws {
        let server = try await TestServer()
        var submission = submission(Specs.single, every: 60)
        submission.run.displayName = "of [[ScheduledTime.15:04]]"
        let id = try await server.useCases.recurringRuns.create(submission).recurring.id
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 1)
        #expect(try await server.runs(of: id).map(\.displayName) == ["of 22:14"])
    }

    @Test("No more runs are under way than are allowed; the others follow as places become free")
    func concurrency() async throws {
        let server = try await TestServer()
        var submission = submission(Specs.single, every: 60)
        submission.maxConcurrency = 2
        let id = try await server.useCases.recurringRuns.create(submission).recurring.id
        server.clock.advance(by: .seconds(300))
        #expect(try await server.fire() == 2)
        #expect(try await server.fire() == 0)
        let first = try #require(try await server.runs(of: id).first)
        try await server.enter(.succeeded, first.id)
        #expect(try await server.fire() == 1)
        #expect(try await server.runs(of: id).map(\.displayName) == ["tick-1", "tick-2", "tick-3"])
    }

    @Test("Without catching up one run makes up for all that were missed")
    func noCatchup() async throws {
        let server = try await TestServer()
        var submission = submission(Specs.single, every: 60)
        submission.maxConcurrency = 10
        submission.noCatchup = true
        let id = try await server.useCases.recurringRuns.create(submission).recurring.id
        server.clock.advance(by: .seconds(330))
        #expect(try await server.fire() == 1)
        #expect(try await server.runs(of: id).map(\.scheduledAt.rfc3339) == ["2023-11-14T22:18:20Z"])
    }

    @Test("A start in the past is caught up with, at most the last hundred firings, and the rest is told")
    func storm() async throws {
        let server = try await TestServer()
        var submission = submission(Specs.single, every: 60)
        submission.maxConcurrency = 10
        submission.trigger.start = Instant(milliseconds: 1_690_000_000_000)
        let id = try await server.useCases.recurringRuns.create(submission).recurring.id
        for _ in 0..<10 {
            #expect(try await server.fire() == 10)
            for run in try await server.runs(of: id) where !run.state.isFinal {
                try await server.enter(.succeeded, run.id)
            }
        }
        #expect(try await server.fire() == 0)
        let reason = try await server.useCases.recurringRuns.get(id).recurring.reason
        #expect(reason?.code == .firingsLeftOut)
        #expect(reason?.message.contains("from 2023-07-22T04:27:40Z to") == true, "\(reason?.message ?? "")")
    }

    @Test("A disabled one starts nothing; enabled again, it makes up for what it missed")
    func enabling() async throws {
        let server = try await TestServer()
        let service = server.useCases.recurringRuns
        var submission = submission(Specs.single, every: 60)
        submission.isEnabled = false
        submission.maxConcurrency = 10
        let id = try await service.create(submission).recurring.id
        server.clock.advance(by: .seconds(150))
        #expect(try await server.fire() == 0)
        try await service.setEnabled(true, id)
        #expect(try await server.fire() == 2)
        try await service.setEnabled(false, id)
        server.clock.advance(by: .seconds(150))
        #expect(try await server.fire() == 0)
        #expect(try await service.get(id).recurring.isEnabled == false)
    }

    @Test("Edited in place it keeps what is not named, and with a new trigger it begins anew")
    func editing() async throws {
        let server = try await TestServer()
        let service = server.useCases.recurringRuns
        let made = try await service.create(
            submission(Specs.parameterised, parameters: ["text": "a"], every: 60)
        )
        let id = made.recurring.id
        server.clock.advance(by: .seconds(90))
        #expect(try await server.fire() == 1)

        var update = RecurringRunUpdate()
        update.description = "new"
        update.maxConcurrency = 3
        update.config = RecurringRunUpdate.RuntimeConfig(parameters: ["text": "b"], pipelineRoot: "gs://x")
        let edited = try await service.update(id, update).recurring
        #expect(edited.description == "new")
        #expect(edited.displayName == "tick")
        #expect(edited.maxConcurrency == 3)
        #expect(edited.parameters == ["text": "b"])
        #expect(edited.pipelineRoot == "gs://x")
        #expect(edited.trigger == made.recurring.trigger)
        #expect(edited.progress.count == 1)
        #expect(edited.progress.next == Instant(milliseconds: 1_700_000_120_000))

        server.clock.advance(by: .seconds(600))
        update = RecurringRunUpdate()
        update.trigger = Trigger(.cron("0 0 * * * *", timeZone: nil), start: Instant(milliseconds: 0))
        #expect(
            try await service.update(id, update).recurring.progress.next?.rfc3339 == "2023-11-14T23:00:00Z"
        )
        #expect(try await server.fire() == 0)

        for spoil: (inout RecurringRunUpdate) -> Void in [
            { $0.displayName = "" }, { $0.maxConcurrency = 99 },
            { $0.config = RecurringRunUpdate.RuntimeConfig(parameters: ["nothing": 1]) },
            { $0.trigger = Trigger(.cron("nonsense", timeZone: nil)) },
            { $0.source = .version(pipelineID: PipelineID("x"), versionID: nil) },
            { $0.source = .spec(PipelineSpecDocument(pipelineSpec: Specs.single)) },
        ] {
            var spoilt = RecurringRunUpdate()
            spoil(&spoilt)
            let (before, update) = (try await service.get(id).recurring, spoilt)
            await #expect(throws: PlatformError.self) { _ = try await service.update(id, update) }
            #expect(try await service.get(id).recurring == before)
        }
        #expect(try await server.contradictions() == [])
    }

    @Test("One that names a pipeline runs its newest version each time; one that names a version keeps that")
    func versions() async throws {
        let server = try await TestServer()
        let (service, pipelines) = (server.useCases.recurringRuns, server.useCases.pipelines)
        let pipeline = try await pipelines.create(
            PipelineService.Naming(name: "p"),
            package: PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.single))
        )
        let first = try #require(try await pipelines.versions(of: pipeline.id, ListQuery()).page.items.first)
        let following = try await service.create(
            submission(.version(pipelineID: pipeline.id, versionID: nil), every: 60)
        ).recurring
        let pinned = try await service.create(
            submission(.version(pipelineID: pipeline.id, versionID: first.id), every: 60)
        ).recurring
        let second = try await pipelines.createVersion(
            of: pipeline.id,
            PipelineService.Naming(name: "v2"),
            package: PipelinePackage(PipelineSpecDocument(pipelineSpec: Specs.chain))
        )
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 2)
        #expect(try await server.runs(of: following.id).map(\.pipelineVersionID) == [second.id])
        #expect(try await server.runs(of: pinned.id).map(\.pipelineVersionID) == [first.id])

        // Without its pipeline the one goes on, and the other says what it lacks.
        try await pipelines.delete(pipeline.id, cascade: true)
        for run in try await server.runs(of: following.id) + server.runs(of: pinned.id) {
            try await server.enter(.succeeded, run.id)
        }
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 1)
        #expect(try await server.runs(of: pinned.id).count == 2)
        let failed = try await service.get(following.id).recurring
        #expect(failed.isEnabled)
        #expect(failed.reason?.code == .firingFailed)
        #expect(failed.reason?.message.contains("not found") == true, "\(failed.reason?.message ?? "")")
        #expect(failed.progress.count == 1)
        #expect(try await server.contradictions() == [])
    }

    @Test("A newest version that the parameters no longer fit starts nothing, and a better one goes on")
    func misfit() async throws {
        let server = try await TestServer()
        let (service, pipelines) = (server.useCases.recurringRuns, server.useCases.pipelines)
        func package(_ spec: JSONValue) throws -> PipelinePackage {
            try PipelinePackage(PipelineSpecDocument(pipelineSpec: spec))
        }
        let pipeline = try await pipelines.create(
            PipelineService.Naming(name: "p"),
            package: package(Specs.parameterised)
        )
        var submission = submission(.version(pipelineID: pipeline.id, versionID: nil), every: 60)
        submission.run.parameters = ["text": "x"]
        let id = try await service.create(submission).recurring.id
        for (name, spec, started) in [("v2", Specs.single, 0), ("v3", Specs.parameterised, 1)] {
            _ = try await pipelines.createVersion(
                of: pipeline.id,
                PipelineService.Naming(name: name),
                package: package(spec)
            )
            server.clock.advance(by: .seconds(60))
            #expect(try await server.fire() == started)
            #expect(try await service.get(id).recurring.reason?.code == (started == 0 ? .firingFailed : nil))
        }
    }

    @Test(
        "With its experiment archived or deleted it is disabled and cannot be enabled",
        arguments: [false, true]
    )
    func experiments(isDeleted: Bool) async throws {
        let server = try await TestServer()
        let (service, experiments) = (server.useCases.recurringRuns, server.useCases.experiments)
        let experiment = try await experiments.create(displayName: "e", description: "")
        var submission = submission(Specs.single, every: 60)
        submission.run.experimentID = experiment.id
        let id = try await service.create(submission).recurring.id
        if isDeleted {
            try await experiments.delete(experiment.id)
        } else {
            try await experiments.setStorageState(.archived, of: experiment.id)
        }
        let after = try await service.get(id).recurring
        #expect(!after.isEnabled)
        #expect(after.reason?.code == .experimentGone)
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 0)
        try await expectRefusal(server, .failedPrecondition, isDeleted ? "deleted" : "unarchive") {
            try await service.setEnabled(true, id)
        }
        guard !isDeleted else { return }
        try await experiments.setStorageState(.available, of: experiment.id)
        #expect(try await service.get(id).recurring.isEnabled == false)
        try await service.setEnabled(true, id)
    }

    @Test("A preview shows the firings ahead without storing anything")
    func preview() async throws {
        let server = try await TestServer()
        let service = server.useCases.recurringRuns
        let before = try await server.rowCounts()
        let preview = try service.preview(Trigger(.cron("0 9 * * *", timeZone: "Europe/Berlin")), count: 2)
        #expect(preview.firings.map(\.at.rfc3339) == ["2023-11-14T23:09:00Z", "2023-11-15T00:09:00Z"])
        #expect(preview.firings.map(\.local) == ["2023-11-15T00:09:00+01:00", "2023-11-15T01:09:00+01:00"])
        #expect(preview.warnings.count == 1)
        #expect(try await server.rowCounts() == before)
        for count in [0, -1, Limits.previewFiringsMax + 1] {
            #expect(throws: PlatformError.self) {
                try service.preview(Trigger(.periodic(seconds: 1)), count: count)
            }
        }
    }

    @Test("A deleted one starts nothing more, and its runs stay")
    func deletion() async throws {
        let server = try await TestServer()
        let service = server.useCases.recurringRuns
        let id = try await service.create(submission(Specs.single, every: 60)).recurring.id
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 1)
        try await service.delete(id)
        server.clock.advance(by: .seconds(60))
        #expect(try await server.fire() == 0)
        #expect(try await server.runs(of: id).count == 1)
        #expect(try await server.contradictions() == [])
    }
}

private func submission(
    _ source: RunSubmission.Source,
    parameters: [String: JSONValue] = [:],
    every seconds: Int64 = 3_600
) -> RecurringRunSubmission {
    RecurringRunSubmission(
        run: RunSubmission(displayName: "tick", source: source, parameters: parameters),
        trigger: Trigger(.periodic(seconds: seconds))
    )
}

private func submission(
    _ spec: JSONValue,
    parameters: [String: JSONValue] = [:],
    every seconds: Int64 = 3_600
) -> RecurringRunSubmission {
    submission(.spec(PipelineSpecDocument(pipelineSpec: spec)), parameters: parameters, every: seconds)
}

extension TestServer {
    /// One turn of the scheduler; says how many runs were started.
    fileprivate func fire() async throws -> Int {
        let turn = try await useCases.recurringRuns.startDue(at: clock.now())
        if let failure = turn.failures.first { throw failure.error }
        return turn.started
    }

    /// The runs of a recurring run, the oldest first.
    fileprivate func runs(of id: RecurringRunID) async throws -> [Run] {
        let query = ListQuery(
            predicates: [Predicate(key: "recurring_run_id", operation: .equals, operand: .string(id.text))],
            sortField: "scheduled_at",
            pageSize: Limits.pageSizeMax
        )
        return try await useCases.runs.list(query, experimentID: nil).items
    }
}
