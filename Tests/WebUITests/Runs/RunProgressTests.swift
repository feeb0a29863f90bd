import Model
import ServerKit
import Services
import Testing
import WebUI

@Suite("How far a run has got")
struct RunProgressTests {
    @Test("A run whose loop still makes passes tells no total, which nobody knows")
    func growing() async throws {
        let world = try await WebWorld()
        let run = try await world.run("grows")
        let loop = TaskPath("loop")
        let iteration = loop.appending(iteration: 0)
        func record(_ path: TaskPath, _ parent: TaskPath, _ kind: TaskKind) -> TaskRecord {
            TaskRecord(
                runID: run,
                path: path,
                parent: parent,
                name: "work",
                displayName: "work",
                iteration: kind == .iteration ? 0 : nil,
                kind: kind,
                createdAt: world.server.clock.now()
            )
        }
        let root = try #require(try await world.server.useCases.tasks.get(run, .root).tasks.first)
        var going = record(loop, .root, .loop)
        let inside = [
            record(iteration, loop, .iteration), record(iteration.appending("work"), iteration, .container),
        ]
        going.reason = Reason(.iterating, "Goes over 5 items.", details: ["iterations": 5])
        try await world.store([root, going] + inside, [])
        #expect(try await world.get("/runs/\(run)").text.contains(">0 done<"))
        going.reason = nil
        try await world.store([root, going] + inside, [])
        #expect(try await world.get("/runs/\(run)").text.contains(">0 of 1 done<"))
    }
}
