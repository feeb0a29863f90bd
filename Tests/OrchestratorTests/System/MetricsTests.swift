import CoreMetrics
import MetricsTestKit
import Model
import ServerKit
import Testing

@Suite("The loop's metrics", .timeLimit(.minutes(15)))
struct MetricsTests {
    private let loop = [("loop", "runs")]

    @Test("All five are there at zero before the loop has begun")
    func zero() async throws {
        let world = try await DriverWorld()
        _ = world.driver()
        for name in ["ticks", "errors", "retries"] {
            #expect(try world.metrics.expectCounter("martlet_loop_\(name)_total", loop).totalValue == 0)
        }
        #expect(try world.metrics.expectMeter("martlet_loop_queue_length", loop).lastValue == 0)
        #expect(try world.metrics.expectTimer("martlet_loop_seconds", loop).values == [])
    }

    @Test("Turns are counted and timed; errors and what is tried again are counted when they happen")
    func counting() async throws {
        let world = try await DriverWorld()
        let id = try await world.submit(Specs.single)
        try await world.driving { _ in _ = try await world.end(of: id) }
        let ticks = try world.metrics.expectCounter("martlet_loop_ticks_total", loop).totalValue
        #expect(ticks > 0)
        #expect(try world.metrics.expectTimer("martlet_loop_seconds", loop).values.count == Int(ticks))
        #expect(try world.metrics.expectCounter("martlet_loop_errors_total", loop).totalValue == 0)
        let next = try await world.submit(Specs.single)
        // Leases, the claim, then the run's first progress.
        world.database.fail(write: 2, .beforeCommit)
        try await world.driving { _ in _ = try await world.end(of: next) }
        #expect(try world.metrics.expectCounter("martlet_loop_errors_total", loop).totalValue == 1)
        #expect(try world.metrics.expectCounter("martlet_loop_retries_total", loop).totalValue == 1)
    }
}
