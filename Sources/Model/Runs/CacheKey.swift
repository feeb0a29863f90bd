/// What makes two executions of a task the same, so that the outputs of one can stand for the other.
///
/// The parts are kept, not only their digest, so that a miss can be explained. Left out on purpose, as on KFP: environment, resources,
/// Kubernetes settings other than mounted volumes, retries, the task's name; and inputs that were not given.
/// Source: KFP `CacheKey`, with inputs identified by content where it is known.
package struct CacheKey: Hashable, Sendable {
    /// `pipelineInfo.name`: results are shared within a pipeline's name.
    package var pipelineName: String
    /// The component, for finding comparable executions.
    package var componentName: String
    /// The author's own key, which replaces everything below. Source: KFP `CachingOptions.cache_key`.
    package var customKey: String?
    /// The image.
    package var image: String
    /// Command and arguments with their placeholders.
    package var command: [String]
    /// Input parameters that were given.
    package var parameters: [String: JSONValue]
    /// Input artifacts: `sha256:…` of the bytes where it is known, else `id:…`.
    package var artifacts: [String: [String]]
    /// Type of each output, by name.
    package var outputs: [String: String]
    /// Names of mounted volumes, sorted.
    package var volumes: [String]

    /// Makes a key.
    package init(
        pipelineName: String,
        componentName: String,
        customKey: String?,
        image: String,
        command: [String],
        parameters: [String: JSONValue],
        artifacts: [String: [String]],
        outputs: [String: String],
        volumes: [String]
    ) {
        self.pipelineName = pipelineName
        self.componentName = componentName
        self.customKey = customKey
        self.image = image
        self.command = command
        self.parameters = parameters
        self.artifacts = artifacts
        self.outputs = outputs
        self.volumes = volumes
    }

    /// Within what results are shared: `pipeline/` and the pipeline's name. Source: KFP 2.x cache lookups.
    package var scope: String { "pipeline/" + pipelineName }

    /// The parts that count, for the digest and for comparing.
    package var json: JSONValue {
        if let customKey { return ["component": .string(componentName), "cache_key": .string(customKey)] }
        return [
            "image": .string(image), "command": .array(command.map { .string($0) }),
            "parameters": .object(parameters),
            "artifacts": .object(artifacts.mapValues { .array($0.map { .string($0) }) }),
            "outputs": .object(outputs.mapValues { .string($0) }),
            "volumes": .array(volumes.map { .string($0) }),
        ]
    }
}
