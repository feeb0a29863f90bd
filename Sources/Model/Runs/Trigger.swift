/// What starts the runs of a recurring run. Source: KFP v2beta1 `Trigger`.
package struct Trigger: Hashable, Sendable {
    /// When within the bounds a run is due.
    package enum Rule: Hashable, Sendable {
        /// A cron expression as it was sent, six fields with seconds first, or a word such as `@daily`.
        /// The time zone is a name such as `Europe/Berlin`; `nil` for the one that the expression begins
        /// with (`CRON_TZ=Europe/Berlin …`), or UTC. Source: KFP v2beta1 `CronSchedule`; zones are ours.
        case cron(String, timeZone: String?)
        /// Every so many seconds, at least 1. Source: KFP v2beta1 `PeriodicSchedule`.
        case periodic(seconds: Int64)
    }

    /// When a run is due.
    package var rule: Rule
    /// Runs are due only after this time, not at it. Source: KFP, `start_time`.
    package var start: Instant?
    /// Runs are due until this time, and at it. Source: KFP, `end_time`.
    package var end: Instant?

    /// Makes a trigger.
    package init(_ rule: Rule, start: Instant? = nil, end: Instant? = nil) {
        self.rule = rule
        self.start = start
        self.end = end
    }
}
