import Model
import Pods
import ServerKit
import Store
import Synchronization
import TestKit

/// What goes wrong with servers and their database, by seed, and what was seen to be wrong meanwhile.
final class Mischief: Sendable {
    private struct State {
        var random: SeededGenerator
        var crashChance: Double
        var faultChance: Double
        var takeoverChance: Double
        var crashes = 0
        var faults = 0
        var takeovers = 0
        var violations: [String] = []
    }

    private static let countMax = 30
    private let state: Mutex<State>

    init(seed: UInt64, crashChance: Double, faultChance: Double, takeoverChance: Double) {
        state = Mutex(
            State(
                random: SeededGenerator(seed: seed),
                crashChance: crashChance,
                faultChance: faultChance,
                takeoverChance: takeoverChance
            )
        )
    }

    var crashCount: Int { state.withLock { $0.crashes } }
    var faultCount: Int { state.withLock { $0.faults } }
    /// How often a server began although another went on.
    var takeoverCount: Int { state.withLock { $0.takeovers } }
    var violations: [String] { state.withLock { $0.violations } }

    /// From now on all goes well.
    func end() {
        state.withLock { state in
            state.crashChance = 0
            state.faultChance = 0
            state.takeoverChance = 0
        }
    }

    func note(_ violation: String) { state.withLock { $0.violations.append(violation) } }

    /// Whether a server dies here.
    func crashes() -> Bool {
        state.withLock { state in
            guard state.crashes < Self.countMax, state.random.chance(state.crashChance) else { return false }
            state.crashes += 1
            return true
        }
    }

    /// Whether a server begins here although another goes on, as one does that was paused for long.
    func takesOver() -> Bool {
        state.withLock { state in
            guard state.takeovers < 3, state.random.chance(state.takeoverChance) else { return false }
            state.takeovers += 1
            return true
        }
    }

    /// Whether and where a transaction fails.
    func fault() -> FaultyDatabase.Place? {
        state.withLock { state in
            guard state.faults < Self.countMax, state.random.chance(state.faultChance) else { return nil }
            state.faults += 1
            return state.random.chance(0.5) ? .beforeCommit : .afterCommit
        }
    }
}

/// One process of the server. What it asks for after its end does not happen.
final class ServerLife: Sendable {
    let mischief: Mischief
    private let isOverState = Mutex(false)
    private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)

    init(_ mischief: Mischief) {
        self.mischief = mischief
    }

    var isOver: Bool { isOverState.withLock { $0 } }

    func end() {
        isOverState.withLock { $0 = true }
        continuation.finish()
    }

    /// Returns when it is over.
    func awaitEnd() async { for await _ in stream {} }

    /// Comes to a moment at which the server may be killed.
    /// - Returns: whether it lives.
    func survives() -> Bool {
        guard !isOver else { return false }
        if mischief.crashes() { end() }
        return !isOver
    }
}

/// The database as a server sees it that may be killed before and after each transaction, and whose transactions may fail.
struct MortalDatabase: Database {
    private let faulty: FaultyDatabase
    private let life: ServerLife

    init(_ database: any Database, _ life: ServerLife) {
        faulty = FaultyDatabase(database)
        self.life = life
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        guard !life.isOver else { throw Self.gone }
        if life.mischief.fault() != nil { throw Self.gone }
        return try await faulty.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        guard life.survives() else { throw Self.gone }
        if let place = life.mischief.fault() { faulty.fail(write: 0, place) }
        let result = try await faulty.write(body)
        guard life.survives() else { throw Self.gone }
        return result
    }

    private static let gone = PlatformError(.unavailable, "the database went away", retry: .backoff)
}

/// The machine as a server sees it that may be killed before and after whatever it asks for.
struct MortalPods: PodRuntime {
    let pods: ScriptedPods
    let life: ServerLife
    /// Looks at a pod that is about to be asked for.
    let inspect: @Sendable (PodSpec) async -> Void

    var reports: AsyncStream<PodReport> { pods.reports }

    func layout(of name: PodName) -> PodLayout { pods.layout(of: name) }

    func ensure(_ spec: PodSpec) async {
        await effect {
            await inspect(spec)
            await pods.ensure(spec)
        }
    }

    func stop(_ name: PodName, grace: Duration) async { await effect { await pods.stop(name, grace: grace) } }
    func forget(_ name: PodName) async { await effect { await pods.forget(name) } }
    func stopAll(of runID: RunID) async throws { try await effect { try await pods.stopAll(of: runID) } }
    func remove(runID: RunID) async throws { try await effect { try await pods.remove(runID: runID) } }

    func log(of name: PodName, from offset: Int, bytesMax: Int) async throws -> LogChunk? {
        try await pods.log(of: name, from: offset, bytesMax: bytesMax)
    }
    func awaitLog(of name: PodName, beyond offset: Int) async throws {}
    func readOutput(_ path: String, of name: PodName, bytesMax: Int) async throws -> [UInt8]? {
        try await pods.readOutput(path, of: name, bytesMax: bytesMax)
    }
    func load() async -> PodLoad { await pods.load() }
    func hasUnforgotten(of runID: RunID) async throws -> Bool { try await pods.hasUnforgotten(of: runID) }
    func runs() async throws -> [RunID] { try await pods.runs() }
    func makeVolume(named name: String) async throws {}
    func copy(_ source: String, toVolume name: String, at path: String) async throws {}
    func removeVolume(named name: String) async throws {}

    private func effect(_ body: () async throws -> Void) async rethrows {
        guard life.survives() else { return }
        try await body()
        _ = life.survives()
    }
}
