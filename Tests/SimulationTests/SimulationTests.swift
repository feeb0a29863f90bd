import Foundation
import Testing

/// `MARTLET_SEEDS=100000` plays more seeds, `MARTLET_SEED=17` plays one.
@Suite("Simulated runs")
struct SimulationTests {
    @Test("Any run ends as it must, whatever fails and wherever the server crashes")
    func seeds() throws {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["MARTLET_SEED"].flatMap(UInt64.init) {
            var world = try SimulatedWorld(seed: seed)
            try world.play()
            return
        }
        let count = environment["MARTLET_SEEDS"].flatMap(UInt64.init) ?? 3_000
        var crashes = 0
        var pods = 0
        var transitions: Set<Transition> = []
        for seed in 0..<count {
            do {
                var world = try SimulatedWorld(seed: seed)
                try world.play()
                crashes += world.crashes
                pods += world.pods.count
                transitions.formUnion(world.transitions)
            } catch {
                Issue.record("\(error) — repeat with MARTLET_SEED=\(seed)")
                return
            }
        }
        print("simulated \(count) runs, \(pods) pods, \(crashes) crashes")
        // A simulation that never crashes or launches checks nothing.
        #expect(crashes > Int(count) / 4)
        #expect(pods > Int(count))
        #expect(
            Set(Transition.allCases).subtracting(transitions) == [],
            "rows of the table that were never taken"
        )
    }
}
