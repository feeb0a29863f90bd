package import Model

/// What a pipeline asks of the platform it runs on: the second document of a compiled package.
///
/// Only the platform `kubernetes` is understood; what others say is kept and has no effect.
/// Source: KFP `pipeline_spec.proto`, `PlatformSpec` and `SinglePlatformSpec`.
package struct PlatformSpec: Hashable, Sendable {
    /// What each executor asks of its pod, by executor label; a label without an entry asks for nothing.
    package var executors: [String: KubernetesExecutorConfig]
    /// What the pipeline asks for its runs as a whole.
    package var pipelineConfig: PipelineConfig
    /// What the document says to other platforms, by their names.
    package var otherPlatforms: [String: JSONValue]
    /// Fields this build does not know, by path, except those within ``executors``.
    package var unknown: [String: JSONValue]

    /// The spec of a pipeline that asks for nothing: a package of one document.
    package init() {
        executors = [:]
        pipelineConfig = PipelineConfig()
        otherPlatforms = [:]
        unknown = [:]
    }

    /// Decodes the document.
    /// - Parameter json: an object with the member `platforms`; field names in lowerCamelCase or snake_case.
    /// - Throws: ``InvalidSpec`` with a path for every field that has the wrong shape or a value Kubernetes
    ///   would refuse.
    package init(json: JSONValue) throws(InvalidSpec) {
        guard json.object != nil else {
            throw InvalidSpec([
                SpecProblem(
                    "",
                    "expected a platform spec, an object with 'platforms', found \(json.kindDescription)"
                )
            ])
        }
        self.init()
        var reader = SpecReader(json, path: "")
        var executors: [String: KubernetesExecutorConfig] = [:]
        let platforms = reader.message("platforms") { platforms in
            let config = platforms.message("kubernetes") { kubernetes in
                executors =
                    kubernetes.message("deploymentSpec") {
                        $0.map("executors", KubernetesExecutorConfig.init(reading:))
                    } ?? [:]
                return kubernetes.message("pipelineConfig", PipelineConfig.init(reading:))
            }
            return (config: config.flatMap { $0 }, others: platforms.takeAll())
        }
        self.executors = executors
        pipelineConfig = platforms?.config ?? PipelineConfig()
        otherPlatforms = platforms?.others ?? [:]
        let known = Set(executors.values.flatMap(\.unknown.keys))
        unknown = reader.unknownByPath.filter { !known.contains($0.key) }
        if !reader.problems.isEmpty { throw InvalidSpec(reader.problems) }
    }
}
