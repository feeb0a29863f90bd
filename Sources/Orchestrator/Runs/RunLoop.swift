import Engine
import Logging
import Metrics
import Model
import PipelineIR
import Pods
import Store

/// Owns the machines of the runs this server drives; lives as long as ``RunDriver/run()``.
struct RunLoop {
    let driver: RunDriver
    var runs: [RunID: LiveRun] = [:]
    /// Claimed runs whose rows could not be read or written; they are loaded at the next poll.
    var unloaded: Set<RunID> = []
    private var specs: [String: LoadedSpec] = [:]
    private var leaseRenewedAt: Instant?
    /// Whether a claim failed of which nobody knows whether it was stored: the runs in it would never be
    /// seen again.
    private var hasLostClaim = false
    private var clockSetFor: Instant?

    init(_ driver: RunDriver) {
        self.driver = driver
    }
}

extension RunLoop {
    /// Works off a batch of inputs: decide everything, store everything, do everything.
    mutating func turn(_ inputs: [RunDriver.Input], _ group: inout DiscardingTaskGroup) async {
        let now = driver.now()
        var commands: [RunID: [RunCommand]] = [:]
        var ended: [PodName] = []
        var unanswered: [RunID: any Error] = [:]
        // First, so that what has happened is told to the machines that claiming leaves or loads.
        if inputs.contains(where: \.isPoll) { await poll(&commands, now, &group) }
        for input in inputs {
            switch input {
            case .poll: break
            case .clock:
                clockSetFor = nil
                for id in Array(runs.keys) { commands[id, default: []] += handle(.clockAdvanced, id, now) }
            case .terminate(let id): commands[id, default: []] += handle(.terminationRequested, id, now)
            case .deleted(let id): forget(id, &group)
            case .answer(let id, let event): commands[id, default: []] += handle(event, id, now)
            case .unanswered(let id, let error): unanswered[id] = error
            case .report(let report): self.report(report, &commands, now, &group)
            case .result(let name, let result, let startedAt, let endedAt):
                // The result of a run that has to be loaded again is collected again; its files must stay
                // until then.
                guard runs[name.runID] != nil else { continue }
                ended.append(name)
                if let startedAt {
                    commands[name.runID, default: []] += handle(
                        .podStarted(name.path, attempt: name.attempt, at: startedAt),
                        name.runID,
                        now
                    )
                }
                commands[name.runID, default: []] += handle(
                    .podEnded(name.path, attempt: name.attempt, result, at: endedAt),
                    name.runID,
                    now
                )
            }
        }
        await commit(
            commands.filter { !$0.value.isEmpty }.reduce(into: [:]) {
                $0[$1.key] = withVolumes($1.value, of: $1.key)
            },
            ended: ended,
            now,
            &group
        )
        for (id, error) in unanswered where runs[id] != nil {
            await giveUp(id, after: error, "looking for an imported artifact failed", now)
        }
        // Otherwise machines have said what is due when it came to be so. What was due later than the alarm that went off
        // has none, even if somebody has set a later one by now.
        if inputs.contains(where: \.isClock), let due = runs.values.compactMap(\.machine.nextDue).min() {
            setClock(due, &group)
        }
    }

    private mutating func handle(_ event: RunEvent, _ id: RunID, _ now: Instant) -> [RunCommand] {
        runs[id]?.machine.handle(event, at: now) ?? []
    }

    private mutating func report(
        _ report: PodReport,
        _ commands: inout [RunID: [RunCommand]],
        _ now: Instant,
        _ group: inout DiscardingTaskGroup
    ) {
        let name = report.name
        // A report about a run that is over, deleted or not loaded yet: loading asks for the pod again.
        guard let assembly = runs[name.runID]?.assemblies[name] else { return }
        switch report.event {
        case .waiting(let reason):
            commands[name.runID, default: []] += handle(
                .podWaiting(name.path, attempt: name.attempt, reason),
                name.runID,
                now
            )
        case .started(let at):
            commands[name.runID, default: []] += handle(
                .podStarted(name.path, attempt: name.attempt, at: at),
                name.runID,
                now
            )
        case .ended(let end):
            let collector = OutputCollector(
                pods: driver.pods,
                artifacts: driver.artifacts,
                newID: driver.newID
            )
            let inbox = driver.inbox
            // Reading outputs and copying artifacts may take long; other runs must not wait for it.
            group.addTask {
                // Cancelled with the loop: the next server collects what this one has not.
                guard let result = try? await collector.result(of: end, assembly) else { return }
                inbox.add(.result(name, result, startedAt: end.startedAt, endedAt: end.endedAt))
            }
        }
    }

    /// Stops and removes the pods of a run that was deleted; nobody wants to hear how they end.
    mutating func forget(_ id: RunID, _ group: inout DiscardingTaskGroup) {
        unloaded.remove(id)
        // Pods that wait for capacity have nothing on disk yet; only we know of them.
        let open = (runs.removeValue(forKey: id)?.assemblies.keys).map(Array.init) ?? []
        group.addTask { [pods = driver.pods, remover = driver.remover] in
            for name in open { await pods.stop(name, grace: .zero) }
            await remover.remove(id)
        }
    }

    /// One sleeping child task per earliest deadline; later deadlines are found when it fires.
    mutating func setClock(_ at: Instant, _ group: inout DiscardingTaskGroup) {
        if let set = clockSetFor, set <= at { return }
        clockSetFor = at
        let pause = max(at - driver.now(), .zero)
        group.addTask { [inbox = driver.inbox, sleep = driver.sleep] in
            try? await sleep(pause)
            inbox.add(.clock)
        }
    }

    // MARK: Claiming and loading

    private mutating func poll(
        _ commands: inout [RunID: [RunCommand]],
        _ now: Instant,
        _ group: inout DiscardingTaskGroup
    ) async {
        do {
            let until = now + driver.timing.lease
            let owner = driver.owner
            let renews = leaseRenewedAt.map { now - $0 >= driver.timing.lease / 3 } ?? true
            let live = renews ? Array(runs.keys) : []
            let (claimed, held, requests) = try await driver.database.write { [hasLostClaim] connection in
                if renews { try connection.renewLeases(owner: owner, until: until) }
                let held = hasLostClaim ? try connection.leasedRuns(owner: owner) : []
                let claimed = try connection.claimRuns(owner: owner, now: now, until: until, limit: 1000)
                return (claimed, held, try connection.requests(to: live, owner: owner))
            }
            if renews { leaseRenewedAt = now }
            hasLostClaim = false
            for id in requests.lost { letGo(id, .lost, &group) }
            // Mostly heard of already. The hint is lost if a request was stored and its answer was not.
            for id in requests.stopped { commands[id, default: []] += handle(.terminationRequested, id, now) }
            for id in requests.deleted.sorted() where runs[id] != nil { forget(id, &group) }
            // Free to be claimed, so others may have had them since they were loaded.
            for id in claimed { letGo(id, .lost, &group) }
            let waiting = unloaded
            unloaded = []
            for id in claimed + held + waiting.sorted() { await load(id, &commands, now) }
        } catch {
            hasLostClaim = true
            driver.metrics.errors.increment()
            driver.metrics.retries.increment()
            driver.logger.error("claiming runs failed; trying again", metadata: ["error": "\(error)"])
        }
    }

    private mutating func load(_ id: RunID, _ commands: inout [RunID: [RunCommand]], _ now: Instant) async {
        guard runs[id] == nil else { return }
        do {
            guard let rows = try await driver.database.read({ try $0.runRows(id) }) else { return }
            let spec = try await spec(rows.specID)
            let machine = try await machine(rows, spec)
            // Its end was stored, but we were told otherwise. Whoever has it retried hands it in again.
            if machine.run.state.isFinal { return }
            runs[id] = LiveRun(machine: machine, platform: spec.platform)
            driver.logger.info(
                "run claimed",
                metadata: ["run.id": "\(id)", "run.tasks": "\(rows.tasks.count)"]
            )
            if rows.run.state == .pending { tell(of: rows.run) }
            commands[id, default: []] += runs[id]?.machine.resume(at: now) ?? []
            // Not left to the alarm, which counts from a clock that may have been set back meanwhile.
            commands[id, default: []] += handle(.clockAdvanced, id, now)
            if rows.terminationRequested {
                commands[id, default: []] += handle(.terminationRequested, id, now)
            }
        } catch {
            await giveUp(id, after: error, "loading a run failed", now)
        }
    }

    /// The machine of a run as it was stored, or of one that takes over what another has done and has not begun itself.
    private func machine(_ rows: RunRows, _ spec: LoadedSpec) async throws -> RunMachine {
        let activeDeadline = spec.platform.pipelineConfig.activeDeadline
        guard let rerun = rows.run.rerun, rows.run.state == .pending, rows.tasks.count == 1,
            rows.retriedAt == nil
        else { return try machine(rows, spec.graph, activeDeadline) }
        guard let source = try await driver.database.read({ try $0.runRows(rerun.source) }) else {
            throw CorruptRun(message: "run \(rerun.source), which it repeats, was deleted")
        }
        return try RunMachine(
            run: rows.run,
            rerunning: try machine(source, spec.graph, nil),
            from: rerun.from,
            activeDeadline: activeDeadline,
            underWayMax: driver.tasksUnderWayMax,
            at: driver.now()
        )
    }

    private func machine(
        _ rows: RunRows,
        _ graph: TaskGraph,
        _ activeDeadline: Duration?
    ) throws(CorruptRun) -> RunMachine {
        try RunMachine(
            run: rows.run,
            graph: graph,
            tasks: rows.tasks,
            attempts: rows.attempts,
            artifacts: rows.artifacts,
            activeDeadline: activeDeadline,
            underWayMax: driver.tasksUnderWayMax,
            retriedAt: rows.retriedAt
        )
    }

    /// Says once, before it starts, what is noted of a run.
    private func tell(of run: Run) {
        guard !run.notes.isEmpty else { return }
        driver.logger.notice(
            "settings of the pipeline have no effect here",
            metadata: [
                "run.id": "\(run.id)", "run.settings": .array(run.notes.map { "\($0.message)" }),
            ]
        )
    }

    private mutating func spec(_ specID: String) async throws -> LoadedSpec {
        if let spec = specs[specID] { return spec }
        guard let document = try await driver.database.read({ try $0.spec(specID) }) else {
            throw CorruptRun(message: "its pipeline spec is not in the database")
        }
        let spec = LoadedSpec(
            graph: try TaskGraph(try PipelineSpec(json: document.pipelineSpec)),
            platform: try document.platformSpec.map { try PlatformSpec(json: $0) } ?? PlatformSpec()
        )
        // A handful of pipelines is run again and again; the bound only keeps a busy server from growing for
        // ever.
        if specs.count >= 64 { specs.removeAll() }
        specs[specID] = spec
        return spec
    }
}
