package import Model

extension Schedule {
    /// What a person may not have meant by a trigger, as sentences; none for most.
    /// - Parameters:
    ///   - trigger: what this schedule was made from.
    ///   - now: the time.
    package func warnings(_ trigger: Trigger, now: Instant) -> [String] {
        var warnings: [String] = []
        if hasFiveFields, case .cron(let text, _) = trigger.rule {
            let fields = text.split(whereSeparator: \.isWhitespace).suffix(5).joined(separator: " ")
            warnings.append(
                """
                The cron expression has five fields. KFP reads six, of which the first is the second, so \
                "\(fields)" does not begin with minutes. If you meant it as Unix does, write "0 \(fields)".
                """
            )
        }
        let firings = upcoming(after: now, count: 2)
        if firings.isEmpty { warnings.append("No run will be started: no firing is left.") }
        if firings.count == 2, firings[1] - firings[0] < .seconds(60) {
            let seconds = (firings[1] - firings[0]).milliseconds / 1000
            warnings.append(
                "Runs are due every \(seconds == 1 ? "second" : "\(seconds) seconds"), "
                    + "up to \(grouped(Int(86_400 / seconds))) a day; none is deleted by itself."
            )
        }
        return warnings
    }
}
