package import Model

extension TaskGraph {
    /// What the pipeline uses that this build does not execute yet, with its place. Empty when it can run.
    ///
    /// Refusing at submission is kinder than failing in the middle of a run.
    package func unsupported(platformSpec: JSONValue?) -> [SpecProblem] {
        var found: [SpecProblem] = []
        for (index, pipeline) in pipelines.enumerated() {
            let path = index == 0 ? "root.dag" : "components.\(pipeline.name).dag"
            for task in pipeline.tasks {
                let place = "\(path).tasks.\(task.name)"
                switch task.body {
                case .importer(let importer):
                    if importer.downloadsToWorkspace {
                        found.append(SpecProblem(place, "importers that download to the workspace"))
                    }
                case .foreign(let kind):
                    found.append(SpecProblem(place, "'\(kind)' executors, which only Vertex AI runs"))
                case .container, .pipeline: break
                }
            }
        }
        return found + Self.unsupported(inPlatform: platformSpec)
    }

    private static func unsupported(inPlatform platformSpec: JSONValue?) -> [SpecProblem] {
        guard let platformSpec, let platform = try? PlatformSpec(json: platformSpec) else { return [] }
        var found: [SpecProblem] = []
        for (label, config) in platform.executors.sorted(by: { $0.key < $1.key })
        where !config.initContainers.isEmpty {
            found.append(
                SpecProblem(
                    "platforms.kubernetes.deploymentSpec.executors.\(label).initContainers",
                    "init containers"
                )
            )
        }
        return found
    }
}
