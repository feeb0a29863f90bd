package import Model
import PipelineIR
package import Services

/// What several runs were given and what came of it, side by side.
package struct Comparison: Hashable, Sendable {
    /// A value in each run; `nil` where a run has none.
    package struct Row: Hashable, Sendable {
        /// What it is.
        package let name: String
        /// Where it comes from: the step and its output.
        package let origin: String
        /// The values, in the order of the runs.
        package let values: [JSONValue?]

        /// Whether the runs do not all have the same.
        package var isDifferent: Bool { Set(values).count > 1 }
        /// The values as numbers, where they are.
        package var numbers: [Double?] { values.map { $0?.number } }
    }

    /// An artifact in each run; `nil` where a run has none.
    package struct Finding: Hashable, Sendable {
        /// The step and its output.
        package let origin: String
        /// The artifacts, in the order of the runs.
        package let artifacts: [Artifact?]
    }

    /// What was asked for.
    package let parameters: [Row]
    /// What was measured.
    package let metrics: [Row]
    /// What steps wrote that can be looked at side by side, by step and output.
    package let findings: [Finding]

    /// Artifacts and metrics that are compared; a loop of thousands measures more than anybody reads.
    static let findingsMax = 200
    private static let metricsMax = 400

    /// Puts runs side by side.
    /// - Parameter measured: numbers that are not in an artifact's metadata but in its file.
    package init(_ runs: [RunService.Details], measured: [ArtifactID: [Evaluation.Scalar]] = [:]) {
        let given = runs.map { run in
            run.graph.root.component.inputParameters.compactMapValues(\.defaultValue)
                .merging(run.run.parameters) { _, given in given }
        }
        parameters = Set(given.flatMap(\.keys)).sorted().map { name in
            Row(name: name, origin: "", values: given.map { $0[name] })
        }
        let written = runs.map(Self.artifacts)
        findings = Set(written.flatMap(\.keys)).sorted().prefix(Self.findingsMax).map { origin in
            Finding(origin: origin, artifacts: written.map { $0[origin] })
        }
        let rows = findings.flatMap { finding in
            let scalars = finding.artifacts.map { artifact in
                (artifact.map { measured[$0.id] ?? Evaluation($0).scalars } ?? []).reduce(into: [:]) {
                    $0[$1.name] = $1.value
                }
            }
            return Set(scalars.flatMap(\.keys)).sorted().map { name in
                Row(name: name, origin: finding.origin, values: scalars.map { $0[name].map { .number($0) } })
            }
        }
        metrics = Array(rows.prefix(Self.metricsMax))
    }

    /// What the steps of a run wrote that is worth comparing.
    private static func artifacts(of details: RunService.Details) -> [String: Artifact] {
        var found: [String: Artifact] = [:]
        for task in details.listing.tasks where task.kind.isStep {
            for (name, ids) in task.outputs.artifacts {
                for (place, id) in ids.enumerated() {
                    guard let artifact = details.listing.artifacts[id],
                        types.contains(artifact.schemaTitle) || MeasuredFile.isFile(named: artifact.name)
                            || Visualization.isFile(named: artifact.name)
                    else { continue }
                    found["\(task.path) · \(name)" + (ids.count > 1 ? " [\(place + 1)]" : "")] = artifact
                }
            }
        }
        return found
    }

    private static let types: Set = [
        "system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics", "system.HTML",
        "system.Markdown",
    ]
}
