package import Model

/// A point in time as a page shows it: how long ago, with the exact time in the title.
package struct TimeView: Hashable, Sendable {
    /// RFC 3339, for programs.
    package let iso: String
    /// The exact time, for the title.
    package let title: String
    /// How long ago.
    package let text: String

    /// Makes the view of an instant.
    package init(_ instant: Instant, now: Instant) {
        iso = instant.rfc3339Milliseconds
        title = String(iso.prefix(10) + " " + iso.dropFirst(11).prefix(8)) + " UTC"
        text = ageText(now - instant)
    }
}

/// How long something took or has been taking; what still runs is counted on by the page.
package struct DurationView: Hashable, Sendable {
    /// The length, for people.
    package let text: String
    /// When it began, RFC 3339, while it has not ended.
    package let since: String?

    /// Makes the view of a stretch of time; `nil` when it has not begun.
    package init?(from start: Instant?, to end: Instant?, now: Instant) {
        guard let start else { return nil }
        text = durationText(max((end ?? now) - start, .zero))
        since = end == nil ? start.rfc3339Milliseconds : nil
    }
}

/// How long ago, in one unit: `just now`, `42 s ago`, `3 min ago`, `5 h ago`, `12 d ago`; or in how long: `in 3 min`.
package func ageText(_ age: Duration) -> String {
    let seconds = age.components.seconds
    let length =
        switch seconds.magnitude {
        case ..<60: "\(seconds.magnitude) s"
        case ..<3_600: "\(seconds.magnitude / 60) min"
        case ..<86_400: "\(seconds.magnitude / 3_600) h"
        default: "\(seconds.magnitude / 86_400) d"
        }
    // Clocks differ a little, so what is only just to come has only just been.
    return (-1..<5).contains(seconds) ? "just now" : seconds < 0 ? "in " + length : length + " ago"
}

/// A number of bytes for people: `512 B`, `1.5 KiB`, `3.2 MiB`.
package func bytesText(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    var (tenths, unit) = (count * 10 / 1024, 0)
    let units = ["KiB", "MiB", "GiB", "TiB"]
    while tenths >= 10_240, unit + 1 < units.count { (tenths, unit) = (tenths / 1024, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}

/// `1 run`, `2 runs`, `12,345 runs`.
package func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// How long a list is: `2 runs`, or `1,000 runs or more` where nobody counted on.
func totalText<Item>(_ page: Page<Item>, _ noun: String) -> String {
    counted(page.totalSize, noun) + (page.isTotalBounded ? " or more" : "")
}
