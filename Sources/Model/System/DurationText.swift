/// A length of time for people: `47ms`, `1.2s`, `3m 04s`, `2h 05m`, `4d 01h`.
package func durationText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return "0ms" }
    if seconds == 0 { return "\(attoseconds / 1_000_000_000_000_000)ms" }
    if seconds < 60 { return "\(seconds).\(attoseconds / 100_000_000_000_000_000)s" }
    let minutes = seconds / 60
    if minutes < 60 { return "\(minutes)m \(twoDigits(seconds % 60))s" }
    let hours = minutes / 60
    if hours < 24 { return "\(hours)h \(twoDigits(minutes % 60))m" }
    return "\(hours / 24)d \(twoDigits(hours % 24))h"
}

extension Duration {
    /// Reads a length of time as people write it: `30d`, `12h`, `90m`, `45s`, `200ms`, or several in a row as in `1h30m`.
    /// `nil` for anything else, also for a bare number, whose unit nobody knows, and for more than 10,000 years.
    package init?(text: String) {
        let units: [Substring: Int64] = [
            "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
        ]
        var rest = text.filter { $0 != " " }[...]
        var milliseconds: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !$0.isNumber }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits), number < 1_000_000_000_000, let factor = units[unit] else {
                return nil
            }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            milliseconds += overflow ? Self.readableMax : min(product, Self.readableMax)
            guard milliseconds < Self.readableMax else { return nil }
        }
        self = .milliseconds(milliseconds)
    }

    /// The length of time in its largest whole unit, as ``init(text:)`` reads it: `30d`, `36h`, `1500ms`.
    package var exactText: String {
        let milliseconds = self.milliseconds
        let units: [(name: String, factor: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ]
        for (name, factor) in units where milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(name)"
        }
        return "\(milliseconds)ms"
    }

    /// 10,000 years in milliseconds.
    private static let readableMax: Int64 = 10_000 * 366 * 86_400_000
}

private func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// Whole seconds of a length of time such as `1h30m`, `90s` or `1.5h`; `nil` if it is none.
///
/// Source: Go's `time.ParseDuration`.
package func wholeSeconds(goDuration text: String) -> Int64? {
    let units: [(name: String, seconds: Double)] = [
        ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3_600),
    ]
    var rest = text[...]
    var sum = 0.0
    repeat {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(digits.count)
        let name = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
        rest = rest.dropFirst(name.count)
        guard let number = Double(digits), let unit = units.first(where: { $0.name == name }) else {
            return nil
        }
        sum += number * unit.seconds
    } while !rest.isEmpty
    return sum < 1e11 ? Int64(sum) : nil
}
