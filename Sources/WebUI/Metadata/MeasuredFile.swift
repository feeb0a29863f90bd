import Model

/// Numbers that a component of KFP 1.x wrote into a file of its own.
///
/// Source: KFP, pipeline metrics: `metrics` of the file `mlpipeline-metrics`.
package enum MeasuredFile {
    /// Bytes of the file that are read. Source: KFP, which takes at most 50 metrics with short names.
    static let bytesMax = 256 << 10

    /// Whether an output of this name is such a file: `mlpipeline-metrics`, with any signs between the words.
    package static func isFile(named name: String) -> Bool {
        Visualization.plain(name) == "mlpipeline-metrics"
    }

    /// Reads a file; what is not a number with a name is left out.
    /// - Throws: `invalidArgument` when it is not of this kind.
    package static func scalars(in bytes: some Collection<UInt8>) throws -> [Evaluation.Scalar] {
        try Visualization.list("metrics", of: bytes).compactMap { metric in
            guard let name = metric["name"]?.string, let value = metric["numberValue"]?.number else {
                return nil
            }
            let isShare = metric["format"]?.string == "PERCENTAGE"
            return Evaluation.Scalar(name: name, value: value, isShare: isShare)
        }
    }
}
