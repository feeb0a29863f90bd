import Model
import StoreDrivers
import Synchronization

/// Something that is played by seed: the same seed, the same play.
package enum Simulation: String, CaseIterable, Sendable {
    /// Single runs on the engine alone.
    case runs
    /// Servers: the real run driver, use cases and database.
    case servers

    /// Plays seeds, on several cores at once, and goes on until as many as it may have broken a rule.
    /// - Parameters:
    ///   - seeds: the first and the one after the last.
    ///   - lanes: how many are played at the same time.
    ///   - violationsMax: after how many broken rules to stop.
    ///   - report: hears of each broken rule at once; a million seeds take hours.
    /// - Throws: ``PlatformError`` if no database can be made.
    package func play(
        _ seeds: Range<UInt64>,
        lanes: Int,
        violationsMax: Int = 1,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Tally {
        let player = try await player()
        let queue = SeedQueue(seeds, violationsMax: violationsMax)
        return await withTaskGroup(of: Tally.self) { group in
            for _ in 0..<lanes {
                group.addTask {
                    var tally = Tally()
                    while let seed = queue.next() {
                        do {
                            tally.add(try await player(seed))
                        } catch {
                            report("\(error)")
                            tally.violations.append("\(error)")
                            queue.noteViolation()
                        }
                        // What runs beside this, as other tests do, wants a thread now and then.
                        await Task.yield()
                    }
                    return tally
                }
            }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
    }

    private func player() async throws -> @Sendable (UInt64) async throws -> Tally {
        switch self {
        case .runs:
            return { seed in
                var world = try SimulatedWorld(seed: seed)
                try world.play()
                return Tally(world)
            }
        case .servers:
            let template = try await SQLiteDatabase.inMemory()
            return { seed in
                var world = try await OrchestratorWorld(seed: seed, template: template)
                try await withThrowingTaskGroup(of: Void.self) { try world.play(&$0) }
                return Tally(world)
            }
        }
    }
}

/// Which seeds nobody has played yet, until too many have broken a rule.
private final class SeedQueue: Sendable {
    private struct State {
        var next: UInt64
        var violations = 0
    }

    private let end: UInt64
    private let violationsMax: Int
    private let state: Mutex<State>

    init(_ seeds: Range<UInt64>, violationsMax: Int) {
        end = seeds.upperBound
        self.violationsMax = violationsMax
        state = Mutex(State(next: seeds.lowerBound))
    }

    /// A seed to play; `nil` when it is over.
    func next() -> UInt64? {
        state.withLock { state in
            guard state.next < end, state.violations < violationsMax else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func noteViolation() { state.withLock { $0.violations += 1 } }
}
