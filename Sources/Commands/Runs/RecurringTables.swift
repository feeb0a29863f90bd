import Model

/// The tables in which recurring runs are shown.
enum RecurringTables {
    /// A list of recurring runs.
    static func list(_ found: [RecurringRun]) -> Table {
        Table(
            headings: ["ID", "NAME", "STATUS", "SCHEDULE", "NEXT", "RUNS"],
            rows: found.map { recurring in
                [
                    Cell(recurring.id.text), Cell(recurring.displayName, .strong), status(recurring),
                    Cell(text(recurring.trigger)), Cell(next(recurring), .faint),
                    Cell("\(recurring.progress.count)"),
                ]
            }
        )
    }

    /// One recurring run, a line for each thing there is to say.
    static func one(_ recurring: RecurringRun) -> Table {
        var lines: [(name: String, value: Cell)] = [
            ("id", Cell(recurring.id.text)), ("name", Cell(recurring.displayName, .strong)),
            ("description", Cell(recurring.description)), ("status", status(recurring)),
            ("schedule", Cell(text(recurring.trigger))),
            ("from", Cell(recurring.trigger.start?.rfc3339 ?? "")),
            ("until", Cell(recurring.trigger.end?.rfc3339 ?? "")),
            ("next", Cell(next(recurring))), ("last", Cell(recurring.progress.last?.rfc3339 ?? "")),
            ("runs", Cell("\(recurring.progress.count)")), ("pipeline", Cell(pipeline(recurring))),
            (
                "parameters",
                Cell(recurring.parameters.isEmpty ? "" : JSONValue.object(recurring.parameters).jsonText)
            ),
            ("at once", Cell("\(recurring.maxConcurrency)")),
            (
                "catch up",
                Cell(
                    recurring.noCatchup
                        ? "the last missed run" : "missed runs, at most the last \(Limits.catchUpFiringsMax)"
                )
            ),
        ]
        if let reason = recurring.reason { lines.append(("trouble", Cell(reason.message, .bad))) }
        return Table(facts: lines)
    }

    /// `cron 0 0 9 * * * (Europe/Berlin)` or `every 3600 s`.
    static func text(_ trigger: Trigger) -> String {
        switch trigger.rule {
        case .cron(let text, let timeZone): "cron \(text)" + (timeZone.map { " (\($0))" } ?? "")
        case .periodic(let seconds): "every \(durationText(.seconds(seconds)))"
        }
    }

    private static func status(_ recurring: RecurringRun) -> Cell {
        if !recurring.isEnabled { return Cell("disabled", .faint) }
        return recurring.reason == nil ? Cell("enabled", .good) : Cell("enabled", .bad)
    }

    private static func next(_ recurring: RecurringRun) -> String {
        recurring.progress.next?.rfc3339 ?? (recurring.isEnabled ? "never" : "")
    }

    private static func pipeline(_ recurring: RecurringRun) -> String {
        guard let pipeline = recurring.pipelineID else { return "its own" }
        return "\(pipeline), " + (recurring.pipelineVersionID.map { "version \($0)" } ?? "newest version")
    }
}
