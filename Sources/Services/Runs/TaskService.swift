package import Model
import Pods
import Store

/// What can be done with tasks and their logs.
package struct TaskService: Sendable {
    let context: ServiceContext

    /// A run's tasks with what belongs to them.
    package struct Listing: Sendable {
        /// The tasks, by creation.
        package var tasks: [TaskRecord]
        /// Every attempt.
        package var attempts: [Attempt]
        /// Every artifact that was read or written.
        package var artifacts: [ArtifactID: Artifact]
    }

    /// All tasks of a run.
    /// - Throws: `notFound` for the run.
    package func list(_ run: RunID) async throws -> Listing {
        try await context.database.read { connection in
            _ = try connection.requiredRun(run)
            let artifacts = try connection.artifacts(of: run)
            return Listing(
                tasks: try connection.tasks(of: run),
                attempts: try connection.attempts(of: run),
                artifacts: Dictionary(artifacts.map { ($0.id, $0) }) { first, _ in first }
            )
        }
    }

    /// A part of the log of one attempt of a task.
    ///
    /// An attempt that has not started has an empty log that is not complete, unless it never will.
    /// - Parameters:
    ///   - attempt: from 0; `nil` for the newest.
    ///   - offset: bytes to leave out.
    /// - Returns: the part, and whose it is: the next part must be asked of the same attempt. `nil` while
    ///   there is none.
    /// - Throws: `notFound` for run, task or attempt.
    package func log(
        of run: RunID,
        _ path: TaskPath,
        attempt: Int?,
        from offset: Int,
        bytesMax: Int = 1 << 20
    ) async throws -> (chunk: LogChunk, attempt: Int?) {
        let (task, found) = try await context.database.read { connection in
            _ = try connection.requiredRun(run)
            guard let task = try connection.task(run, path) else {
                throw PlatformError.notFound("Task", "'\(path)' of run \(run)")
            }
            let attempts = try connection.attempts(of: run).filter { $0.path == path }
            return (task, attempt.map { number in attempts.first { $0.number == number } } ?? attempts.last)
        }
        guard let found else {
            if let attempt {
                throw PlatformError.notFound("Attempt", "\(attempt) of task '\(path)' of run \(run)")
            }
            return (LogChunk(bytes: [], nextOffset: offset, isComplete: task.state.isFinal), nil)
        }
        let name = PodName(runID: run, path: path, attempt: found.number)
        let chunk = try await context.pods.log(of: name, from: offset, bytesMax: bytesMax)
        return (
            chunk ?? LogChunk(bytes: [], nextOffset: offset, isComplete: found.state.isFinal), found.number
        )
    }
}
