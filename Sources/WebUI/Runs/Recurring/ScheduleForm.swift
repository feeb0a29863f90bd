import Model

/// The part of a form that says when runs are due, as people wrote it.
struct ScheduleForm: Hashable, Sendable {
    /// Lengths of time that intervals are given in, the longest first.
    static let units: [(name: String, seconds: Int64)] = [
        ("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1),
    ]

    var isPeriodic = false
    var cron = "0 0 6 * * *"
    var timeZone = ""
    var every = "1"
    var unit = "hours"
    /// As fields for a date and time have it, `2026-08-22T10:00`, in UTC.
    var start = ""
    var end = ""
    var concurrency = "1"
    var catchesUp = true

    /// A new one.
    init() {}

    /// What was sent.
    init(_ form: WebForm) {
        isPeriodic = form["rule"] == "interval"
        cron = form["cron"] ?? ""
        timeZone = form["zone"] ?? ""
        every = form["every"] ?? ""
        unit = form["unit"] ?? unit
        start = form["start"] ?? ""
        end = form["end"] ?? ""
        concurrency = form["concurrency"] ?? ""
        catchesUp = form["catchup"] != nil
    }

    /// What is stored.
    init(_ recurring: RecurringRun) {
        switch recurring.trigger.rule {
        case .cron(let text, let zone): (cron, timeZone) = (text, zone ?? "")
        case .periodic(let seconds):
            isPeriodic = true
            let (name, length) = Self.unit(of: seconds)
            (every, unit) = (String(seconds / length), name)
        }
        start = recurring.trigger.start.map(Self.text) ?? ""
        end = recurring.trigger.end.map(Self.text) ?? ""
        concurrency = String(recurring.maxConcurrency)
        catchesUp = !recurring.noCatchup
    }

    /// When runs are due; what it means is not checked.
    /// - Throws: `invalidArgument` for text that is no number or time.
    func trigger() throws -> Trigger {
        Trigger(
            isPeriodic
                ? .periodic(seconds: try seconds())
                : .cron(cron, timeZone: timeZone.isEmpty ? nil : timeZone),
            start: try Self.time(start, "Start"),
            end: try Self.time(end, "End")
        )
    }

    /// How many runs may be under way at once; not checked.
    /// - Throws: `invalidArgument` for text that is no number.
    func maxConcurrency() throws -> Int64 {
        guard let number = Int64(concurrency) else {
            throw PlatformError.invalid(
                "At once: expected a whole number, found '\(concurrency.prefix(80))'."
            )
        }
        return number
    }

    /// The longest unit that an interval is a whole number of.
    static func unit(of seconds: Int64) -> (name: String, seconds: Int64) {
        units.first { seconds >= $0.seconds && seconds % $0.seconds == 0 } ?? ("seconds", 1)
    }

    private func seconds() throws -> Int64 {
        guard let unit = Self.units.first(where: { $0.name == unit })?.seconds else {
            let known = Self.units.map(\.name).joined(separator: ", ")
            throw PlatformError.invalid("Every: expected one of \(known), found '\(unit.prefix(80))'.")
        }
        let (seconds, overflow) = (Int64(every) ?? 0).multipliedReportingOverflow(by: unit)
        guard seconds > 0, !overflow else {
            throw PlatformError.invalid(
                "Every: expected a whole number from 1 up, found '\(every.prefix(80))'."
            )
        }
        return seconds
    }

    /// Seconds are left out by browsers where they are zero.
    private static func time(_ text: String, _ name: String) throws -> Instant? {
        if text.isEmpty { return nil }
        for ending in ["", "Z", ":00Z"] {
            if let time = Instant(rfc3339: text + ending) { return time }
        }
        throw PlatformError.invalid(
            "\(name): expected a time such as 2026-08-22T10:00, found '\(text.prefix(80))'."
        )
    }

    private static func text(_ time: Instant) -> String {
        let text = time.rfc3339.dropLast()
        return String(text.hasSuffix(":00") ? text.dropLast(3) : text)
    }
}

/// What is wrong with what was written, by the names of the form's fields instead of those of the API.
func formMessage(_ error: PlatformError) -> String {
    let names = [
        "display_name is ": "Name: ", "trigger: end_time ": "End: ",
        // What is said of the whole schedule is said of its zone.
        "cron_schedule: ": "Time zone: ",
        "cron_schedule.cron: ": "Cron: ", "cron_schedule.time_zone: ": "Time zone: ",
        "cron_schedule.start_time: ": "Start: ", "cron_schedule.end_time: ": "End: ",
        "periodic_schedule.interval_second: ": "Every: ",
        "periodic_schedule.start_time: ": "Start: ",
        "periodic_schedule.end_time: ": "End: ", "max_concurrency: ": "At once: ",
    ]
    var text = error.message
    for prefix in ["recurring_run.", "trigger."] where text.hasPrefix(prefix) {
        text.removeFirst(prefix.count)
    }
    for (field, name) in names where text.hasPrefix(field) {
        return name + text.dropFirst(field.count).replacing(" start_time ", with: " the start ")
    }
    return error.message
}
