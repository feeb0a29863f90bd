package import Model

/// What the metadata of an artifact say of how good something is: numbers, curves, matrices.
///
/// Source: KFP SDK, `dsl.Metrics`, `dsl.ClassificationMetrics`, `dsl.SlicedClassificationMetrics`.
package struct Evaluation: Hashable, Sendable {
    /// A number with its name.
    package struct Scalar: Hashable, Sendable {
        /// What was measured.
        package let name: String
        /// What came out.
        package let value: Double
        /// Whether it is a part of one, to be shown in percent.
        package let isShare: Bool

        /// Makes a number.
        package init(name: String, value: Double, isShare: Bool = false) {
            self.name = name
            self.value = value
            self.isShare = isShare
        }
    }

    /// A part of the data with how well it was classified.
    package struct Slice: Hashable, Sendable {
        /// The part; `nil` for all of it.
        package let name: String?
        /// The curve, if there is one.
        package let curve: RocCurve?
        /// The matrix, if there is one.
        package let matrix: ConfusionMatrix?
    }

    /// The numbers by name.
    package let scalars: [Scalar]
    /// The whole, or the parts in their order.
    package let slices: [Slice]

    /// Reads the metadata of an artifact; what does not have the right shape is left out.
    package init(_ artifact: Artifact) {
        let metadata = artifact.metadata
        guard Self.types.contains(artifact.schemaTitle) else {
            (scalars, slices) = ([], [])
            return
        }
        scalars = metadata.sorted { $0.key < $1.key }.compactMap { name, value in
            value.number.map { Scalar(name: name, value: $0) }
        }
        let parts = (metadata["evaluationSlices"]?.array ?? []).prefix(Self.slicesMax).compactMap { part in
            part["sliceClassificationMetrics"].flatMap { Self.slice(part["slice"]?.string ?? "", $0) }
        }
        slices = [Self.slice(nil, .object(metadata))].compactMap { $0 } + parts
    }

    /// Whether there is anything to show.
    package var isEmpty: Bool { scalars.isEmpty && slices.isEmpty }

    /// The metadata of an artifact that are not shown as numbers, curves and matrices.
    package static func rest(of artifact: Artifact) -> [String: JSONValue] {
        let evaluation = Evaluation(artifact)
        let drawn =
            evaluation.slices.isEmpty ? [] : ["confidenceMetrics", "confusionMatrix", "evaluationSlices"]
        return artifact.metadata.filter { name, _ in
            !drawn.contains(name) && !evaluation.scalars.contains { $0.name == name }
        }
    }

    private static func slice(_ name: String?, _ metadata: JSONValue) -> Slice? {
        let curve = metadata["confidenceMetrics"].flatMap { RocCurve($0) }
        let matrix = metadata["confusionMatrix"].flatMap { ConfusionMatrix($0) }
        return curve == nil && matrix == nil ? nil : Slice(name: name, curve: curve, matrix: matrix)
    }

    private static let types: Set = [
        "system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics",
    ]
    /// Slices shown; a page with more is slow, and nobody reads it.
    private static let slicesMax = 50
}

/// A number for people: six significant digits, no exponent where it can be read without.
package func numberText(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    let size = abs(value)
    if size >= 1e6 || size < 1e-4 { return "\(value)" }
    let scale = size >= 1_000 ? 1e2 : size >= 1 ? 1e4 : 1e6
    return "\((value * scale).rounded() / scale)"
}

/// A part of one in percent with one digit behind the point: `92.1 %`.
package func percentText(_ share: Double) -> String {
    guard share.isFinite, abs(share) < 1e12 else { return "\(share)" }
    let tenths = Int((share * 1_000).rounded())
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10) %"
}
