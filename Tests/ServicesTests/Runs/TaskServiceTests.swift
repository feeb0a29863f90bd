import Model
import Pods
import ServerKit
import Services
import Store
import Testing

@Suite("Tasks and logs")
struct TaskServiceTests {
    private let path = TaskPath("work")

    /// A run whose task has attempts in the given states.
    private func run(_ server: TestServer, attempts: [AttemptState]) async throws -> RunID {
        let id = try await server.useCases.runs.create(
            RunSubmission(
                displayName: "r",
                source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
            )
        ).run.id
        let now = server.clock.now()
        let path = self.path
        try await server.database.write { connection in
            try connection.upsertTasks([
                TaskRecord(
                    runID: id,
                    path: path,
                    parent: .root,
                    name: "work",
                    displayName: "work",
                    kind: .container,
                    createdAt: now
                )
            ])
            let rows = attempts.enumerated().map { number, state in
                var attempt = Attempt(path: path, number: number, createdAt: now)
                attempt.state = state
                return attempt
            }
            try connection.upsertAttempts(rows, of: id)
        }
        return id
    }

    @Test("A log is read of the attempt that is asked for, else of the newest")
    func attempts() async throws {
        let server = try await TestServer()
        let id = try await run(server, attempts: [.failed, .running])
        let pods = ScriptedPods(server.world)
        for number in 0...1 {
            let name = PodName(runID: id, path: path, attempt: number)
            await pods.ensure(PodSpec(name: name, image: "", command: [], args: []))
            server.world.write("log \(number)", to: name)
        }
        let tasks = server.useCases.tasks
        #expect(try await tasks.log(of: id, path, attempt: 0, from: 0).chunk.bytes == Array("log 0".utf8))
        #expect(try await tasks.log(of: id, path, attempt: nil, from: 4).chunk.bytes == Array("1".utf8))
        #expect(try await tasks.log(of: id, path, attempt: 1, from: 5).chunk.bytes == [])
        for attempt in [2, -1, .max] {
            try await expectRefusal(server, .notFound, "Attempt") {
                _ = try await tasks.log(of: id, path, attempt: attempt, from: 0)
            }
        }
        try await expectRefusal(server, .notFound, "Task") {
            _ = try await tasks.log(of: id, TaskPath("nobody"), attempt: nil, from: 0)
        }
        try await expectRefusal(server, .notFound, "Run") {
            _ = try await tasks.log(of: RunID("nobody"), path, attempt: nil, from: 0)
        }
    }

    @Test("A task without attempts, or whose pod is not there yet, has an empty log that may still come")
    func nothingYet() async throws {
        let server = try await TestServer()
        let waiting = try await run(server, attempts: [])
        let nothing = try await server.useCases.tasks.log(of: waiting, path, attempt: nil, from: 0)
        #expect(nothing.attempt == nil)
        #expect(nothing.chunk == LogChunk(bytes: [], nextOffset: 0, isComplete: false))
        let pending = try await run(server, attempts: [.pending])
        #expect(
            try await !server.useCases.tasks.log(of: pending, path, attempt: nil, from: 0).chunk.isComplete
        )
        let over = try await run(server, attempts: [.failed])
        #expect(try await server.useCases.tasks.log(of: over, path, attempt: nil, from: 0).chunk.isComplete)
    }
}
