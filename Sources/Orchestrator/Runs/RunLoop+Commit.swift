import Artifacts
import Engine
import Logging
import Model
import PipelineIR
import Pods
import Store

extension RunLoop {
    /// Stores what the machines want stored, then does what they want done.
    mutating func commit(
        _ commands: [RunID: [RunCommand]],
        ended: [PodName],
        _ now: Instant,
        _ group: inout DiscardingTaskGroup
    ) async {
        guard !commands.isEmpty || !ended.isEmpty else { return }
        // The same order every time, so that a simulated server can be replayed.
        let ordered = commands.sorted { $0.key < $1.key }
        let finished = ordered.map(\.key).filter { runs[$0]?.machine.run.state.isFinal == true }
        let notOurs: [RunID: LeaseHold]
        do {
            notOurs = try await store(ordered, finished, now)
        } catch {
            // One run that cannot be stored must not hold up the others.
            if commands.count > 1, Self.isHopeless(error) {
                for (id, list) in ordered {
                    await commit([id: list], ended: ended.filter { $0.runID == id }, now, &group)
                }
            } else {
                for (id, _) in ordered { await giveUp(id, after: error, "storing progress failed", now) }
            }
            return
        }
        for (id, hold) in notOurs.sorted(by: { $0.key < $1.key }) { letGo(id, hold, &group) }
        for (id, list) in ordered where notOurs[id] == nil { await act(list, id, &group) }
        forget(ended.filter { notOurs[$0.runID] == nil }, &group)
        for id in finished {
            if let run = runs.removeValue(forKey: id)?.machine.run {
                driver.logger.notice(
                    "run finished",
                    metadata: ["run.id": "\(id)", "run.state": "\(run.state.rawValue)"]
                )
            }
        }
    }

    /// Stores the progress of the runs that are still ours.
    /// - Returns: what became of the others.
    private func store(
        _ commands: [(key: RunID, value: [RunCommand])],
        _ finished: [RunID],
        _ now: Instant
    ) async throws -> [RunID: LeaseHold] {
        try await driver.database.write { [owner = driver.owner] connection in
            var notOurs: [RunID: LeaseHold] = [:]
            for (id, list) in commands {
                let hold = try connection.hold(on: id, owner: owner)
                if hold == .held {
                    try connection.apply(list, of: id, at: now)
                } else {
                    notOurs[id] = hold
                }
            }
            for id in finished { try connection.releaseLease(id, owner: owner) }
            return notOurs
        }
    }

    /// Lets go of pods whose ends are stored.
    private mutating func forget(_ ended: [PodName], _ group: inout DiscardingTaskGroup) {
        for name in ended {
            runs[name.runID]?.assemblies[name] = nil
            // Cleaning up must not hold up what starts next.
            group.addTask { [pods = driver.pods] in await pods.forget(name) }
        }
    }

    private mutating func act(_ commands: [RunCommand], _ id: RunID, _ group: inout DiscardingTaskGroup) async
    {
        for command in commands {
            switch command {
            case .launch(let launch): await self.launch(launch, id)
            case .stop(let path, let attempt):
                await driver.pods.stop(
                    PodName(runID: id, path: path, attempt: attempt),
                    grace: driver.timing.grace
                )
            case .wake(let at): setClock(at, &group)
            case .lookUpCache(let path, let key): lookUp(key, for: path, of: id, &group)
            case .register(let order): register(order, of: id, &group)
            case .saveRun, .saveTask, .saveAttempt, .forgetLineage, .saveLineage, .saveCacheEntry: break
            }
        }
    }
}
