package import Model

/// Where an artifact came from and what became of it, across runs.
package struct Lineage: Sendable {
    /// The ways one can go from an artifact.
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        /// To what it was made from.
        case upstream = "UPSTREAM"
        /// To what was made from it.
        case downstream = "DOWNSTREAM"
    }

    /// One step: a task and an artifact that it read or wrote.
    package struct Step: Hashable, Sendable {
        /// The way that led here.
        package var direction: Direction
        /// How many tasks are between this step's artifact and the one asked for, this task counted; from 1.
        package var depth: Int
        /// The task and the artifact.
        package var link: ArtifactLink
    }

    /// The artifact that was asked for.
    package var artifact: Artifact
    /// Near steps first; upstream before downstream.
    package var steps: [Step]
    /// Every artifact the steps name.
    package var artifacts: [ArtifactID: Artifact]
    /// The names of the runs the steps name.
    package var runNames: [RunID: String]
    /// Whether there is more than ``Limits/lineageLinksMax`` steps and the rest was left out.
    package var isCut: Bool
}
