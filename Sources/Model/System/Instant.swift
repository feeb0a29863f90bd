package import FoundationEssentials

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, always UTC.
package struct Instant: Hashable, Sendable, Comparable {
    /// Milliseconds since the epoch; negative before 1970.
    package let milliseconds: Int64

    /// Makes an instant from milliseconds since the epoch.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes an instant from a `Date`, dropping what is finer than a millisecond.
    package init(_ date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// 1970-01-01T00:00:00Z, which KFP shows for a time that has not come yet.
    package static let epoch = Instant(milliseconds: 0)

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant a duration later; saturates at the ends of the range.
    package static func + (left: Self, right: Duration) -> Self {
        let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
        return Instant(milliseconds: overflow ? (right < .zero ? .min : .max) : sum)
    }

    /// The instant a duration earlier; saturates at the ends of the range.
    package static func - (left: Self, right: Duration) -> Self { left + (.zero - right) }

    /// The time from `right` to `left`.
    package static func - (left: Self, right: Self) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }

    /// RFC 3339 in UTC with whole seconds, as KFP writes it: `2026-08-22T10:00:00Z`.
    package var rfc3339: String {
        Date(timeIntervalSince1970: (Double(milliseconds) / 1000).rounded(.down))
            .formatted(.iso8601)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-08-22T10:00:00.123Z`.
    package var rfc3339Milliseconds: String {
        let seconds = milliseconds.flooredQuotient(dividingBy: 1000)
        let rest = String(milliseconds - seconds * 1000)
        let whole = Instant(milliseconds: seconds * 1000).rfc3339
        return whole.dropLast() + "." + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
    }

    /// Reads RFC 3339 text with or without fractional seconds and with any offset; `nil` if it is not that.
    package init?(rfc3339 text: String) {
        for fractional in [false, true] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fractional)
            if let date = try? style.parse(text) {
                self.init(date)
                return
            }
        }
        return nil
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; saturates at the ends of `Int64`.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}

extension Int64 {
    fileprivate func flooredQuotient(dividingBy divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
