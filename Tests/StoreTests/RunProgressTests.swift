import Model
import Store
import Testing

@Suite("What the engine and the API write of one run")
struct RunProgressTests {
    @Test("Progress leaves names and storage state alone", arguments: Backend.allCases)
    func progress(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var renamed = Samples.run("r1")
            renamed.displayName = "renamed meanwhile"
            renamed.storageState = .archived
            var driven = Samples.run("r1")
            driven.enter(.running, at: Samples.start)
            driven.enter(.failed, at: Samples.start + .seconds(1), reason: Reason(.childFailed, "no"))
            driven.outputs = TaskValues(parameters: ["sum": 3])
            let (run, revision) = try await database.write { [renamed, driven] store in
                try store.insertRun(Samples.run("r1"), specID: "s")
                try store.updateRun(renamed)
                try store.updateRunProgress(driven)
                return (try store.run(RunID("r1")), try store.revision(of: RunID("r1")))
            }
            driven.displayName = renamed.displayName
            driven.storageState = renamed.storageState
            #expect(run == driven)
            #expect(revision == 3)
        }
    }

    @Test("A request to stop survives the engine's writes, and comes too late for a run that is over")
    func termination() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let answers = try await database.write { store in
                let run = RunID("r1")
                try store.insertRun(Samples.run("r1"), specID: "s")
                let before = try store.isTerminationRequested(run)
                let first = try store.requestTermination(run, at: Samples.start)
                var driven = Samples.run("r1")
                driven.enter(.running, at: Samples.start)
                try store.updateRunProgress(driven)
                let after = try store.isTerminationRequested(run)
                driven.enter(.canceled, at: Samples.start)
                try store.updateRunProgress(driven)
                let late = try store.requestTermination(run, at: Samples.start)
                let unknown = try store.requestTermination(RunID("r2"), at: Samples.start)
                return [before, first, after, late, unknown]
            }
            #expect(answers == [false, true, true, false, false])
        }
    }

    @Test("Putting away an experiment's runs touches no other run", arguments: Backend.allCases)
    func archiveRuns(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let states = try await database.write { store in
                try store.insertRun(Samples.run("r1", experiment: "e1"), specID: "s")
                try store.insertRun(Samples.run("r2", experiment: "e2"), specID: "s")
                try store.archiveRuns(of: ExperimentID("e1"))
                return try ["r1", "r2"].map { try store.run(RunID($0))?.storageState }
            }
            #expect(states == [.archived, .available])
        }
    }
}
