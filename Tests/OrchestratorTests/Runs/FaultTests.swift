import MetricsTestKit
import Model
import Orchestrator
import Pods
import ServerKit
import Services
import Store
import Testing

@Suite("A database or a server that goes away", .timeLimit(.minutes(15)))
struct FaultTests {
    private static let seven: @Sendable (PodSpec) -> ScriptedProgram = { spec in
        let file = spec.file("number")
        return .ends(files: file.isEmpty ? [:] : [file: "7"])
    }

    @Test(
        "Whichever write fails, before or after its commit, the run ends well and no attempt runs twice",
        arguments: FaultyDatabase.Place.allCases,
        0..<10
    )
    func everyWrite(place: FaultyDatabase.Place, number: Int) async throws {
        let world = try await DriverWorld(Self.seven)
        let ids = [try await world.submit(Specs.chain), try await world.submit(Specs.fan(4))]
        // The first write of a server gives its old leases back; without that it does not start.
        world.database.fail(write: number + 1, place)
        try await world.driving { _ in
            for id in ids { #expect(try await world.end(of: id).state == .succeeded) }
            // Later polls write as well, so every number comes.
            try await eventually("the write to fail") { world.database.failures == 1 }
        }
        #expect(world.pods.pods.count == 6)
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 })
        #expect(world.pods.contradictions == [])
        let rows = try await world.server.rowCounts()
        #expect(rows["attempts"] == 6)
        #expect(rows["artifacts"] == 1)
        #expect(try await world.server.contradictions() == [])
        #expect(
            try world.metrics.expectCounter("martlet_loop_errors_total", [("loop", "runs")]).totalValue > 0
        )
    }

    @Test(
        "A run whose end was stored without the server hearing of it can be retried at once",
        arguments: 1...3
    )
    func unheardEnd(time: Int) async throws {
        let world = try await DriverWorld { spec in spec.name.attempt == 0 ? .runs() : .ends() }
        let id = try await world.submit(Specs.single)
        // So rarely that no poll comes between the pod's end and its being stored.
        try await world.driving(poll: .milliseconds(300)) { _ in
            let pod = try await world.started(id, "work")
            try await eventually("the start to be stored") {
                try await world.task(id, "work")?.state == .running
            }
            world.database.fail(write: 0, .afterCommit)
            world.pods.finish(pod, .exited(code: 1))
            #expect(try await world.end(of: id).state == .failed)
            let writes = world.database.writes
            try await eventually("the server to look again") { world.database.writes > writes }
            try await world.server.useCases.runs.retry(id)
            #expect(try await world.end(of: id).state == .succeeded)
        }
    }

    @Test("A request that was stored, and of which the driver was told nothing, is found")
    func unheardRequests() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let stopped = try await world.submit(Specs.single)
        let deleted = try await world.submit(Specs.single)
        let runs = world.server.useCases.runs
        try await world.driving { _ in
            _ = try await world.started(stopped, "work")
            _ = try await world.started(deleted, "work")
            try await runs.terminate(stopped)
            try await runs.delete(deleted)
            #expect(try await world.end(of: stopped).error?.code == .terminated)
            try await eventually("the deleted run's pods to go") {
                world.pods.removedRuns == [deleted] && world.pods.running.isEmpty
            }
        }
    }

    @Test("A server that is stopped at any moment is followed by one that takes over", arguments: 1..<8)
    func takeover(writes: Int) async throws {
        let world = try await DriverWorld(Self.seven)
        let ids = [try await world.submit(Specs.chain), try await world.submit(Specs.fan(4))]
        try await world.driving { _ in
            try await eventually("\(writes) writes") { world.database.writes >= writes }
        }
        try await world.driving { _ in
            for id in ids {
                let run = try await world.end(of: id)
                #expect(run.state == .succeeded)
            }
        }
        #expect(world.pods.pods.count == 6)
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 })
        #expect(world.pods.contradictions == [])
        #expect(try await world.server.rowCounts()["run_leases"] == 0)
        #expect(try await world.server.contradictions() == [])
    }

    @Test("Pods go on while no server is there; the next one takes their results, ended or not")
    func podsOutliveServers() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.fan(2))
        let names = try await world.driving { _ in
            [try await world.started(id, "work-0"), try await world.started(id, "work-1")]
        }
        #expect(try await world.run(id).state == .running)
        world.pods.finish(names[0])
        try await world.driving { _ in
            try await eventually("the first task's end") {
                try await world.task(id, "work-0")?.state == .succeeded
            }
            #expect(try await world.task(id, "work-1")?.state.isFinal == false)
            world.pods.finish(names[1])
            #expect(try await world.end(of: id).state == .succeeded)
        }
        for name in names {
            #expect(world.pods.pods[name]?.starts == 1)
            #expect(world.pods.pods[name]?.stops == [])
        }
    }

    @Test("A server that goes on after another has taken over stores nothing more and asks for nothing")
    func lostLease() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.chain)
        // It does not look by itself, so only what it wants to store tells it.
        try await world.driving(poll: .seconds(3_600)) { _ in
            let first = try await world.started(id, "first")
            try await world.driving { _ in
                try await eventually("the takeover") { world.pods.pods[first]?.requests == 2 }
                let file = try #require(world.pods.pods[first]).spec.file("number")
                world.pods.finish(first, files: [file: "7"])
                let second = try await world.started(id, "second")
                world.pods.finish(second)
                #expect(try await world.end(of: id).state == .succeeded)
                #expect(world.pods.pods[second]?.requests == 1)
            }
        }
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 && $0.stops.isEmpty })
        #expect(
            try world.metrics.expectCounter("martlet_loop_errors_total", [("loop", "runs")]).totalValue == 1
        )
        #expect(try await world.server.contradictions() == [])
    }

    @Test("A server that looks at what it holds lets go of what another has claimed")
    func lostLeaseFound() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.single)
        try await world.driving { _ in
            let name = try await world.started(id, "work")
            _ = try await world.database.write { connection in
                try connection.execute(
                    "UPDATE run_leases SET owner = 'another', expires_at = expires_at + 60000",
                    []
                )
            }
            let errors = {
                try world.metrics.expectCounter("martlet_loop_errors_total", [("loop", "runs")]).totalValue
            }
            try await eventually("the server to notice") { try errors() == 1 }
            world.pods.finish(name)
            try await Task.sleep(for: .milliseconds(50))
            #expect(try await world.run(id).state == .running)
            #expect(try errors() == 1)
            _ = try await world.database.write { try $0.execute("DELETE FROM run_leases", []) }
            #expect(try await world.end(of: id).state == .succeeded)
        }
    }

    @Test("A run that cannot be stored fails with a sentence and holds up no other")
    func poison() async throws {
        let world = try await DriverWorld(Self.seven)
        var members = Specs.single.object ?? [:]
        members["root"] = [
            "dag": ["tasks": ["work": ["componentRef": ["name": "work"], "taskInfo": ["name": "a\u{0}b"]]]]
        ]
        var ids = [try await world.submit(Specs.chain)]
        let poison = try await world.submit(.object(members))
        ids.append(try await world.submit(Specs.fan(3)))
        try await world.driving { _ in
            for id in ids { #expect(try await world.end(of: id).state == .succeeded) }
            let run = try await world.end(of: poison)
            #expect(run.state == .failed)
            #expect(run.error?.code == .runInvalid)
            #expect(run.error?.message.contains("NUL") == true, "\(run.error?.message ?? "")")
        }
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 })
        #expect(try await world.server.rowCounts()["run_leases"] == 0)
    }

    @Test(
        "A run whose rows are corrupt fails with a sentence that says which, and its pods are stopped",
        arguments: [
            ("DELETE FROM tasks WHERE path = 'root'", "root task"),
            ("DELETE FROM tasks WHERE path = 'work-1'", "'work-1' has no row"),
            ("UPDATE tasks SET state = 'DREAMING' WHERE path = 'work-1'", "DREAMING"),
            ("UPDATE tasks SET inputs = '{' WHERE path = 'work-0'", "column inputs"),
            ("UPDATE attempts SET path = 'nobody' WHERE path = 'work-0'", "nobody"),
            ("DELETE FROM specs", "pipeline spec"),
            ("UPDATE specs SET pipeline_spec = '{}'", "pipeline spec"),
        ]
    )
    func corruptRows(sql: String, fragment: String) async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.fan(2))
        try await world.driving { _ in _ = try await world.started(id, "work-1") }
        try await world.server.database.write { _ = try $0.execute(sql, []) }
        try await world.driving { _ in
            let run = try await world.end(of: id)
            #expect(run.state == .failed)
            #expect(run.error?.code == .runInvalid)
            #expect(run.error?.message.contains(fragment) == true, "\(run.error?.message ?? "")")
            try await eventually("the pods to end") { world.pods.running.isEmpty }
        }
        #expect(try await world.server.rowCounts()["run_leases"] == 0)
        // Tasks that cannot be read are left as they are.
        let isReadable = !sql.hasPrefix("UPDATE tasks")
        if isReadable { #expect(try await world.open(in: id) == []) }
    }

    @Test("A run that repeats one which was deleted before it could begin fails, and so does its root")
    func rerunOfNothing() async throws {
        let world = try await DriverWorld(Self.seven)
        let source = try await world.submit(Specs.chain)
        try await world.driving { _ in _ = try await world.end(of: source) }
        let runs = world.server.useCases.runs
        let id = try await runs.rerun(source, from: "second", displayName: nil).id
        try await runs.delete(source)
        try await world.driving { _ in
            let run = try await world.end(of: id)
            #expect(run.state == .failed)
            #expect(run.error?.message.contains("was deleted") == true, "\(run.error?.message ?? "")")
            let root = try #require(try await world.task(id, "root"))
            #expect(root.state == .failed)
            #expect(root.reason == run.error)
            #expect(root.endedAt == run.finishedAt)
        }
        #expect(try await world.open(in: id) == [])
    }

    @Test("A run whose own row cannot be read is left alone, and other runs go on")
    func corruptRun() async throws {
        let world = try await DriverWorld()
        let id = try await world.submit(Specs.single)
        try await world.server.database.write { connection in
            _ = try connection.execute("UPDATE runs SET parameters = '[' WHERE id = ?", [.text(id.text)])
        }
        let other = try await world.submit(Specs.single)
        let run = try await world.driving { _ in try await world.end(of: other) }
        #expect(run.state == .succeeded)
        let rows = try await world.server.database.read {
            try $0.query("SELECT state, parameters FROM runs WHERE id = ?", [.text(id.text)])
        }
        #expect(rows == [[.text("PENDING"), .text("[")]])
    }
}
