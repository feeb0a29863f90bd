package import Model

/// The firings of a trigger: a pure function of the trigger, its time zone and the time it was made.
package struct Schedule: Sendable {
    private enum Rule: Sendable {
        case fields(CronExpression.Fields)
        case interval(seconds: Int64)
    }

    private let rule: Rule
    /// The time zone of the firings.
    package let zone: ZoneRules
    /// Whether a cron expression was given without seconds, or so it may seem.
    let hasFiveFields: Bool
    private let start: Instant?
    private let end: Instant?
    /// From when intervals are counted.
    private let origin: Int64

    /// Makes the schedule of a trigger.
    /// - Parameters:
    ///   - anchor: see ``RecurringRun/Progress/anchor``.
    ///   - place: names the trigger in messages.
    ///   - zone: the rules of a time zone by name; `nil` for one that does not exist.
    /// - Throws: ``PlatformError`` with `invalidArgument` for an expression, interval, zone or pair of bounds
    ///   that makes no sense, and for a date that never comes.
    package init(
        _ trigger: Trigger,
        anchor: Instant,
        at place: String = "trigger",
        zone: (String) -> ZoneRules?
    ) throws {
        start = trigger.start
        end = trigger.end
        origin = (trigger.start ?? anchor).wholeSeconds
        if let start, let end, end <= start {
            throw PlatformError.invalid(
                "\(place): end_time \(end.rfc3339) is not after start_time \(start.rfc3339)"
            )
        }
        switch trigger.rule {
        case .periodic(let seconds):
            guard seconds >= 1 else {
                throw PlatformError.invalid(
                    "\(place).periodic_schedule.interval_second: expected 1 or more, found \(seconds)"
                )
            }
            rule = .interval(seconds: seconds)
            self.zone = .utc
            hasFiveFields = false
        case .cron(let text, let timeZone):
            let place = "\(place).cron_schedule"
            let expression = try CronExpression(text, at: "\(place).cron")
            rule = try Self.rule(expression, at: place)
            self.zone = try Self.zone(expression.timeZone, timeZone, at: place, zone)
            hasFiveFields = expression.fieldCount == 5
        }
    }

    private static func rule(_ expression: CronExpression, at place: String) throws -> Rule {
        switch expression.times {
        case .every(let seconds): return .interval(seconds: seconds)
        case .fields(let fields):
            guard fields.next(after: 0) != nil else {
                throw PlatformError.invalid("\(place).cron: names a date that never comes")
            }
            return .fields(fields)
        }
    }

    private static func zone(
        _ inside: String?,
        _ beside: String?,
        at place: String,
        _ named: (String) -> ZoneRules?
    ) throws -> ZoneRules {
        if let inside, let beside, inside != beside {
            throw PlatformError.invalid(
                "\(place): cron names the time zone \(inside), time_zone \(beside); name one"
            )
        }
        let name = beside ?? inside ?? "UTC"
        guard let rules = named(name) else {
            throw PlatformError.invalid(
                "\(place): there is no time zone \"\(name.prefix(80))\"; expected a name such as Europe/Berlin"
            )
        }
        return rules
    }

    /// The first firing after a time; `nil` if none comes.
    package func next(after time: Instant) -> Instant? {
        let from = max(time, start ?? time).wholeSeconds
        let found: Int64? =
            switch rule {
            case .fields(let fields): zone.next(fields, after: from)
            case .interval(let seconds): nextInterval(seconds, after: from)
            }
        guard let found, found <= Self.lastSecond else { return nil }
        let firing = Instant(milliseconds: found * 1000)
        if let end, firing > end { return nil }
        return firing
    }

    /// The next firings after a time.
    package func upcoming(after time: Instant, count: Int) -> [Instant] {
        var firings: [Instant] = []
        var last = time
        while firings.count < count, let firing = next(after: last) {
            firings.append(firing)
            last = firing
        }
        return firings
    }

    /// A firing as the clocks of the time zone show it, such as `2026-03-29T03:00:00+02:00`.
    package func local(_ firing: Instant) -> String {
        ClockReading(firing, in: zone).text(goLayout: "2006-01-02T15:04:05Z07:00")
    }

    /// The newest firings within a stretch of time, oldest first.
    ///
    /// Looks back further and further, so that a long stretch costs no more than a short one.
    /// - Parameters:
    ///   - count: how many at most.
    ///   - start: when the stretch begins, itself not in it.
    ///   - end: when it ends, itself in it.
    package func newest(_ count: Int, after start: Instant, upTo end: Instant) -> [Instant] {
        var window = Duration.seconds(count)
        while true {
            let from = max(start, end + (.zero - window))
            var firings: [Instant] = []
            var last = from
            while let firing = next(after: last), firing <= end {
                firings.append(firing)
                last = firing
            }
            if firings.count >= count || from == start { return Array(firings.suffix(count)) }
            window = window * 4
        }
    }

    /// 9999-12-31T23:59:59Z, the last time that RFC 3339 can write.
    private static let lastSecond: Int64 = 253_402_300_799

    private func nextInterval(_ seconds: Int64, after time: Int64) -> Int64? {
        let passed = time < origin ? 0 : (time - origin) / seconds
        let (length, overflow) = (passed + 1).multipliedReportingOverflow(by: seconds)
        if overflow { return nil }
        let (sum, carried) = origin.addingReportingOverflow(length)
        return carried ? nil : sum
    }
}

extension Instant {
    /// Seconds since the epoch, rounded down.
    var wholeSeconds: Int64 { milliseconds.flooredQuotientAndRemainder(dividingBy: 1000).quotient }
}
