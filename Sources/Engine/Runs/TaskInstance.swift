import Model
import PipelineIR

/// A task of a live run: its row and what follows from the rows around it.
///
/// Everything but `record` and `attempts` is derived, so that a machine built from rows equals the one that wrote them.
struct TaskInstance {
    /// What a loop goes through.
    enum Items {
        case parameters([JSONValue])
        case artifacts([ArtifactID])

        var count: Int {
            switch self {
            case .parameters(let values): values.count
            case .artifacts(let ids): ids.count
            }
        }
    }

    var record: TaskRecord
    /// Tries so far, by number.
    var attempts: [Attempt] = []
    /// The group it stands in; `nil` for the root.
    let parent: Int?
    /// The pipeline that defines the task, and the task's place there; `nil` for the root, which no pipeline holds.
    let definition: (pipeline: Int, position: Int)?
    /// The pipeline it runs, if it runs one. A loop runs none itself, its iterations do.
    let pipeline: Int?
    /// Whether it is a loop: a group of iterations.
    let isLoop: Bool
    /// Retries allowed: its own policy or that of the nearest group that has one.
    let retryPolicy: TaskSpec.RetryPolicy?
    /// Whether it, or a group around it, is not to use earlier results.
    let isCachingOff: Bool
    /// For a group: the instances inside, tasks in the pipeline's order, iterations in theirs. A loop has only those it has
    /// started.
    var children: [Int] = []
    /// For a loop that has started: what it goes through.
    var items: Items?
    /// For a loop: iterations that are there and have not begun, as a retry leaves them, or a restart while the cache is
    /// asked; the next one last.
    var waitingIterations: [Int] = []
    /// Tasks before it that have not ended.
    var waitingFor = 0
    /// For a group: instances inside that have not ended.
    var openChildren = 0

    var isGroup: Bool { pipeline != nil || isLoop }

    /// For a loop: iterations it has yet to make.
    var iterationsLeft: Int { isLoop ? max((items?.count ?? 0) - children.count, 0) : 0 }

    /// For a loop: whether it would start iterations if there were room.
    var hasIterationsToStart: Bool { iterationsLeft > 0 || !waitingIterations.isEmpty }

    /// Tries since the run was created or last retried.
    var currentAttempts: ArraySlice<Attempt> { attempts.dropFirst(record.attemptsBefore) }

    var openAttempt: Int? {
        guard let last = attempts.indices.last, !attempts[last].state.isFinal else { return nil }
        return last
    }
}
