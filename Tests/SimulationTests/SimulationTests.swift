import Foundation
import Simulation
import Testing

/// A few seeds, so that `swift test` alone notices what breaks; `make simulate` plays many, optimised.
/// One after the other: each keeps the cores busy, and other tests wait for something to happen meanwhile.
@Suite("Simulations", .serialized)
struct SimulationTests {
    @Test(
        "Runs end as they must, whatever fails and wherever the server crashes",
        arguments: zip(Simulation.allCases, [1_000, 300] as [UInt64])
    )
    func seeds(of simulation: Simulation, count: UInt64) async throws {
        let tally = try await simulation.play(
            0..<count,
            lanes: ProcessInfo.processInfo.activeProcessorCount
        )
        #expect(tally.violations == [])
        #expect(tally.shortfalls == [])
    }

    @Test("Seeds that have shown a mistake do not show it again", arguments: [1631, 10418] as [UInt64])
    func oldMistakes(seed: UInt64) async throws {
        let tally = try await Simulation.servers.play(seed..<seed + 1, lanes: 1)
        #expect(tally.violations == [])
    }

    @Test("The same seed is the same play", arguments: Simulation.allCases)
    func repeatable(_ simulation: Simulation) async throws {
        let first = try await simulation.play(0..<20, lanes: 1)
        let second = try await simulation.play(0..<20, lanes: 2)
        #expect(first.description == second.description)
    }
}
