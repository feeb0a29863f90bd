extension TaskGraph {
    /// What the pipeline uses that this build does not execute yet, with its place. Empty when it can run.
    ///
    /// Refusing at submission is kinder than failing in the middle of a run.
    package var unsupported: [SpecProblem] {
        var found: [SpecProblem] = []
        for (index, pipeline) in pipelines.enumerated() {
            let path = index == 0 ? "root.dag" : "components.\(pipeline.name).dag"
            for task in pipeline.tasks {
                let place = "\(path).tasks.\(task.name)"
                switch task.body {
                case .foreign(let kind):
                    found.append(SpecProblem(place, "'\(kind)' executors, which only Vertex AI runs"))
                case .container, .importer, .pipeline: break
                }
            }
        }
        return found
    }
}
