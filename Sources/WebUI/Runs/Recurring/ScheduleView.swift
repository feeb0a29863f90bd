import Model
import Services

/// The part of a form that says when runs are due, with the firings that come.
struct ScheduleView: PageView {
    static let template = "schedule"

    let isPeriodic: Bool
    let cron: String
    let timeZone: String
    let every: String
    let units: [RunFormView.Choice]
    let start: String
    let end: String
    let concurrency: String
    let concurrencyMax: String
    let catchesUp: Bool
    let firings: FiringsView
    let wrong: Wrong
    /// The element that says why: what the form was refused for stands above it, else the preview says it.
    let told: String

    /// Which field the form was refused for.
    struct Wrong: Hashable, Sendable {
        let cron: Bool
        let zone: Bool
        let every: Bool
        let start: Bool
        let end: Bool
        let concurrency: Bool

        /// - Parameter error: begins with the field's name, as ``formMessage(_:)`` has it.
        init(_ error: String?) {
            func names(_ field: String) -> Bool { error?.hasPrefix(field + ": ") ?? false }
            (cron, zone, every) = (names("Cron"), names("Time zone"), names("Every"))
            (start, end, concurrency) = (names("Start"), names("End"), names("At once"))
        }
    }

    /// - Parameter error: why the form was refused.
    init(_ form: ScheduleForm, _ firings: FiringsView, error: String?) {
        isPeriodic = form.isPeriodic
        cron = form.cron
        timeZone = form.timeZone
        every = form.every
        units = ScheduleForm.units.map {
            RunFormView.Choice(value: $0.name, title: $0.name, isChosen: $0.name == form.unit)
        }
        start = form.start
        end = form.end
        concurrency = form.concurrency
        concurrencyMax = String(Limits.recurringConcurrencyMax)
        catchesUp = form.catchesUp
        self.firings = firings
        wrong = Wrong(error ?? firings.error)
        told = error == nil ? "preview" : "refusal"
    }
}

/// The firings that come.
struct FiringsView: Hashable, Sendable {
    /// One firing.
    struct Firing: Hashable, Sendable {
        /// As the clocks of the time zone show it.
        let local: String
        let at: TimeView
    }

    let firings: [Firing]
    let isEmpty: Bool
    let warnings: [String]
    /// Why there is no preview.
    let error: String?

    init(_ preview: RecurringRunService.Preview, now: Instant) {
        firings = preview.firings.map { firing in
            // `2026-03-29T03:00:00+02:00`, for people.
            let text = firing.local.replacing("T", with: " ", maxReplacements: 1)
            let offset = text.dropFirst(19)
            let zone = offset == "Z" ? "UTC" : String(offset)
            return Firing(local: "\(text.prefix(19)) \(zone)", at: TimeView(firing.at, now: now))
        }
        isEmpty = firings.isEmpty
        warnings = preview.warnings
        error = nil
    }

    init(error: String) {
        (firings, isEmpty, warnings) = ([], false, [])
        self.error = error
    }
}

extension Trigger.Rule {
    /// The rule for people: `0 0 6 * * * in Europe/Berlin`, `every 2 hours`.
    var text: String {
        switch self {
        case .cron(let cron, let zone): zone.map { "\(cron) in \($0)" } ?? cron
        case .periodic(let seconds):
            { unit in
                let count = seconds / unit.seconds
                return count == 1 ? "every \(unit.name.dropLast())" : "every \(count) \(unit.name)"
            }(ScheduleForm.unit(of: seconds))
        }
    }
}
