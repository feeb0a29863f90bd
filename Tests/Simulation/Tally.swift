import ServerKit

/// What some seeds have come to.
package struct Tally: Sendable, CustomStringConvertible {
    /// How many seeds were played to their end.
    package private(set) var seeds = 0
    /// Sentences about rules that were broken, each with its seed.
    package internal(set) var violations: [String] = []
    private var runs = 0
    private var again = 0
    private var pods = 0
    private var crashes = 0
    private var faults = 0
    private var takeovers = 0
    /// Rows of the machine's table that were taken; `nil` if nobody looked.
    private var transitions: Set<Transition>?

    init() {}

    init(_ world: SimulatedWorld) {
        seeds = 1
        runs = 1
        again = world.again
        pods = world.podCount
        crashes = world.crashes
        transitions = world.transitions
    }

    init(_ world: OrchestratorWorld) {
        seeds = 1
        runs = world.runs.count
        again = world.again
        pods = world.server.world.pods.count
        crashes = world.mischief.crashCount
        faults = world.mischief.faultCount
        takeovers = world.mischief.takeoverCount
    }

    mutating func add(_ other: Tally) {
        seeds += other.seeds
        violations += other.violations
        runs += other.runs
        again += other.again
        pods += other.pods
        crashes += other.crashes
        faults += other.faults
        takeovers += other.takeovers
        if let more = other.transitions { transitions = (transitions ?? []).union(more) }
    }

    /// Sentences about what happened too rarely: a simulation in which nothing goes wrong checks nothing. Some hundred
    /// seeds are enough for all of it.
    package var shortfalls: [String] {
        var found: [String] = []
        if pods < seeds { found.append("There were fewer pods than seeds.") }
        if crashes < seeds / 4 { found.append("Servers crashed in fewer than a quarter of the seeds.") }
        if again < seeds / 10 { found.append("Fewer than a tenth of the runs were retried or repeated.") }
        if let transitions {
            let missing = Set(Transition.allCases).subtracting(transitions)
            if !missing.isEmpty { found.append("Rows of the table never taken: \(missing).") }
        } else {
            if faults < seeds / 2 { found.append("The database failed in fewer than half of the seeds.") }
            if takeovers < seeds / 20 { found.append("Runs were taken over in too few of the seeds.") }
        }
        return found
    }

    package var description: String {
        "\(seeds) seeds: \(runs) runs, \(again) retried or repeated, \(pods) pods, \(crashes) crashes"
            + (transitions == nil ? ", \(faults) store faults, \(takeovers) takeovers" : "")
    }
}
