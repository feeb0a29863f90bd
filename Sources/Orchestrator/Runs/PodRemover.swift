import Logging
import Model
import PipelineIR
import Pods
import Store

/// Stops and removes the pods of runs that are gone, and tidies up after those whose end is recorded.
struct PodRemover: Sendable {
    let pods: any PodRuntime
    /// Lets the time pass between two looks at pods that do not want to end.
    let pause: @Sendable () async -> Void
    let logger: Logger

    /// Removes what crashes have left behind: between deleting a run's rows and removing its pods, and between
    /// recording a pod's end and forgetting it.
    func sweep(_ database: any Database) async {
        do {
            for run in try await pods.runs() where !Task.isCancelled {
                if try await database.read({ try $0.revision(of: run) }) == nil {
                    await remove(run)
                } else if try await pods.hasUnforgotten(of: run) {
                    let attempts = try await database.read { try $0.attempts(of: run) }
                    for attempt in attempts where attempt.state.isFinal {
                        await pods.forget(PodName(runID: run, path: attempt.path, attempt: attempt.number))
                    }
                }
            }
        } catch {
            logger.warning(
                "what earlier servers left behind could not be removed",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// Stops a run's pods and removes every trace of them.
    func remove(_ run: RunID) async {
        var problem: (any Error)?
        for _ in 0..<Self.attempts where !Task.isCancelled {
            do {
                try await pods.stopAll(of: run)
                try await pods.remove(runID: run)
                try await pods.removeVolume(named: Workspace.volumeName(of: run))
                return
            } catch {
                problem = error
            }
            await pause()
        }
        // The next start of the server tries again.
        if let problem {
            logger.warning(
                "pods of a deleted run could not be removed",
                metadata: ["run.id": "\(run)", "error": "\(problem)"]
            )
        }
    }

    private static let attempts = 30
}
