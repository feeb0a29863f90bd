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
                if task.spec.triggerCondition != nil {
                    found.append(SpecProblem("\(place).triggerPolicy.condition", "conditions (dsl.If, dsl.Condition)"))
                }
                if task.spec.triggerStrategy == .allUpstreamTasksCompleted {
                    found.append(
                        SpecProblem("\(place).triggerPolicy.strategy", "exit handlers and ignore_upstream_failure"))
                }
                if task.spec.iterator != nil {
                    found.append(SpecProblem("\(place).iterator", "loops (dsl.ParallelFor)"))
                }
                switch task.body {
                case .importer: found.append(SpecProblem(place, "importers (dsl.importer)"))
                case .foreign(let kind): found.append(SpecProblem(place, "'\(kind)' executors, which only Vertex AI runs"))
                case .container, .pipeline: break
                }
                for (name, source) in task.parameterSources.sorted(by: { $0.key < $1.key }) {
                    if source.selector != nil {
                        found.append(
                            SpecProblem("\(place).inputs.parameters.\(name)", "expressions on inputs (members of structs)"))
                    }
                    if case .taskFinalStatus = source.origin {
                        found.append(SpecProblem("\(place).inputs.parameters.\(name)", "the final status of a task"))
                    }
                }
            }
            for (name, selectors) in pipeline.outputParameters.sorted(by: { $0.key < $1.key })
            where selectors.count > 1 {
                found.append(SpecProblem("\(path).outputs.parameters.\(name)", "dsl.OneOf"))
            }
            for (name, selectors) in pipeline.outputArtifacts.sorted(by: { $0.key < $1.key })
            where selectors.count > 1 {
                found.append(SpecProblem("\(path).outputs.artifacts.\(name)", "dsl.OneOf"))
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
