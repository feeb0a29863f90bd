import Logging
import Model
import PipelineIR
import Pods
import Store

/// Stops and removes the pods of runs that are gone.
struct PodRemover: Sendable {
    let pods: any PodRuntime
    /// Time between two looks at pods that do not want to end.
    let pause: Duration
    let logger: Logger

    /// Removes what a crash between deleting a run's rows and removing its pods has left behind.
    func sweep(_ database: any Database) async {
        do {
            for run in try await pods.runs() {
                if try await database.read({ try $0.revision(of: run) }) == nil { await remove(run) }
            }
        } catch {
            logger.warning("pods of deleted runs could not be looked for", metadata: ["error": "\(error)"])
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
            try? await Task.sleep(for: pause)
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
