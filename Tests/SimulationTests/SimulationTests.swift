import Foundation
import Testing

/// `MARTLET_SEEDS=100000` plays more seeds, `MARTLET_SEED=17` plays one.
@Suite("Simulated runs")
struct SimulationTests {
    @Test("Any run ends as it must, whatever fails and wherever the server crashes")
    func seeds() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["MARTLET_SEED"].flatMap(UInt64.init) {
            var world = try SimulatedWorld(seed: seed)
            try world.play()
            return
        }
        let count = environment["MARTLET_SEEDS"].flatMap(UInt64.init) ?? 10_000
        let lanes = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        var played = Played()
        try await withThrowingTaskGroup(of: Played.self) { group in
            for lane in 0..<lanes {
                group.addTask { try await Played(seeds: (lane..<count).filter { $0 % lanes == lane }) }
            }
            for try await part in group { played.add(part) }
        }
        print("simulated \(played)")
        // A simulation that never crashes or launches checks nothing.
        #expect(played.crashes > Int(count) / 4)
        #expect(played.pods > Int(count))
        #expect(played.again > Int(count) / 4)
        #expect(
            Set(Transition.allCases).subtracting(played.transitions) == [],
            "rows of the table that were never taken"
        )
    }
}

/// What some seeds have come to.
private struct Played: Sendable, CustomStringConvertible {
    var runs = 0
    var again = 0
    var pods = 0
    var crashes = 0
    var transitions: Set<Transition> = []

    init() {}

    /// Plays seeds to the first violation.
    init(seeds: some Sequence<UInt64>) async throws {
        for seed in seeds where !Task.isCancelled {
            do {
                var world = try SimulatedWorld(seed: seed)
                try world.play()
                add(world)
                // The tests beside this one share its threads, and some wait for a moment to come.
                await Task.yield()
            } catch {
                throw Violation(seed: seed, message: "\(error) — repeat with MARTLET_SEED=\(seed)")
            }
        }
    }

    private mutating func add(_ world: SimulatedWorld) {
        runs += 1
        again += world.again
        pods += world.podCount
        crashes += world.crashes
        transitions.formUnion(world.transitions)
    }

    mutating func add(_ other: Played) {
        runs += other.runs
        again += other.again
        pods += other.pods
        crashes += other.crashes
        transitions.formUnion(other.transitions)
    }

    var description: String {
        "\(runs) runs, \(again) retried or repeated, \(pods) pods, \(crashes) crashes"
    }
}
