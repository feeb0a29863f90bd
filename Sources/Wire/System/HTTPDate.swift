package import Model

/// Times as HTTP headers write them. Source: RFC 9110, section 5.6.7, `IMF-fixdate`.
package enum HTTPDate {
    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func text(_ instant: Instant) -> String {
        // `2026-08-22T10:00:00Z`, whose parts are what is needed.
        let text = instant.rfc3339
        let parts = text.split { "-T".contains($0) }
        guard parts.count == 4, let month = Int(parts[1]), (1...12).contains(month) else { return text }
        let days = (instant.milliseconds / 1000).quotientAndRemainder(dividingBy: 86_400)
        let day = days.quotient - (days.remainder < 0 ? 1 : 0)
        let weekday = weekdays[Int(((day % 7) + 7) % 7)]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3].dropLast()) GMT"
    }

    /// The epoch was a Thursday.
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
