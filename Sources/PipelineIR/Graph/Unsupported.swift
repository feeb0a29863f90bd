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
                case .foreign(let kind): found.append(SpecProblem(place, "'\(kind)' executors, which only Vertex AI runs"))
                case .container(let container, _):
                    if container.image.hasPrefix("argostub/") {
                        found.append(SpecProblem(place, "volume claims (CreatePVC, DeletePVC)"))
                    }
                case .pipeline: break
                }
            }
        }
        return found + Self.unsupported(inPlatform: platformSpec)
    }

    /// Settings that mean nothing outside of a cluster; leaving them out changes no result.
    private static let harmless: Set<String> = [
        "imagePullPolicy", "imagePullSecret", "nodeSelector", "tolerations", "nodeAffinity", "podAffinity",
        "podMetadata", "securityContext",
    ]

    private static func unsupported(inPlatform platformSpec: JSONValue?) -> [SpecProblem] {
        guard let kubernetes = platformSpec?["platforms"]?["kubernetes"] else { return [] }
        var found: [SpecProblem] = []
        let executors = kubernetes["deploymentSpec"]?["executors"]?.object ?? [:]
        for (label, config) in executors.sorted(by: { $0.key < $1.key }) {
            for setting in (config.object ?? [:]).keys.sorted() where !harmless.contains(setting) {
                found.append(
                    SpecProblem(
                        "platforms.kubernetes.deploymentSpec.executors.\(label).\(setting)",
                        "this Kubernetes setting"))
            }
        }
        if let workspace = kubernetes["pipelineConfig"]?["workspace"], workspace != .null {
            found.append(SpecProblem("platforms.kubernetes.pipelineConfig.workspace", "workspaces"))
        }
        return found
    }
}
