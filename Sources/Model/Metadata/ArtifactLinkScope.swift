/// Which uses of artifacts are wanted; every list that is not empty must contain the use's own.
package struct ArtifactLinkScope: Hashable, Sendable {
    /// Uses of these artifacts.
    package var artifacts: [ArtifactID]
    /// Uses by tasks of these runs.
    package var runs: [RunID]
    /// Uses by these tasks.
    package var tasks: [TaskPlace]
    /// Reading or writing only.
    package var direction: ArtifactEdge.Direction?

    /// Makes a scope.
    package init(
        artifacts: [ArtifactID] = [],
        runs: [RunID] = [],
        tasks: [TaskPlace] = [],
        direction: ArtifactEdge.Direction? = nil
    ) {
        self.artifacts = artifacts
        self.runs = runs
        self.tasks = tasks
        self.direction = direction
    }
}
