import Foundation
import ServerKit
import Testing

/// `MARTLET_SEEDS=1000000` plays more seeds, `MARTLET_SEED=17` plays one.
@Suite("Simulated servers")
struct OrchestratorSimulationTests {
    @Test(
        "Runs on the real driver and database end as they must, whatever fails and whenever the server is killed"
    )
    func seeds() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["MARTLET_SEED"].flatMap(UInt64.init) {
            print("simulated \(try await Served(seed: seed))")
            return
        }
        let count = environment["MARTLET_SEEDS"].flatMap(UInt64.init) ?? 500
        let lanes = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        var served = Served()
        try await withThrowingTaskGroup(of: Served.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var served = Served()
                    for seed in lane..<count where seed % lanes == lane && !Task.isCancelled {
                        served.add(try await Served(seed: seed))
                        await Task.yield()
                    }
                    return served
                }
            }
            for try await part in group { served.add(part) }
        }
        print("simulated \(served)")
        // A simulation in which nothing goes wrong checks nothing.
        #expect(served.pods > Int(count) * 3)
        #expect(served.crashes > Int(count))
        #expect(served.faults > Int(count) / 2)
        #expect(served.again > Int(count) / 10)
    }
}

/// What some seeds have come to.
private struct Served: Sendable, CustomStringConvertible {
    var runs = 0
    var again = 0
    var pods = 0
    var crashes = 0
    var faults = 0

    init() {}

    /// Plays a seed.
    /// - Throws: the first violation of a rule.
    init(seed: UInt64) async throws {
        do {
            var world = try await OrchestratorWorld(seed: seed)
            try await withThrowingTaskGroup(of: Void.self) { try world.play(&$0) }
            runs = world.runs.count
            again = world.again
            pods = world.server.world.pods.count
            crashes = world.mischief.crashCount
            faults = world.mischief.faultCount
        } catch {
            throw Violation(seed: seed, message: "\(error) — repeat with MARTLET_SEED=\(seed)")
        }
    }

    mutating func add(_ other: Served) {
        runs += other.runs
        again += other.again
        pods += other.pods
        crashes += other.crashes
        faults += other.faults
    }

    var description: String {
        "\(runs) runs, \(again) retried or repeated, \(pods) pods, \(crashes) crashes, \(faults) store faults"
    }
}
