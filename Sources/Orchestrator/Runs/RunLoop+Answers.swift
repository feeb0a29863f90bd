import Engine
import Model
import PipelineIR

/// Questions of machines that take a look at the database or the artifacts; the answers come back as events.
extension RunLoop {
    func lookUp(_ key: CacheKey, for path: TaskPath, of run: RunID, _ group: inout DiscardingTaskGroup) {
        let keeper = CacheKeeper(
            database: driver.database,
            artifacts: driver.artifacts,
            maxAge: driver.timing.cacheAgeMax
        )
        group.addTask { [inbox = driver.inbox, now = driver.now] in
            let answer = await keeper.certainAnswer(key, for: path, now: now())
            inbox.add(.answer(run, .cacheAnswered(path, answer)))
        }
    }

    func register(_ order: Import, of id: RunID, _ group: inout DiscardingTaskGroup) {
        guard let live = runs[id] else { return }
        let run = live.machine.run
        let importer = Importer(
            database: driver.database,
            artifacts: driver.artifacts,
            pods: driver.pods,
            hasWorkspace: live.platform.pipelineConfig.workspace != nil,
            newID: driver.newID,
            mountPaths: [Workspace.path]
                + live.platform.executors.values.flatMap { $0.pvcMount.map(\.mountPath) }
        )
        group.addTask { [inbox = driver.inbox, now = driver.now] in
            do {
                let result = try await importer.register(order, of: run, now: now())
                inbox.add(.answer(id, .imported(order.path, result)))
            } catch {
                inbox.add(.unanswered(id, error))
            }
        }
    }

    /// Completes the cache keys in a list of commands: claims a task mounts are among what makes it what it is, and only
    /// the platform settings, which the machine does not know, name them.
    func withVolumes(_ commands: [RunCommand], of run: RunID) -> [RunCommand] {
        guard let live = runs[run], !live.platform.executors.isEmpty else { return commands }
        return commands.map { command in
            switch command {
            case .lookUpCache(let path, let key): .lookUpCache(path, withVolumes(key, path, live))
            case .saveCacheEntry(let path, let key): .saveCacheEntry(path, withVolumes(key, path, live))
            case .saveRun, .saveTask, .saveAttempt, .forgetLineage, .saveLineage, .register, .launch, .stop,
                .wake:
                command
            }
        }
    }

    private func withVolumes(_ key: CacheKey, _ path: TaskPath, _ live: LiveRun) -> CacheKey {
        // Settings that cannot be resolved fail the task when it is launched.
        guard let label = live.machine.executorLabel(of: path), let config = live.platform.executors[label],
            let settings = try? config.resolved({ try live.machine.value(of: $0, for: path) })
        else { return key }
        var key = key
        key.volumes += settings.volumes.compactMap { volume in
            if case .claim(let name) = volume.source { name } else { nil }
        }
        key.volumes.sort()
        return key
    }
}
