import Model
import Orchestrator
import Pods
import ServerKit
import Services
import Store
import Testing

@Suite("Driving runs", .timeLimit(.minutes(15)))
struct RunDriverTests {
    /// Programs that leave the number 7 wherever they may leave a number.
    private static let seven: @Sendable (PodSpec) -> ScriptedProgram = { spec in
        let file = spec.file("number")
        return .ends(files: file.isEmpty ? [:] : [file: "7"])
    }

    @Test("A run is claimed, its tasks run one after the other, and it is let go of")
    func chain() async throws {
        let world = try await DriverWorld(Self.seven)
        let id = try await world.submit(Specs.chain)
        try await world.driving { _ in
            let run = try await world.end(of: id)
            #expect(run.state == .succeeded)
            #expect(run.finishedAt != nil)
            #expect(run.stateHistory.map(\.state) == [.pending, .running, .succeeded])
            try await eventually("all pods forgotten") {
                world.pods.pods.values.allSatisfy(\.isForgotten)
            }
        }
        let first = try #require(try await world.task(id, "first"))
        let second = try #require(try await world.task(id, "second"))
        #expect(first.outputs.parameters == ["number": 7])
        #expect(second.inputs.parameters == ["number": 7])
        #expect(second.inputs.artifacts == first.outputs.artifacts)
        #expect(world.pods.pods.count == 2)
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 })
        let rows = try await world.server.rowCounts()
        #expect(rows["run_leases"] == 0)
        #expect(rows["attempts"] == 2)
        #expect(rows["artifacts"] == 1)
        #expect(rows["artifact_edges"] == 2)
        #expect(try await world.server.contradictions() == [])
    }

    @Test("Many runs go on at once, and all of them end")
    func many() async throws {
        let world = try await DriverWorld(Self.seven)
        try await world.driving { wakeUp in
            var ids: [RunID] = []
            for number in 0..<40 {
                ids.append(try await world.submit(number % 2 == 0 ? Specs.chain : Specs.fan(5)))
                wakeUp.runCreated()
            }
            for id in ids { #expect(try await world.end(of: id).state == .succeeded) }
        }
        #expect(world.pods.pods.count == 20 * 2 + 20 * 5)
        #expect(try await world.server.rowCounts()["run_leases"] == 0)
    }

    @Test("A program that fails is tried again as often as it may be, each attempt once")
    func retries() async throws {
        let world = try await DriverWorld { spec in
            .ends(.exited(code: spec.name.attempt < 2 ? 3 : 0), log: "attempt \(spec.name.attempt)\n")
        }
        let good = try await world.submit(Specs.retried(2))
        let bad = try await world.submit(Specs.retried(1))
        try await world.driving { _ in
            #expect(try await world.end(of: good).state == .succeeded)
            let run = try await world.end(of: bad)
            #expect(run.state == .failed)
            #expect(run.error?.message.contains("exit status 3") == true)
            #expect(run.error?.message.contains("attempt 1") == true, "the end of the last log is shown")
        }
        #expect(world.pods.pods.keys.count { $0.runID == good } == 3)
        #expect(world.pods.pods.keys.count { $0.runID == bad } == 2)
        #expect(world.pods.pods.values.allSatisfy { $0.starts == 1 })
    }

    @Test("The pause before a retry is kept")
    func backoff() async throws {
        let world = try await DriverWorld { .ends(.exited(code: $0.name.attempt == 0 ? 1 : 0)) }
        var spec = Specs.retried(1)
        spec["root", "dag", "tasks", "work", "retryPolicy"] = ["maxRetryCount": 1, "backoffDuration": "0.2s"]
        let id = try await world.submit(spec)
        try await world.driving { _ in
            try await eventually("the first failure") {
                try await world.task(id, "work")?.reason?.code == .waitingForRetry
            }
            let failed = try #require(
                try await world.server.useCases.tasks.all(of: id, withArtifacts: true).attempts.first
            )
            #expect(try await world.end(of: id).state == .succeeded)
            let attempts = try await world.server.useCases.tasks.all(of: id, withArtifacts: true).attempts
            let next = try #require(attempts.last)
            #expect(next.createdAt - (failed.endedAt ?? .epoch) >= .milliseconds(200))
        }
    }

    @Test(
        "A run that was asked to stop is stopped, whether anybody tells the loop or it finds out by loading"
    )
    func termination() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let early = try await world.submit(Specs.single)
        try await world.server.useCases.runs.terminate(early)
        let late = try await world.submit(Specs.chain)
        try await world.driving { wakeUp in
            let name = try await world.started(late, "first")
            try await world.server.useCases.runs.terminate(late)
            wakeUp.terminationRequested(late)
            for id in [early, late] {
                let run = try await world.end(of: id)
                #expect(run.state == .failed)
                #expect(run.error?.code == .terminated)
            }
            #expect(world.pods.pods[name]?.stops == [.seconds(10)], "politely first")
        }
        #expect(world.pods.pods.keys.allSatisfy { $0.runID == late && $0.path.text == "first" })
        #expect(try await world.task(late, "second")?.state == .canceled)
    }

    @Test("A live run that is deleted takes its pods along")
    func deletion() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.fan(3))
        let other = try await world.submit(Specs.single)
        try await world.driving { wakeUp in
            for number in 0..<3 { _ = try await world.started(id, "work-\(number)") }
            let name = try await world.started(other, "work")
            try await world.server.useCases.runs.delete(id)
            wakeUp.runDeleted(id)
            try await eventually("the pods to go") { world.pods.removedRuns.contains(id) }
            #expect(world.pods.running == [name])
            world.pods.finish(name)
            #expect(try await world.end(of: other).state == .succeeded)
        }
        #expect(try await world.server.rowCounts()["runs"] == 1)
        #expect(try await world.server.contradictions() == [])
    }

    @Test("A run deleted while no server was there has its pods removed by the next one")
    func deletionInBetween() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Specs.single)
        try await world.driving { _ in _ = try await world.started(id, "work") }
        try await world.server.useCases.runs.delete(id)
        try await world.driving { _ in
            try await eventually("the pods to go") { world.pods.removedRuns.contains(id) }
        }
        #expect(world.pods.running == [])
    }

    @Test(
        "A pod that a crash kept from being forgotten is forgotten by the next server, one that goes on is not"
    )
    func forgettingInBetween() async throws {
        let world = try await DriverWorld { $0.name.path.text == "first" ? Self.seven($0) : .runs() }
        let id = try await world.submit(Specs.chain)
        let first = PodName(runID: id, path: TaskPath("first"), attempt: 0)
        var second: PodName?
        try await world.driving { _ in
            second = try await world.started(id, "second")
            try await eventually("the pod to be forgotten") { world.pods.pods[first]?.isForgotten == true }
        }
        world.pods.remember(first)
        try await world.driving { _ in
            try await eventually("the pod to be forgotten") { world.pods.pods[first]?.isForgotten == true }
            #expect(second.flatMap { world.pods.pods[$0] }?.isForgotten == false)
        }
    }
}

extension JSONValue {
    /// A member of members; setting makes what is missing.
    fileprivate subscript(path: String...) -> JSONValue? {
        get { path.reduce(self) { $0?[$1] ?? nil } }
        set { self = setting(path[...], newValue ?? .null) }
    }

    private func setting(_ path: ArraySlice<String>, _ value: JSONValue) -> JSONValue {
        guard let first = path.first else { return value }
        var members = object ?? [:]
        members[first] = (members[first] ?? [:]).setting(path.dropFirst(), value)
        return .object(members)
    }
}
