/// One task of all there are: a run and a place in it.
package struct TaskPlace: Hashable, Sendable {
    /// The run.
    package var runID: RunID
    /// The task within the run.
    package var path: TaskPath

    /// Names a task.
    package init(runID: RunID, path: TaskPath) {
        self.runID = runID
        self.path = path
    }
}
