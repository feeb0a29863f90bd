package import Model

/// How many true and false positives a classifier has at each threshold.
package struct RocCurve: Hashable, Sendable {
    /// One reading.
    package struct Point: Hashable, Sendable {
        /// What counts as positive from here on; `nil` where none was said.
        package let threshold: Double?
        /// Shares from 0 to 1.
        package let falsePositives: Double
        /// The recall.
        package let truePositives: Double
    }

    /// The readings from lower left to upper right.
    package let points: [Point]

    /// Readings drawn; more would not be seen.
    private static let pointsMax = 400

    /// Reads `confidenceMetrics`; `nil` when there is no reading in it. Readings beyond 0 to 1 are left out.
    /// Source: KFP SDK, `ClassificationMetrics.log_roc_data_point`.
    package init?(_ value: JSONValue) {
        self.init(
            (value.array ?? []).map { reading in
                (
                    reading["falsePositiveRate"]?.number, reading["recall"]?.number,
                    reading["confidenceThreshold"]?.number
                )
            }
        )
    }

    /// Takes readings of false positives, true positives and threshold; `nil` when there is none that can be.
    init?(_ all: [(rate: Double?, recall: Double?, threshold: Double?)]) {
        let readings = all.compactMap { rate, recall, threshold -> Point? in
            guard let rate, let recall, (0...1).contains(recall), (0...1).contains(rate) else { return nil }
            return Point(threshold: threshold, falsePositives: rate, truePositives: recall)
        }
        .sorted { ($0.falsePositives, $0.truePositives) < ($1.falsePositives, $1.truePositives) }
        guard let last = readings.last else { return nil }
        let step = max(1, (readings.count + Self.pointsMax - 1) / Self.pointsMax)
        var kept = stride(from: 0, to: readings.count, by: step).map { readings[$0] }
        if kept.last != last { kept.append(last) }
        points = kept
    }

    /// The area under the curve, from 0 to 1; the curve is taken to begin at 0, 0 and to end at 1, 1.
    package var area: Double {
        let corners = [(0, 0)] + points.map { ($0.falsePositives, $0.truePositives) } + [(1, 1)]
        return zip(corners, corners.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.1.0 - pair.0.0) * (pair.0.1 + pair.1.1) / 2
        }
    }
}
