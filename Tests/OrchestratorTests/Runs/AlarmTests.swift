import Engine
import Logging
import Model
import Pods
import ServerKit
import Synchronization
import TestKit
import Testing

@testable import Orchestrator

@Suite("The alarm for what is due", .timeLimit(.minutes(15)))
struct AlarmTests {
    @Test("What is due later than the alarm that goes off is not forgotten for what is due later still")
    func next() async throws {
        let world = try await DriverWorld { _ in .runs() }
        let id = try await world.submit(Self.spec)
        let sleeps = Sleeps()
        let driver = driver(world, sleeps)
        await withDiscardingTaskGroup { group in
            var loop = RunLoop(driver)
            await loop.turn([.poll], &group)
            await loop.turn([failure("soon", id, world), failure("later", id, world)], &group)
            world.server.clock.advance(by: .seconds(10))
            await loop.turn([.clock, failure("last", id, world)], &group)
            group.cancelAll()
        }
        // In ten seconds, then the rest of a minute for the next, although another came to be due in an hour meanwhile.
        #expect(sleeps.about(.seconds(10)) == 1)
        #expect(sleeps.about(.seconds(50)) == 1)
    }

    /// Three tasks that are tried again after ten seconds, a minute and an hour.
    private static let spec: JSONValue = {
        var builder = SpecBuilder()
        builder.container("work", outputs: [:])
        let pauses: [String: JSONValue] = ["soon": "10s", "later": "60s", "last": "3600s"]
        return builder.spec(
            tasks: pauses.mapValues { pause in
                SpecBuilder.task(
                    "work",
                    rest: [
                        "retryPolicy": [
                            "maxRetryCount": 1, "backoffDuration": pause, "backoffMaxDuration": "3600s",
                        ]
                    ]
                )
            }
        )
    }()

    private func failure(_ path: String, _ id: RunID, _ world: DriverWorld) -> RunDriver.Input {
        .result(
            PodName(runID: id, path: TaskPath(path), attempt: 0),
            .failed(Reason(.exitedNonZero, "exit 1"), exitCode: 1),
            startedAt: nil,
            endedAt: world.server.clock.now()
        )
    }

    private func driver(_ world: DriverWorld, _ sleeps: Sleeps) -> RunDriver {
        let clock = world.server.clock
        return RunDriver(
            database: world.database,
            pods: ScriptedPods(world.pods),
            artifacts: world.server.artifacts,
            now: { clock.now() },
            newID: { clock.newID() },
            sleep: { sleeps.note($0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: world.metrics
        )
    }
}

/// What somebody wanted to sleep.
private final class Sleeps: Sendable {
    private let lengths = Mutex<[Duration]>([])

    func note(_ length: Duration) { lengths.withLock { $0.append(length) } }

    /// How many were as long, or up to a second shorter, since the clock moves when it is read.
    func about(_ length: Duration) -> Int {
        lengths.withLock { $0.count { length - .seconds(1) < $0 && $0 <= length } }
    }
}
