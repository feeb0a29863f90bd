package import Model
package import Pods
import Synchronization

/// What a pod's program does, and how its log and files look then.
package struct ScriptedProgram: Sendable {
    /// How it ends; `nil` for a program that runs until it is ended or stopped.
    package var outcome: PodOutcome?
    /// Its log.
    package var log: String
    /// Files it writes, by path.
    package var files: [String: String]
    /// Whether it waits for capacity until the test starts it.
    package var isHeld = false

    /// A program that ends at once.
    package static func ends(
        _ outcome: PodOutcome = .exited(code: 0),
        files: [String: String] = [:],
        log: String = ""
    ) -> Self {
        Self(outcome: outcome, log: log, files: files)
    }

    /// A program that goes on until the test ends it.
    package static func runs(log: String = "") -> Self { Self(outcome: nil, log: log, files: [:]) }

    /// A program that waits until the test starts it, and then goes on until the test ends it.
    package static func waits() -> Self { Self(outcome: nil, log: "", files: [:], isHeld: true) }
}

/// The machine pods live on: it outlives every server that talks to it.
package final class PodWorld: Sendable {
    /// One pod as the machine knows it.
    package struct Pod: Sendable {
        /// What was asked for first.
        package let spec: PodSpec
        /// How often its program was started; more than once would be a mistake of the tests.
        package var starts = 0
        /// How often a server asked for it.
        package var requests = 0
        /// The pauses with which it was asked to stop.
        package var stops: [Duration] = []
        /// How it ended, once it did.
        package var end: PodEnd?
        /// How often its log was read.
        package var logReads = 0
        /// Whether its working files are gone.
        package var isForgotten = false
        var log: [UInt8] = []
        var files: [String: [UInt8]] = [:]
    }

    private struct State {
        var pods: [PodName: Pod] = [:]
        var contradictions: [String] = []
        var removed: Set<RunID> = []
        var servers: [AsyncStream<PodReport>.Continuation] = []
    }

    private let state = Mutex(State())
    private let clock: TickingClock
    private let script: @Sendable (PodSpec) -> ScriptedProgram

    /// Makes a machine.
    /// - Parameter script: what a pod's program does, asked once when it starts.
    package init(
        clock: TickingClock,
        script: @escaping @Sendable (PodSpec) -> ScriptedProgram = { _ in .ends() }
    ) {
        self.clock = clock
        self.script = script
    }

    /// All pods there ever were, except those of removed runs.
    package var pods: [PodName: Pod] { state.withLock { $0.pods } }
    /// The pods that still run.
    package var running: Set<PodName> { Set(pods.filter { $0.value.end == nil }.keys) }
    /// Pods that were asked for twice, but differently.
    package var contradictions: [String] { state.withLock { $0.contradictions } }
    /// The runs of which every trace was removed.
    package var removedRuns: Set<RunID> { state.withLock { $0.removed } }

    /// Lets a program write to its log.
    package func write(_ text: String, to name: PodName) {
        state.withLock { $0.pods[name]?.log += Array(text.utf8) }
    }

    /// Starts a program that waits.
    package func start(_ name: PodName) {
        state.withLock { state in
            guard let pod = state.pods[name], pod.starts == 0, pod.end == nil else { return }
            state.pods[name]?.starts = 1
            report(name, .started(at: clock.now()), state)
        }
    }

    /// Ends a program that runs.
    package func finish(
        _ name: PodName,
        _ outcome: PodOutcome = .exited(code: 0),
        files: [String: String] = [:]
    ) {
        state.withLock { state in
            guard state.pods[name]?.end == nil else { return }
            state.pods[name]?.files.merge(files.mapValues { Array($0.utf8) }) { _, new in new }
            end(name, outcome, &state)
        }
    }

    // MARK: What a server's runtime asks

    func attach() -> AsyncStream<PodReport> {
        let (stream, continuation) = AsyncStream.makeStream(of: PodReport.self)
        state.withLock { $0.servers.append(continuation) }
        return stream
    }

    func ensure(_ spec: PodSpec) {
        state.withLock { state in
            if let pod = state.pods[spec.name] {
                if pod.spec != spec { state.contradictions.append("\(spec.name)") }
                state.pods[spec.name]?.requests += 1
                if let end = pod.end { report(spec.name, .ended(end), state) }
                return
            }
            let program = script(spec)
            var pod = Pod(spec: spec)
            pod.requests = 1
            pod.log = Array(program.log.utf8)
            pod.files = program.files.mapValues { Array($0.utf8) }
            guard !program.isHeld else {
                state.pods[spec.name] = pod
                return report(spec.name, .waiting(Reason(.waitingForCapacity, "The machine is full.")), state)
            }
            pod.starts = 1
            state.pods[spec.name] = pod
            report(spec.name, .started(at: clock.now()), state)
            if let outcome = program.outcome { end(spec.name, outcome, &state) }
        }
    }

    func stop(_ name: PodName, grace: Duration) {
        state.withLock { state in
            guard let pod = state.pods[name], pod.end == nil else { return }
            state.pods[name]?.stops.append(grace)
            let isStarted = pod.starts != 0
            let stopped = Reason(.killedBySignal, "It was stopped before it started.")
            end(name, isStarted ? .signaled(number: 15) : .notStarted(stopped), &state)
        }
    }

    func log(of name: PodName, from offset: Int, bytesMax: Int) -> LogChunk? {
        state.withLock { state in
            guard let pod = state.pods[name] else { return nil }
            state.pods[name]?.logReads += 1
            let bytes = Array(pod.log.dropFirst(offset).prefix(bytesMax))
            return LogChunk(
                bytes: bytes,
                nextOffset: offset + bytes.count,
                isComplete: pod.end != nil,
                size: pod.log.count
            )
        }
    }

    func output(_ path: String, of name: PodName) -> [UInt8]? {
        state.withLock { $0.pods[name].flatMap { $0.isForgotten ? nil : $0.files[path] } }
    }

    func forget(_ name: PodName) {
        state.withLock { $0.pods[name]?.isForgotten = true }
    }

    /// Makes it as if a server had died before it forgot a pod.
    package func remember(_ name: PodName) {
        state.withLock { $0.pods[name]?.isForgotten = false }
    }

    func remove(_ run: RunID) throws {
        try state.withLock { state in
            let own = state.pods.filter { $0.key.runID == run }
            guard own.values.allSatisfy({ $0.end != nil }) else {
                throw PlatformError(.failedPrecondition, "Run \(run) has pods that are not over.")
            }
            for name in own.keys { state.pods[name] = nil }
            state.removed.insert(run)
        }
    }

    private func end(_ name: PodName, _ outcome: PodOutcome, _ state: inout State) {
        let tail = String(decoding: state.pods[name]?.log.suffix(Limits.logTailBytesMax) ?? [], as: UTF8.self)
        let end = PodEnd(outcome: outcome, startedAt: nil, endedAt: clock.now(), logTail: tail)
        state.pods[name]?.end = end
        report(name, .ended(end), state)
    }

    private func report(_ name: PodName, _ event: PodEvent, _ state: State) {
        for server in state.servers { server.yield(PodReport(name: name, event: event)) }
    }
}

/// One server's view of a ``PodWorld``.
package struct ScriptedPods: PodRuntime {
    package let reports: AsyncStream<PodReport>
    private let world: PodWorld

    /// Attaches a server to a machine.
    package init(_ world: PodWorld) {
        self.world = world
        reports = world.attach()
    }

    package func layout(of name: PodName) -> PodLayout {
        PodLayout(outputParametersFolder: "/pods/\(name)/outputs", workingFolder: "/pods/\(name)/work")
    }
    package func ensure(_ spec: PodSpec) async { world.ensure(spec) }
    package func stop(_ name: PodName, grace: Duration) async { world.stop(name, grace: grace) }
    package func log(of name: PodName, from offset: Int, bytesMax: Int) async throws -> LogChunk? {
        world.log(of: name, from: offset, bytesMax: bytesMax)
    }
    package func awaitLog(of name: PodName, beyond offset: Int) async throws {
        try await Task.sleep(for: .milliseconds(10))
    }
    package func readOutput(_ path: String, of name: PodName, bytesMax: Int) async throws -> [UInt8]? {
        world.output(path, of: name)
    }
    package func forget(_ name: PodName) async { world.forget(name) }
    package func load() async -> PodLoad {
        PodLoad(places: 4, running: world.running.count, waiting: 0)
    }
    package func hasUnforgotten(of runID: RunID) async throws -> Bool {
        world.pods.contains { $0.key.runID == runID && !$0.value.isForgotten }
    }
    package func runs() async throws -> [RunID] { Set(world.pods.keys.map(\.runID)).sorted() }
    package func stopAll(of runID: RunID) async throws {
        for name in world.running where name.runID == runID { world.stop(name, grace: .zero) }
    }
    package func makeVolume(named name: String) async throws {}
    package func copy(_ source: String, toVolume name: String, at path: String) async throws {}
    package func removeVolume(named name: String) async throws {}
    package func remove(runID: RunID) async throws { try world.remove(runID) }
}
