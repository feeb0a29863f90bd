/// An amount of CPU or memory in Kubernetes' spelling, kept exactly in thousandths.
///
/// `500m` is half a core, `2` two cores, `512Mi` 2^29 bytes, `1.5G` 1.5·10^9 bytes.
/// Source: Kubernetes API, `resource.Quantity`.
package struct Quantity: Hashable, Sendable, Comparable {
    /// Thousandths of the unit (of a core, of a byte); never negative.
    package let thousandths: Int64

    /// Makes a quantity from thousandths of its unit.
    package init(thousandths: Int64) {
        self.thousandths = thousandths
    }

    /// Reads Kubernetes' spelling; `nil` if the text is not a quantity or does not fit.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let amount = Double(digits), let factor = Self.factors[String(text.dropFirst(digits.count))]
        else { return nil }
        let thousandths = (amount * factor * 1000).rounded(.up)
        guard thousandths < 9e18 else { return nil }
        self.init(thousandths: Int64(thousandths))
    }

    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }

    /// Whole units, rounded up: cores, or bytes.
    package var units: Int64 { thousandths / 1000 + (thousandths % 1000 > 0 ? 1 : 0) }

    private static let factors: [String: Double] = [
        "": 1, "m": 0.001, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 1_024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
        "Pi": 1_125_899_906_842_624, "Ei": 1_152_921_504_606_846_976,
    ]
}
