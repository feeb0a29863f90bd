import Model
import Store
import Testing

@Suite("Experiments, runs, tasks and artifacts in the store")
struct RunQueryTests {
    @Test("An experiment comes back with every field, by id and by name", arguments: Backend.allCases)
    func experimentRoundTrip(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var experiment = Samples.experiment("e1", name: "Birds")
            try await database.write { [experiment] in try $0.insertExperiment(experiment) }
            #expect(try await database.read { try $0.experiment(ExperimentID("e1")) } == experiment)
            #expect(try await database.read { try $0.experiment(named: "Birds") } == experiment)

            experiment.displayName = "Fish"
            experiment.description = ""
            experiment.lastRunCreatedAt = nil
            experiment.storageState = .available
            try await database.write { [experiment] in try $0.updateExperiment(experiment) }
            #expect(try await database.read { try $0.experiment(ExperimentID("e1")) } == experiment)
        }
    }

    @Test("A deleted experiment leaves its runs", arguments: Backend.allCases)
    func deleteExperiment(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let (first, second, run) = try await database.write { store in
                try store.insertExperiment(Samples.experiment("e"))
                try store.insertRun(Samples.run("r1"), specID: "s")
                return (
                    try store.deleteExperiment(ExperimentID("e")),
                    try store.deleteExperiment(ExperimentID("e")),
                    try store.run(RunID("r1"))
                )
            }
            #expect(first)
            #expect(!second)
            #expect(run == Samples.run("r1"))
        }
    }

    @Test("A run comes back with every field, before and after it changed", arguments: Backend.allCases)
    func runRoundTrip(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let fresh = Samples.run("r1")
            let finished = Samples.finishedRun("r2")
            try await database.write {
                try $0.insertRun(fresh, specID: "digest")
                try $0.insertRun(finished, specID: "digest")
            }
            #expect(try await database.read { try $0.run(RunID("r1")) } == fresh)
            #expect(try await database.read { try $0.run(RunID("r2")) } == finished)
            #expect(try await database.read { try $0.specID(of: RunID("r1")) } == "digest")
            #expect(try await database.read { try $0.run(RunID("r3")) } == nil)

            var changed = fresh
            changed.displayName = "renamed"
            changed.storageState = .archived
            changed.enter(.running, at: Samples.start + .seconds(1))
            changed.enter(.canceled, at: Samples.start + .seconds(2), reason: Reason(.terminated, "stopped"))
            changed.outputs = TaskValues(parameters: ["x": .null])
            try await database.write { [changed] in try $0.updateRun(changed) }
            #expect(try await database.read { try $0.run(RunID("r1")) } == changed)
        }
    }

    @Test("Each write of a run raises its revision by one", arguments: Backend.allCases)
    func revision(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let revisions = try await database.write { store in
                let unknown = try store.revision(of: RunID("r1"))
                try store.insertRun(Samples.run("r1"), specID: "s")
                let first = try store.revision(of: RunID("r1"))
                for _ in 1...2 { try store.updateRun(Samples.run("r1")) }
                return [unknown, first, try store.revision(of: RunID("r1"))]
            }
            #expect(revisions == [nil, 1, 3])
        }
    }

    @Test(
        "An experiment remembers its newest run, whatever the order of arrival",
        arguments: Backend.allCases
    )
    func lastRun(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let experiment = try await database.write { store in
                var experiment = Samples.experiment("e")
                experiment.lastRunCreatedAt = nil
                try store.insertExperiment(experiment)
                for (id, at) in [("a", 10), ("b", 30), ("c", 20)] {
                    try store.insertRun(Samples.run(id, at: Int64(at)), specID: "s")
                }
                return try store.experiment(ExperimentID("e"))
            }
            #expect(experiment?.lastRunCreatedAt == Samples.start + .milliseconds(30))
        }
    }

    @Test(
        "A request to retry lasts until the engine has answered it, and takes the one to stop away",
        arguments: Backend.allCases
    )
    func retry(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let id = RunID("r1")
            var run = Samples.run("r1")
            run.rerun = Rerun(source: RunID("r0"), from: TaskPath("a.b"))
            let seen = try await database.write { [run] store in
                try store.insertRun(run, specID: "s")
                _ = try store.requestTermination(id, at: Samples.start)
                var seen = [try store.retryRequest(of: id)]
                try store.requestRetry(run, at: Samples.start)
                seen.append(try store.retryRequest(of: id))
                #expect(try !store.isTerminationRequested(id))
                try store.updateRunProgress(run)
                seen.append(try store.retryRequest(of: id))
                try store.updateRunProgress(run, answersRetry: true)
                return seen + [try store.retryRequest(of: id)]
            }
            #expect(seen == [nil, Samples.start, Samples.start, nil])
            #expect(try await database.read { try $0.run(id) }?.rerun == run.rerun)
        }
    }

    @Test("Tasks and attempts come back with every field, in order", arguments: Backend.allCases)
    func tasks(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var root = Samples.task("root", of: "r1")
            root.parent = nil
            let tasks = [
                Samples.finishedTask("a.3", of: "r1"), root, Samples.task("late", of: "r1", at: 5),
            ]
            var attempt = Attempt(path: TaskPath("a.3"), number: 1, createdAt: Samples.start)
            attempt.state = .failed
            attempt.reason = Reason(.exitedNonZero, "exit status 3", details: ["exit_code": 3])
            attempt.startedAt = Samples.start + .seconds(1)
            attempt.endedAt = Samples.start + .seconds(2)
            attempt.exitCode = 3
            let first = Attempt(path: TaskPath("a.3"), number: 0, createdAt: Samples.start)
            try await database.write { [attempt, tasks] in
                try $0.insertRun(Samples.run("r1"), specID: "s")
                try $0.upsertTasks(tasks.reversed())
                try $0.upsertAttempts([attempt, first], of: RunID("r1"))
            }
            #expect(try await database.read { try $0.tasks(of: RunID("r1")) } == tasks)
            #expect(try await database.read { try $0.task(RunID("r1"), TaskPath("a.3")) } == tasks[0])
            #expect(try await database.read { try $0.attempts(of: RunID("r1")) } == [first, attempt])

            var done = tasks[2]
            done.state = .succeeded
            done.endedAt = Samples.start + .seconds(9)
            try await database.write { [done] in try $0.upsertTasks([done]) }
            #expect(try await database.read { try $0.task(RunID("r1"), TaskPath("late")) } == done)
            #expect(try await database.read { try $0.tasks(of: RunID("r1")) }.count == 3)
        }
    }

    @Test("Writing tasks of a run that was deleted is refused", arguments: Backend.allCases)
    func tasksOfNothing(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let error = await #expect(throws: PlatformError.self) {
                try await database.write { try $0.upsertTasks([Samples.task("a", of: "gone")]) }
            }
            #expect(error?.code == .failedPrecondition)
        }
    }

    @Test("Artifacts and edges come back with every field, and may be repeated", arguments: Backend.allCases)
    func artifacts(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let artifacts = [Samples.artifact("m1"), Samples.artifact("m2", at: 1)]
            let edges = [
                Samples.edge("m1", .input, of: "r1", position: 0),
                Samples.edge("m2", .input, of: "r1", position: 1),
                Samples.edge("m1", .output, of: "r1"),
            ]
            try await database.write { store in
                try store.insertRun(Samples.run("r1"), specID: "s")
                try store.insertRun(Samples.run("r2"), specID: "s")
                for _ in 1...2 {
                    try store.insertArtifacts(artifacts)
                    try store.insertEdges(edges)
                }
                try store.insertEdges([Samples.edge("m1", .input, of: "r2")])
            }
            #expect(try await database.read { try $0.artifact(ArtifactID("m2")) } == artifacts[1])
            #expect(try await database.read { try $0.artifacts(of: RunID("r1")) } == artifacts)
            #expect(try await database.read { try $0.artifacts(of: RunID("r2")) } == [artifacts[0]])
            #expect(try await database.read { try $0.edges(of: RunID("r1")) } == edges)
            #expect(
                try await database.read { try $0.edges(ofArtifact: ArtifactID("m1")) }
                    == [edges[0], edges[2], Samples.edge("m1", .input, of: "r2")]
            )
        }
    }

    @Test("Deleting a run takes everything of it, but not what another run uses", arguments: Backend.allCases)
    func deleteRun(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for id in ["r1", "r2"] { try store.insertRun(Samples.run(id), specID: "s") }
                try store.upsertTasks([Samples.task("train", of: "r1")])
                try store.upsertAttempts(
                    [Attempt(path: TaskPath("train"), number: 0, createdAt: Samples.start)],
                    of: RunID("r1")
                )
                try store.insertArtifacts([Samples.artifact("own"), Samples.artifact("shared")])
                try store.insertEdges([
                    Samples.edge("own", .output, of: "r1"), Samples.edge("shared", .input, of: "r1"),
                    Samples.edge("shared", .input, of: "r2"),
                ])
                _ = try store.claimRuns(owner: "me", now: .epoch, until: Samples.start, limit: 9)
            }
            let deleted = try await database.write {
                [
                    try $0.deleteRun(RunID("r1"), at: Samples.start),
                    try $0.deleteRun(RunID("r1"), at: Samples.start),
                ]
            }
            #expect(deleted == [true, false])
            try await database.read { store throws in
                #expect(try store.run(RunID("r1")) == nil)
                #expect(try store.tasks(of: RunID("r1")).isEmpty)
                #expect(try store.attempts(of: RunID("r1")).isEmpty)
                #expect(try store.edges(of: RunID("r1")).isEmpty)
                #expect(try store.artifact(ArtifactID("own")) == nil)
                #expect(try store.artifact(ArtifactID("shared")) == Samples.artifact("shared"))
                #expect(try store.query("SELECT run_id FROM run_leases", []) == [[.text("r2")]])
            }
        }
    }

    @Test(
        "A row that does not fit is reported by table, row and column, alone and in lists",
        arguments: [
            ("UPDATE runs SET state = 'DANCING'", "column state holds \"DANCING\""),
            ("UPDATE runs SET parameters = '{'", "column parameters holds text that is not JSON"),
            ("UPDATE runs SET state_history = '[{\"at\":1}]'", "column state_history"),
            ("UPDATE runs SET created_at = 'noon'", "column created_at holds text"),
        ]
    )
    func brokenRow(sql: String, expected: String) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            try await database.write {
                try $0.insertRun(Samples.run("r1"), specID: "s")
                try $0.execute(sql, [])
            }
            let reads: [@Sendable (any SQLConnection) throws -> Void] = [
                { _ = try $0.run(RunID("r1")) }, { _ = try $0.listRuns(ListQuery(), experimentID: nil) },
            ]
            for read in reads {
                let error = await #expect(throws: PlatformError.self) { try await database.read(read) }
                #expect(error?.code == .internalError)
                #expect(error?.message.contains("Row r1 of table runs") == true)
                #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
            }
        }
    }
}
