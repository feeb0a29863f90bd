import Logging
import Model
import Orchestrator
import PipelineIR
import Pods
import ServerKit
import Services
import Store
import StoreDrivers
import Synchronization
import TestKit

/// A run of a simulated server, and how it must go.
struct SimulatedRun {
    let graph: TaskGraph
    var fate: Fate
    var oracle: Oracle
    /// Somebody wants it to stop.
    var isStopped = false
    var isDeleted = false
}

/// Some runs on the real run driver with a real database, under a manual clock: pods, users, crashes of the server and
/// failures of its database come by seed.
struct OrchestratorWorld {
    typealias Tasks = ThrowingTaskGroup<Void, any Error>

    let seed: UInt64
    let executor: SteppedExecutor
    let sleepers = Sleepers()
    let mischief: Mischief
    let server: TestServer
    var random: SeededGenerator
    var runs: [RunID: SimulatedRun] = [:]
    /// The newest server.
    var life: ServerLife
    /// Servers that go on beside the newest, and hold only what it leaves to them.
    var others: [ServerLife] = []
    /// How the servers are told.
    var wakeUps: [RunDriver.WakeUp] = []
    /// Whether results of earlier executions are used; an oracle cannot know which.
    let hasCache: Bool
    /// How often runs were retried or repeated.
    var again = 0
    private let timing: RunDriver.Timing
    /// Whether there is anything where importers look.
    private let registersAll: Bool
    private var steps = 0
    /// Steps before which a user does something.
    private var requests: [Int: Request] = [:]

    private enum Request {
        case submit
        case terminate
        case delete
    }

    /// - Parameter template: an empty database with its schema, of which the world gets a copy.
    init(seed: UInt64, template: SQLiteDatabase) async throws {
        self.seed = seed
        var random = SeededGenerator(seed: seed ^ 0x0C_E57A)
        let executor = SteppedExecutor(seed: random.next())
        self.executor = executor
        mischief = Mischief(
            seed: random.next(),
            crashChance: random.chance(0.6) ? 0.03 : 0,
            faultChance: random.chance(0.6) ? 0.05 : 0,
            takeoverChance: random.chance(0.3) ? 0.03 : 0
        )
        life = ServerLife(mischief)
        hasCache = random.chance(0.3)
        var timing = RunDriver.Timing()
        timing.poll = [.milliseconds(200), .seconds(1), .seconds(20)][random.below(3)]
        // With such leases, servers take runs from each other whenever one of them looks.
        if random.chance(0.2) { timing.lease = timing.poll / 2 }
        timing.cacheAgeMax = hasCache ? nil : .zero
        self.timing = timing
        registersAll = random.chance(0.9)
        let waits = random.chance(0.3)
        server = try await TestServer(
            database: try template.inlineCopy(),
            script: { _ in waits ? .waits() : .runs() }
        )
        for request in [Request.submit, .submit, .terminate, .delete] where random.chance(0.25) {
            requests[1 + random.below(40)] = request
        }
        if registersAll { try await server.artifacts.put(contentsOf: "/", to: "gs://bucket/data") }
        self.random = random
    }

    /// Runs to the end, perhaps again and again, and checks every rule on the way.
    mutating func play(_ tasks: inout Tasks) throws {
        // Tasks that are not over would be waited for, whatever is thrown.
        defer {
            endServers()
            executor.run()
        }
        try submit(&tasks)
        start(&tasks)
        try playToTheEnd(&tasks)
        while again < 2, random.chance(0.3), try begin(again: &tasks) {
            again += 1
            try playToTheEnd(&tasks)
        }
        try settle(&tasks)
        for id in runs.keys.sorted() { try checkEnd(of: id, &tasks) }
        try checkEnd(&tasks)
    }

    // MARK: Time

    private mutating func playToTheEnd(_ tasks: inout Tasks) throws {
        var count = 0
        while true {
            executor.run()
            try checkViolations()
            if life.isOver { start(&tasks) }
            let open = server.world.running.sorted { "\($0)" < "\($1)" }
            if random.chance(0.1) { try checkOpen(open, &tasks) }
            if open.isEmpty, try isAllOver(&tasks) { return }
            count += 1
            if count > 5_000 { throw violation("the runs never end; open: \(try openTasks(&tasks))") }
            try step(open, &tasks)
        }
    }

    private mutating func step(_ open: [PodName], _ tasks: inout Tasks) throws {
        steps += 1
        if let request = requests.removeValue(forKey: steps) { return try make(request, &tasks) }
        if random.chance(0.02), life.mischief.crashes() { return life.end() }
        if mischief.takesOver() {
            others.append(life)
            return start(&tasks)
        }
        if let name = open.randomElement(using: &random), random.chance(0.85) { return act(name) }
        passTime()
    }

    /// Goes to the next moment for which anything waits.
    private func passTime() {
        guard let next = sleepers.next else { return }
        let now = server.clock.now()
        if next > now { server.clock.advance(by: next - now) }
        sleepers.wake(at: max(next, now))
    }

    /// Lets the server clean up without being disturbed.
    private mutating func settle(_ tasks: inout Tasks) throws {
        mischief.end()
        // The next server finds what those that died have left behind.
        endServers()
        executor.run()
        start(&tasks)
        for _ in 0..<5 {
            executor.run()
            passTime()
        }
        executor.run()
        try checkViolations()
    }

    // MARK: The server

    private mutating func endServers() {
        for server in others + [life] { server.end() }
        others = []
    }

    /// Starts a server on what is there.
    private mutating func start(_ tasks: inout Tasks) {
        let life = ServerLife(mischief)
        let clock = server.clock
        let database = server.database
        let mischief = mischief
        let driver = RunDriver(
            database: MortalDatabase(database, life),
            pods: MortalPods(pods: ScriptedPods(server.world), life: life) { pod in
                // Who has just lost a run may still ask for what it has stored before.
                if mischief.takeoverCount == 0 { await inspect(pod, database, mischief) }
            },
            artifacts: server.artifacts,
            timing: timing,
            now: { clock.now() },
            newID: { clock.newID() },
            sleep: { [sleepers] in try await sleepers.sleep(until: clock.now() + $0) },
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        )
        tasks.addTask(executorPreference: executor) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // A server that cannot begin, because the database is away, ends with an error.
                    do { try await driver.drive() } catch { life.end() }
                }
                await life.awaitEnd()
                group.cancelAll()
            }
        }
        self.life = life
        wakeUps = (others.isEmpty ? [] : wakeUps) + [driver.wakeUp]
    }

    // MARK: The machine

    /// Lets a pod take its next step.
    private func act(_ name: PodName) {
        guard let run = runs[name.runID], let pod = server.world.pods[name] else { return }
        if pod.starts == 0 { return server.world.start(name) }
        switch run.fate.end(of: name.path, attempt: name.attempt) {
        case .failure: server.world.finish(name, .exited(code: 1))
        case .loss: server.world.finish(name, .lost(Reason(.podLost, "The machine is gone.")))
        case .success:
            let outputs = run.fate.outputs(of: name.path)
            var files: [String: String] = [:]
            for path in pod.spec.outputPaths {
                guard let output = outputs[String(path.split(separator: "/").last ?? "")] else { continue }
                files[path] = output.jsonText
            }
            server.world.finish(name, files: files)
        }
    }

    // MARK: Users

    /// Whether the server is told of what is asked of it now. If not, it has to find it.
    private var isHeard: Bool { steps % 3 != 0 }

    private mutating func make(_ request: Request, _ tasks: inout Tasks) throws {
        switch request {
        case .submit:
            try submit(&tasks)
            if random.chance(0.5) { tell { $0.runCreated() } }
        case .terminate:
            guard let id = runs.keys.sorted().randomElement(using: &random) else { return }
            let runService = server.useCases.runs
            // A run that is over, or was deleted, cannot be stopped.
            guard try perform(&tasks, { try? await runService.terminate(id) }) != nil else { return }
            runs[id]?.isStopped = true
            guard isHeard else { return }
            tell { $0.terminationRequested(id) }
            executor.run()
            // After a failure the server may have to load the run first.
            if !life.isOver, mischief.faultCount == 0, mischief.takeoverCount == 0,
                let name = server.world.running.first(where: { $0.runID == id })
            {
                throw violation("run \(id) is to stop, but nobody told pod \(name)")
            }
        case .delete:
            guard let id = runs.keys.sorted().randomElement(using: &random) else { return }
            let runService = server.useCases.runs
            guard try perform(&tasks, { try? await runService.delete(id) }) != nil else { return }
            runs[id]?.isDeleted = true
            if isHeard { tell { $0.runDeleted(id) } }
        }
    }

    private func tell(_ what: (RunDriver.WakeUp) -> Void) { wakeUps.forEach(what) }

    private mutating func submit(_ tasks: inout Tasks) throws {
        var pipeline = RandomPipeline(seed: random.next())
        let spec = pipeline.make()
        let graph = try TaskGraph(try PipelineSpec(json: spec))
        let fate = fate()
        let runService = server.useCases.runs
        let id = try perform(&tasks) {
            try await runService.create(
                RunSubmission(
                    displayName: "simulated",
                    source: .spec(PipelineSpecDocument(pipelineSpec: spec))
                )
            ).run.id
        }
        runs[id] = SimulatedRun(graph: graph, fate: fate, oracle: Oracle(graph: graph, fate: fate))
    }

    private mutating func fate() -> Fate {
        Fate(
            seed: random.next(),
            failureChance: [0, 0.03, 0.1, 0.4][random.below(4)],
            hasCache: false,
            registersAll: registersAll
        )
    }

    /// Retries or repeats a run.
    /// - Returns: whether there was one.
    private mutating func begin(again tasks: inout Tasks) throws -> Bool {
        let left = runs.filter { !$0.value.isDeleted }.keys.sorted()
        guard let id = left.randomElement(using: &random), let run = runs[id] else { return false }
        let rows = try rows(of: id, &tasks)
        let fate = fate()
        let attempts = rows.attempts.reduce(into: [:]) { $0[$1.path, default: 0] += 1 }
        let ends = Dictionary(uniqueKeysWithValues: rows.tasks.map { ($0.path, $0) })
        let runService = server.useCases.runs
        if rows.run.state == .failed, random.chance(0.7) {
            let oracle = Oracle(graph: run.graph, fate: fate, past: Past(ends: ends, attempts: attempts))
            try perform(&tasks) { try await runService.retry(id) }
            runs[id] = SimulatedRun(graph: run.graph, fate: fate, oracle: oracle)
        } else if let path = ends.keys.sorted().randomElement(using: &random) {
            let past = Past(ends: ends, isRerun: true, chosen: path)
            let oracle = Oracle(graph: run.graph, fate: fate, past: past)
            let new = try perform(&tasks) {
                try await runService.rerun(id, from: path.text, displayName: nil).id
            }
            runs[new] = SimulatedRun(graph: run.graph, fate: fate, oracle: oracle)
        }
        return true
    }

    /// Does something that takes no time.
    @discardableResult
    func perform<Result: Sendable>(
        _ tasks: inout Tasks,
        _ body: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        let answer = Answer<Result>()
        tasks.addTask(executorPreference: executor) {
            do {
                let result = try await body()
                answer.value.withLock { $0 = .success(result) }
            } catch {
                answer.value.withLock { $0 = .failure(error) }
            }
        }
        executor.run()
        guard let result = answer.value.withLock({ $0 }) else { throw violation("a request has no answer") }
        return try result.get()
    }
}

/// What has become of a request.
private final class Answer<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}

/// A pod may be asked for when its attempt is stored and open, and no earlier attempt is under way.
private func inspect(_ pod: PodSpec, _ database: any Database, _ mischief: Mischief) async {
    let name = pod.name
    do {
        let (isThere, attempts) = try await database.read { connection in
            (
                try connection.revision(of: name.runID) != nil,
                try connection.attempts(of: name.runID, at: [name.path])
            )
        }
        // The driver hears of a deletion after the fact, and then stops what it has started.
        guard isThere else { return }
        guard let own = attempts.first(where: { $0.number == name.attempt }), !own.state.isFinal else {
            return mischief.note("\(name) is launched before its intent is stored")
        }
        if attempts.contains(where: { $0.number < name.attempt && !$0.state.isFinal }) {
            mischief.note("\(name) is launched while an attempt before it is open")
        }
    } catch {
        mischief.note("\(name): \(error)")
    }
}
