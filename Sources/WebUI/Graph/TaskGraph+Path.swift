import Model
import PipelineIR

extension TaskGraph {
    /// The task of the pipeline that a path names, among those that stand in the same pipeline; `nil` when there is none, or
    /// for an iteration. In a plan, which has no iterations, a loop's tasks follow it at once.
    func find(_ path: TaskPath) -> (task: Task, siblings: [Task])? {
        // Names are compared as paths have them, where what is special is escaped.
        var pipeline = root
        var found: (task: Task, siblings: [Task])?
        var prefix = TaskPath.root
        for segment in path.text.split(separator: ".") {
            let wanted = prefix == .root ? TaskPath(String(segment)) : TaskPath(prefix.text + "." + segment)
            let at = prefix
            guard let task = pipeline.tasks.first(where: { at.appending($0.name) == wanted }) else {
                guard found?.task.kind == .loop, segment.allSatisfy(\.isNumber) else { return nil }
                prefix = wanted
                continue
            }
            (found, prefix) = ((task, pipeline.tasks), wanted)
            if case .pipeline(let inner) = task.body { pipeline = pipelines[inner] }
        }
        return found
    }
}
