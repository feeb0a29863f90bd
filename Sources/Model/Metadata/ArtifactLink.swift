/// One use of an artifact with what is worth knowing of the task. Source: KFP 3.0 `ArtifactTask`.
package struct ArtifactLink: Hashable, Sendable {
    /// Which task read or wrote which artifact.
    package var edge: ArtifactEdge
    /// The task's key in its pipeline.
    package var taskName: String
    /// The task's name for people.
    package var taskDisplayName: String
    /// Which pass of a loop the task is, for tasks that are one.
    package var iteration: Int?
    /// Where the task stands; `cached` for one that took the artifact over from an earlier execution.
    package var taskState: TaskState

    /// Makes a link.
    package init(
        edge: ArtifactEdge,
        taskName: String,
        taskDisplayName: String,
        iteration: Int? = nil,
        taskState: TaskState
    ) {
        self.edge = edge
        self.taskName = taskName
        self.taskDisplayName = taskDisplayName
        self.iteration = iteration
        self.taskState = taskState
    }
}
