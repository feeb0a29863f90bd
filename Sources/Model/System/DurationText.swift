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

private func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
