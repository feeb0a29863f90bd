import Model
import PipelineIR

/// A task of a live run: its row and what follows from the rows around it.
///
/// Everything but `record` and `attempts` is derived, so that a machine built from rows equals the one that wrote them.
struct TaskInstance {
    var record: TaskRecord
    /// Tries so far, by number.
    var attempts: [Attempt] = []
    /// The group it stands in; `nil` for the root.
    let parent: Int?
    /// Index of the task within the pipeline it stands in; 0 for the root.
    let position: Int
    /// The pipeline it runs, if it is a group.
    let pipeline: Int?
    /// Retries allowed: its own policy or that of the nearest group that has one.
    let retryPolicy: TaskSpec.RetryPolicy?
    /// For a group: its tasks' instances, in the pipeline's order; empty until it starts.
    var children: [Int] = []
    /// Tasks before it that have not ended.
    var waitingFor = 0
    /// For a group: tasks inside that have not ended.
    var openChildren = 0

    var openAttempt: Int? {
        guard let last = attempts.indices.last, !attempts[last].state.isFinal else { return nil }
        return last
    }
}
