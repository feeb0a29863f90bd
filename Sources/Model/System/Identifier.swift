/// A name for one thing of kind `Subject`; two kinds of identifiers never mix.
///
/// Shape: non-empty text. Identifiers made by Martlet are lower-case UUIDs unless a type says otherwise;
/// text from outside is accepted as it is, so that an unknown id is simply not found.
package struct Identifier<Subject>: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The identifier as clients see it.
    package let text: String

    /// Wraps text that names a `Subject`.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// Names an ``Experiment``.
package typealias ExperimentID = Identifier<Experiment>
/// Names a ``Pipeline``.
package typealias PipelineID = Identifier<Pipeline>
/// Names a ``PipelineVersion``.
package typealias PipelineVersionID = Identifier<PipelineVersion>
/// Names a ``Run``.
package typealias RunID = Identifier<Run>
/// Names an ``Artifact``.
package typealias ArtifactID = Identifier<Artifact>
/// Names a ``RecurringRun``.
package typealias RecurringRunID = Identifier<RecurringRun>
