package import Model
import Pods
import Store

/// What can be done with tasks; see ``log(of:_:attempt:from:bytesMax:)`` for their logs.
package struct TaskService: Sendable {
    let context: ServiceContext

    /// Tasks of a run with what belongs to them.
    package struct Listing: Sendable {
        /// The tasks.
        package var tasks: [TaskRecord]
        /// Every attempt at them.
        package var attempts: [Attempt]
        /// What stands in those of them that are groups.
        package var children: [TaskPath: [TaskPath]]
        /// Every artifact they read or wrote; empty where only ids are wanted.
        package var artifacts: [ArtifactID: Artifact]
    }

    /// One page of a run's tasks.
    /// - Parameter parent: only the tasks in this group.
    /// - Throws: `notFound` for the run.
    package func list(
        _ run: RunID,
        _ query: ListQuery,
        parent: TaskPath?
    ) async throws -> (page: Page<TaskRecord>, listing: Listing) {
        try await context.database.read { connection in
            _ = try connection.requiredRun(run)
            let page = try connection.listTasks(query, of: run, parent: parent)
            return (page, try connection.listing(page.items, of: run))
        }
    }

    /// The tasks of a run for an answer that shows them all, at most ``Limits/embeddedTasksMax``.
    /// - Parameter withArtifacts: whether artifacts are wanted, not only their ids.
    /// - Throws: `notFound` for the run.
    package func all(of run: RunID, withArtifacts: Bool) async throws -> Listing {
        try await context.database.read { connection in
            _ = try connection.requiredRun(run)
            let tasks = try connection.tasks(of: run, limit: Limits.embeddedTasksMax)
            return try connection.listing(all: tasks, of: run, withArtifacts: withArtifacts)
        }
    }

    /// One task.
    /// - Throws: `notFound` for run or task.
    package func get(_ run: RunID, _ path: TaskPath) async throws -> Listing {
        try await context.database.read { connection in
            try connection.listing([try connection.requiredTask(run, path)], of: run)
        }
    }

    /// How many tasks a run has.
    package func count(of run: RunID) async throws -> Int {
        try await context.database.read { try $0.taskCount(of: run) }
    }
}

extension SQLConnection {
    func requiredTask(_ run: RunID, _ path: TaskPath) throws -> TaskRecord {
        _ = try requiredRun(run)
        guard let task = try task(run, path) else {
            throw PlatformError.notFound("Task", "'\(path)' of run \(run)")
        }
        return task
    }

    /// The tasks of a run from the first on, with what belongs to them.
    func listing(all tasks: [TaskRecord], of run: RunID, withArtifacts: Bool) throws -> TaskService.Listing {
        let artifacts = withArtifacts ? try artifacts(of: run) : []
        return TaskService.Listing(
            tasks: tasks,
            attempts: try attempts(of: run),
            children: Dictionary(grouping: tasks) { $0.parent ?? $0.path }.mapValues { group in
                group.filter { $0.parent != nil }.map(\.path)
            },
            artifacts: Dictionary(artifacts.map { ($0.id, $0) }) { first, _ in first }
        )
    }

    /// Some tasks of a run with what belongs to them.
    fileprivate func listing(_ tasks: [TaskRecord], of run: RunID) throws -> TaskService.Listing {
        let ids = tasks.flatMap { task in
            [task.inputs, task.outputs].flatMap { $0.artifacts.values.flatMap { $0 } }
        }
        return TaskService.Listing(
            tasks: tasks,
            attempts: try attempts(of: run, at: tasks.map(\.path)),
            children: try children(of: tasks.filter(\.kind.isGroup).map(\.path), in: run),
            artifacts: try artifacts(Set(ids).sorted())
        )
    }
}
