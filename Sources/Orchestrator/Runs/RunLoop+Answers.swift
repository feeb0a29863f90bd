import Engine
import Model

/// Questions of machines that take a look at the database or the artifacts; the answers come back as events.
extension RunLoop {
    func lookUp(_ key: CacheKey, for path: TaskPath, of run: RunID, _ group: inout DiscardingTaskGroup) {
        let keeper = CacheKeeper(
            database: driver.database, artifacts: driver.artifacts, maxAge: driver.timing.cacheAgeMax)
        group.addTask { [inbox = driver.inbox, now = driver.now] in
            let answer = await keeper.certainAnswer(key, for: path, now: now())
            inbox.add(.answer(run, .cacheAnswered(path, answer)))
        }
    }

    func register(_ order: Import, of id: RunID, _ group: inout DiscardingTaskGroup) {
        guard let run = runs[id]?.machine.run else { return }
        let importer = Importer(database: driver.database, artifacts: driver.artifacts, newID: driver.newID)
        group.addTask { [inbox = driver.inbox, now = driver.now] in
            let result = await importer.register(order, of: run, now: now())
            inbox.add(.answer(id, .imported(order.path, result)))
        }
    }
}
