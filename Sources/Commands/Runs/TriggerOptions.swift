import ArgumentParser
import Model

/// The options that say when runs are due.
struct TriggerOptions: ParsableArguments {
    @Option(
        help: """
            A cron expression of six fields: second, minute, hour, day of the month, month, day of the week; or \
            @hourly, @daily, @weekly, @monthly.
            """
    )
    var cron: String?

    @Option(help: ArgumentHelp("A length of time between runs: 30s, 15m, 1h30m.", valueName: "length"))
    var every: String?

    @Option(
        help: ArgumentHelp(
            "The time zone of --cron, such as Europe/Berlin; UTC by default.",
            valueName: "name"
        )
    )
    var timeZone: String?

    @Option(help: ArgumentHelp("Only after this time, such as 2026-08-22T10:00:00Z.", valueName: "time"))
    var start: Instant?

    @Option(help: ArgumentHelp("Until this time.", valueName: "time"))
    var end: Instant?

    func validate() throws {
        if cron != nil, every != nil { throw ValidationError("--cron and --every: give one of them") }
        if timeZone != nil, every != nil {
            throw ValidationError("--time-zone goes with --cron; lengths of time have none")
        }
    }

    /// The trigger; what is not given is taken from another one. `nil` if nothing is given.
    func trigger(over before: Trigger? = nil) throws -> Trigger? {
        guard cron != nil || every != nil || timeZone != nil || start != nil || end != nil else { return nil }
        return Trigger(
            try rule(over: before?.rule),
            start: start ?? before?.start,
            end: end ?? before?.end
        )
    }

    private func rule(over before: Trigger.Rule?) throws -> Trigger.Rule {
        if let cron {
            guard case .cron(_, let zone)? = before else { return .cron(cron, timeZone: timeZone) }
            return .cron(cron, timeZone: timeZone ?? zone)
        }
        if let every {
            guard let seconds = wholeSeconds(goDuration: every), seconds > 0 else {
                throw PlatformError.invalid(
                    "--every: expected a length of time such as 30s or 1h30m, found \(every)"
                )
            }
            return .periodic(seconds: seconds)
        }
        switch (before, timeZone) {
        case (.cron(let text, _)?, let zone?): return .cron(text, timeZone: zone)
        case (let rule?, nil): return rule
        case (.periodic?, .some): throw PlatformError.invalid("--time-zone goes with --cron; give that, too")
        case (nil, _): throw PlatformError.invalid("say when: give --cron or --every")
        }
    }
}

extension Instant: ExpressibleByArgument {
    /// Reads RFC 3339.
    package init?(argument: String) {
        self.init(rfc3339: argument)
    }
}
