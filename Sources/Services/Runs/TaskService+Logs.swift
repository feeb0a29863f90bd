package import Model
import Pods
import Store

/// Logs of tasks, while they are written and after.
extension TaskService {
    /// A part of the log of one attempt of a task.
    ///
    /// An attempt that has not started has an empty log that is not complete, unless it never will. A task that took
    /// the outputs of an earlier execution has that one's log, after a line that says so.
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
        bytesMax: Int = Limits.streamChunkBytes
    ) async throws -> (chunk: LogChunk, attempt: Int?) {
        let source = try await context.database.read { try $0.logSource(run, path, attempt: attempt) }
        let heading = Array(source.heading.utf8)
        let start = max(0, offset)
        if start < heading.count {
            let part = Array(heading[start...].prefix(bytesMax))
            let next = start + part.count
            return (
                LogChunk(bytes: part, nextOffset: next, isComplete: source.pod == nil && source.isOver),
                source.attempt
            )
        }
        let own = start - heading.count
        var chunk = LogChunk(bytes: [], nextOffset: own, isComplete: source.isOver)
        if let pod = source.pod, let read = try await context.pods.log(of: pod, from: own, bytesMax: bytesMax)
        {
            chunk = read
        }
        chunk.nextOffset += heading.count
        return (chunk, source.attempt)
    }

    /// Waits until there may be more of a log than the bytes before `offset`, or it may be complete. Being woken for
    /// nothing is harmless: ask again.
    /// - Throws: as ``log(of:_:attempt:from:bytesMax:)`` does; `CancellationError`.
    package func awaitLog(of run: RunID, _ path: TaskPath, attempt: Int?, beyond offset: Int) async throws {
        let source = try await context.database.read { try $0.logSource(run, path, attempt: attempt) }
        guard let pod = source.pod else {
            // Nobody tells when an attempt begins; one small query twice a second finds out.
            if !source.isOver { try await Task.sleep(for: .milliseconds(500)) }
            return
        }
        try await context.pods.awaitLog(of: pod, beyond: max(0, offset - source.heading.utf8.count))
    }
}

/// Where a task's log is.
private struct LogSource: Sendable {
    /// What stands before the log.
    var heading = ""
    /// Whose log it is; `nil` while, or when, there is none.
    var pod: PodName?
    /// The attempt of the task asked for; `nil` when it has none.
    var attempt: Int?
    /// Whether nothing more will be written.
    var isOver: Bool
}

extension SQLConnection {
    fileprivate func logSource(_ run: RunID, _ path: TaskPath, attempt: Int?) throws -> LogSource {
        let task = try requiredTask(run, path)
        let attempts = try attempts(of: run, at: [path])
        let found = attempt.map { number in attempts.first { $0.number == number } } ?? attempts.last
        if let found {
            let name = PodName(runID: run, path: path, attempt: found.number)
            return LogSource(pod: name, attempt: found.number, isOver: found.state.isFinal)
        }
        if let attempt {
            throw PlatformError.notFound("Attempt", "\(attempt) of task '\(path)' of run \(run)")
        }
        guard task.state == .cached, let details = task.cache?.details,
            let sourceRun = details["run_id"]?.string,
            let sourcePath = details["task"]?.string
        else { return LogSource(isOver: task.state.isFinal) }
        return try cachedLogSource(TaskPlace(runID: RunID(sourceRun), path: TaskPath(sourcePath)))
    }

    /// The log of the execution whose outputs a task took over.
    private func cachedLogSource(_ source: TaskPlace) throws -> LogSource {
        let sentence =
            "This task was not run: it took the outputs of task '\(source.path)' of run \(source.runID)"
        guard let newest = try attempts(of: source.runID, at: [source.path]).last else {
            return LogSource(
                heading: sentence + ", which was deleted since, and its log with it.\n",
                isOver: true
            )
        }
        return LogSource(
            heading: sentence + ". What follows is the log from there.\n\n",
            pod: PodName(runID: source.runID, path: source.path, attempt: newest.number),
            isOver: true
        )
    }
}
