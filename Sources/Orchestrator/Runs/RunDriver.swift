package import Artifacts
import Engine
package import Logging
package import Model
import PipelineIR
package import Pods
import ServiceLifecycle
package import Store

/// Drives runs: claims them, asks their machines what to do, stores it, does it.
///
/// One loop owns all machines. Whatever has happened since the last turn becomes one transaction (intent first), then the
/// actions follow. Nothing in memory is a truth: if a write fails, the machines concerned are thrown away and
/// loaded again, exactly as after a crash.
package struct RunDriver: Service {
    /// Lengths of time the driver lives by.
    package struct Timing: Sendable {
        /// How long a claim holds without renewal.
        package var lease: Duration = .seconds(30)
        /// How often claims are renewed and unclaimed runs are looked for. Wake-ups make it faster, polling makes it correct.
        package var poll: Duration = .seconds(1)
        /// Time between the polite and the firm request to end.
        package var grace: Duration = .seconds(10)
        /// Age at which results in the cache stop counting; `nil` for never.
        package var cacheAgeMax: Duration?

        /// The usual lengths.
        package init() {}
    }

    /// Tells the driver that there may be something new, so that it need not wait for its next poll.
    package struct WakeUp: Sendable {
        fileprivate let inbox: Inbox<Input>

        /// A run may have been created.
        package func runCreated() { inbox.add(.poll) }

        /// A run's rows are gone; its pods must go too.
        package func runDeleted(_ run: RunID) { inbox.add(.deleted(run)) }

        /// A run was asked to stop.
        package func terminationRequested(_ run: RunID) { inbox.add(.terminate(run)) }
    }

    enum Input: Sendable {
        case poll
        case clock
        case terminate(RunID)
        case deleted(RunID)
        case report(PodReport)
        case result(PodName, AttemptResult, endedAt: Instant)
        case answer(RunID, RunEvent)
    }

    private let database: any Database
    private let pods: any PodRuntime
    private let artifacts: any ArtifactStore
    private let timing: Timing
    private let now: @Sendable () -> Instant
    private let newID: @Sendable () -> String
    private let logger: Logger
    private let inbox = Inbox<Input>()

    /// The owner's name in leases. One data directory has one server at a time, so a restarted server is the same owner.
    private let owner = "server"

    /// Wakes this driver.
    package var wakeUp: WakeUp { WakeUp(inbox: inbox) }

    /// Makes a driver.
    package init(
        database: any Database, pods: any PodRuntime, artifacts: any ArtifactStore, timing: Timing = Timing(),
        now: @escaping @Sendable () -> Instant, newID: @escaping @Sendable () -> String, logger: Logger
    ) {
        self.database = database
        self.pods = pods
        self.artifacts = artifacts
        self.timing = timing
        self.now = now
        self.newID = newID
        self.logger = logger
    }

    /// Runs until the task is cancelled or a graceful shutdown begins. Pods go on; the next server adopts them.
    package func run() async throws {
        try await database.write { try $0.releaseLeases(owner: "server") }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await PodRemover(pods: pods, pause: timing.poll, logger: logger).sweep(database) }
                group.addTask {
                    for await report in pods.reports { inbox.add(.report(report)) }
                }
                group.addTask {
                    while !Task.isCancelled {
                        inbox.add(.poll)
                        try? await Task.sleep(for: timing.poll)
                    }
                }
                var loop = RunLoop(self)
                for await _ in inbox.rings {
                    let inputs = inbox.takeAll()
                    await loop.turn(inputs, &group)
                }
                group.cancelAll()
            }
        }
        logger.notice("run driver stopped; pods go on")
    }

    // MARK: What the loop needs

    fileprivate struct RunLoop {
        let driver: RunDriver
        var runs: [RunID: LiveRun] = [:]
        var graphs: [String: TaskGraph] = [:]
        /// Claimed runs whose rows could not be read or written; they are loaded at the next poll.
        var unloaded: Set<RunID> = []
        var leaseRenewedAt: Instant?
        var clockSetFor: Instant?

        init(_ driver: RunDriver) {
            self.driver = driver
        }
    }
}

extension RunDriver.RunLoop {
    /// Works off a batch of inputs: decide everything, store everything, do everything.
    mutating func turn(_ inputs: [RunDriver.Input], _ group: inout DiscardingTaskGroup) async {
        let now = driver.now()
        var commands: [RunID: [RunCommand]] = [:]
        var ended: [PodName] = []
        var polls = false
        for input in inputs {
            switch input {
            case .poll: polls = true
            case .clock:
                clockSetFor = nil
                for id in Array(runs.keys) { commands[id, default: []] += handle(.clockAdvanced, id, now) }
            case .terminate(let id): commands[id, default: []] += handle(.terminationRequested, id, now)
            case .deleted(let id): forget(id, &group)
            case .answer(let id, let event): commands[id, default: []] += handle(event, id, now)
            case .report(let report): self.report(report, &commands, now, &group)
            case .result(let name, let result, let endedAt):
                ended.append(name)
                commands[name.runID, default: []] += handle(
                    .podEnded(name.path, attempt: name.attempt, result, at: endedAt), name.runID, now)
            }
        }
        if polls { await poll(&commands, now) }
        await commit(commands.filter { !$0.value.isEmpty }, ended: ended, now, &group)
        if clockSetFor == nil, let due = runs.values.compactMap(\.machine.nextDue).min() { setClock(due, &group) }
    }

    private mutating func handle(_ event: RunEvent, _ id: RunID, _ now: Instant) -> [RunCommand] {
        runs[id]?.machine.handle(event, at: now) ?? []
    }

    private mutating func report(
        _ report: PodReport, _ commands: inout [RunID: [RunCommand]], _ now: Instant, _ group: inout DiscardingTaskGroup
    ) {
        let name = report.name
        // A report about a run that is over, deleted or not loaded yet: loading asks for the pod again.
        guard let assembly = runs[name.runID]?.assemblies[name] else { return }
        switch report.event {
        case .waiting(let reason):
            commands[name.runID, default: []] += handle(
                .podWaiting(name.path, attempt: name.attempt, reason), name.runID, now)
        case .started(let at):
            commands[name.runID, default: []] += handle(
                .podStarted(name.path, attempt: name.attempt, at: at), name.runID, now)
        case .ended(let end):
            let collector = OutputCollector(pods: driver.pods, artifacts: driver.artifacts, newID: driver.newID)
            let inbox = driver.inbox
            // Reading outputs and copying artifacts may take long; other runs must not wait for it.
            group.addTask {
                inbox.add(.result(name, await collector.result(of: end, assembly), endedAt: end.endedAt))
            }
        }
    }

    /// Stops and removes the pods of a run that was deleted; nobody wants to hear how they end.
    private mutating func forget(_ id: RunID, _ group: inout DiscardingTaskGroup) {
        unloaded.remove(id)
        // Pods that wait for capacity have nothing on disk yet; only we know of them.
        let open = (runs.removeValue(forKey: id)?.assemblies.keys).map(Array.init) ?? []
        let remover = PodRemover(pods: driver.pods, pause: driver.timing.poll, logger: driver.logger)
        group.addTask { [pods = driver.pods] in
            for name in open { await pods.stop(name, grace: .zero) }
            await remover.remove(id)
        }
    }

    // MARK: Claiming and loading

    private mutating func poll(_ commands: inout [RunID: [RunCommand]], _ now: Instant) async {
        do {
            let until = now + driver.timing.lease
            let owner = driver.owner
            let renews = leaseRenewedAt.map { now - $0 >= driver.timing.lease / 3 } ?? true
            let claimed = try await driver.database.write { connection in
                if renews { try connection.renewLeases(owner: owner, until: until) }
                return try connection.claimRuns(owner: owner, now: now, until: until, limit: 1000)
            }
            if renews { leaseRenewedAt = now }
            let waiting = unloaded
            unloaded = []
            for id in claimed + waiting.sorted() { await load(id, &commands, now) }
        } catch {
            driver.logger.error("claiming runs failed; trying again", metadata: ["error": "\(error)"])
        }
    }

    private mutating func load(_ id: RunID, _ commands: inout [RunID: [RunCommand]], _ now: Instant) async {
        guard runs[id] == nil else { return }
        do {
            guard let rows = try await driver.database.read({ try $0.runRows(id) }) else { return }
            let machine = try RunMachine(
                run: rows.run, graph: try await graph(rows.specID), tasks: rows.tasks, attempts: rows.attempts,
                artifacts: rows.artifacts)
            runs[id] = LiveRun(machine: machine)
            driver.logger.info("run claimed", metadata: ["run.id": "\(id)", "run.tasks": "\(rows.tasks.count)"])
            commands[id, default: []] += runs[id]?.machine.resume(at: now) ?? []
            if rows.terminationRequested { commands[id, default: []] += handle(.terminationRequested, id, now) }
        } catch let error where error is CorruptRun || error is InvalidSpec {
            driver.logger.error("run cannot be loaded", metadata: ["run.id": "\(id)", "error": "\(error)"])
            await fail(id, "The run cannot go on: \(error)", now)
        } catch {
            driver.logger.error("loading a run failed; trying again", metadata: ["run.id": "\(id)", "error": "\(error)"])
            unloaded.insert(id)
        }
    }

    private mutating func graph(_ specID: String) async throws -> TaskGraph {
        if let graph = graphs[specID] { return graph }
        guard let document = try await driver.database.read({ try $0.spec(specID) }) else {
            throw CorruptRun(message: "its pipeline spec is not in the database")
        }
        let graph = try TaskGraph(try PipelineSpec(json: document.pipelineSpec))
        // A handful of pipelines is run again and again; the bound only keeps a busy server from growing for ever.
        if graphs.count >= 64 { graphs.removeAll() }
        graphs[specID] = graph
        return graph
    }

    private func fail(_ id: RunID, _ message: String, _ now: Instant) async {
        do {
            try await driver.database.write { [owner = driver.owner] connection in
                guard var run = try connection.run(id), !run.state.isFinal else { return }
                run.enter(.failed, at: now, reason: Reason(.runInvalid, message))
                try connection.updateRunProgress(run)
                try connection.releaseLease(id, owner: owner)
            }
        } catch {
            driver.logger.error("a run that cannot go on could not be marked", metadata: ["run.id": "\(id)", "error": "\(error)"])
        }
    }

    // MARK: Storing and doing

    private mutating func commit(
        _ commands: [RunID: [RunCommand]], ended: [PodName], _ now: Instant, _ group: inout DiscardingTaskGroup
    ) async {
        guard !commands.isEmpty || !ended.isEmpty else { return }
        let finished = commands.keys.filter { runs[$0]?.machine.run.state.isFinal == true }
        do {
            let owner = driver.owner
            try await driver.database.write { connection in
                for (id, list) in commands { try connection.apply(list, of: id, at: now) }
                for id in finished { try connection.releaseLease(id, owner: owner) }
            }
        } catch {
            driver.logger.error("storing progress failed; loading the runs again", metadata: ["error": "\(error)"])
            for id in commands.keys {
                runs[id] = nil
                unloaded.insert(id)
            }
            return
        }
        for (id, list) in commands { await act(list, id, &group) }
        for name in ended {
            runs[name.runID]?.assemblies[name] = nil
            // Cleaning up must not hold up what starts next.
            group.addTask { [pods = driver.pods] in await pods.forget(name) }
        }
        for id in finished {
            if let run = runs.removeValue(forKey: id)?.machine.run {
                driver.logger.notice(
                    "run finished", metadata: ["run.id": "\(id)", "run.state": "\(run.state.rawValue)"])
            }
        }
    }

    private mutating func act(_ commands: [RunCommand], _ id: RunID, _ group: inout DiscardingTaskGroup) async {
        for command in commands {
            switch command {
            case .launch(let launch): await self.launch(launch, id)
            case .stop(let path, let attempt):
                await driver.pods.stop(
                    PodName(runID: id, path: path, attempt: attempt), grace: driver.timing.grace)
            case .wake(let at): setClock(at, &group)
            case .lookUpCache(let path, let key):
                let keeper = CacheKeeper(
                    database: driver.database, artifacts: driver.artifacts, maxAge: driver.timing.cacheAgeMax)
                group.addTask { [inbox = driver.inbox, now = driver.now] in
                    inbox.add(.answer(id, .cacheAnswered(path, await keeper.certainAnswer(key, for: path, now: now()))))
                }
            case .register(let order):
                guard let run = runs[id]?.machine.run else { break }
                let importer = Importer(database: driver.database, artifacts: driver.artifacts, newID: driver.newID)
                group.addTask { [inbox = driver.inbox, now = driver.now] in
                    inbox.add(.answer(id, .imported(order.path, await importer.register(order, of: run, now: now()))))
                }
            case .saveRun, .saveTask, .saveAttempt, .saveLineage, .saveCacheEntry: break
            }
        }
    }

    private mutating func launch(_ launch: Launch, _ id: RunID) async {
        guard let run = runs[id]?.machine.run else { return }
        let name = PodName(runID: id, path: launch.path, attempt: launch.attempt)
        do {
            guard case .container(let container, _) = launch.task.body else {
                throw PlatformError(.unimplemented, "Only containers can be run yet.")
            }
            let assembly = try PodAssembly(
                launch, of: run, container: container, layout: driver.pods.layout(of: name),
                folder: driver.artifacts.folder(
                    pipelineName: run.pipelineName, runID: id, path: launch.path, attempt: launch.attempt))
            runs[id]?.assemblies[name] = assembly
            await driver.pods.ensure(assembly.pod)
        } catch {
            let message = (error as? PlatformError)?.message ?? "\(error)"
            driver.inbox.add(
                .result(
                    name, .failed(Reason(.startFailed, "The task cannot be started: \(message)"), exitCode: nil),
                    endedAt: driver.now()))
        }
    }

    /// One sleeping child task per earliest deadline; later deadlines are found when it fires.
    private mutating func setClock(_ at: Instant, _ group: inout DiscardingTaskGroup) {
        if let set = clockSetFor, set <= at { return }
        clockSetFor = at
        let pause = max(at - driver.now(), .zero)
        let inbox = driver.inbox
        group.addTask {
            try? await Task.sleep(for: pause)
            inbox.add(.clock)
        }
    }
}
