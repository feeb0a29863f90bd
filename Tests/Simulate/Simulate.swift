import ArgumentParser
import Foundation
import Simulation

@main
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Plays runs or whole servers by seed, and says which rules were broken.",
        discussion:
            "The same seed is the same play on every machine. The exit status is 1 if a rule was broken."
    )

    @Argument(help: "What to play: \(Simulation.allCases.map(\.rawValue).joined(separator: " or ")).")
    var simulation: Simulation

    @Option(help: "How many seeds to play.")
    var seeds: UInt64 = 20_000

    @Option(help: "The first seed.")
    var from: UInt64 = 0

    @Option(help: "Play this seed alone.")
    var seed: UInt64?

    @Option(help: "How many to play at the same time; by default one on each core.")
    var lanes: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Stop after so many broken rules.")
    var violations: Int = 10

    func validate() throws {
        guard from.addingReportingOverflow(seeds).overflow == false, seed != .max else {
            throw ValidationError("There are no seeds that large.")
        }
        guard lanes > 0, violations > 0 else { throw ValidationError("--lanes and --violations begin at 1.") }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let range = seed.map { $0..<$0 + 1 } ?? from..<from + seeds
        let tally = try await simulation.play(range, lanes: lanes, violationsMax: violations) { violation in
            FileHandle.standardOutput.write(Data("\(violation)\n".utf8))
        }
        print("\(simulation.rawValue): \(tally), \((ContinuousClock.now - start).formatted())")
        // A few seeds need not show everything.
        let shortfalls = tally.seeds >= 1_000 ? tally.shortfalls : []
        for shortfall in shortfalls { print("  \(shortfall)") }
        if !(tally.violations + shortfalls).isEmpty { throw ExitCode.failure }
    }
}

extension Simulation: ExpressibleByArgument {}
