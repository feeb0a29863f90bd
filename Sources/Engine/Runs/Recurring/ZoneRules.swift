package import Model

/// A time zone: how far its clocks are ahead of UTC, and when that changes.
///
/// The rules come from outside; this only finds the changes and lays cron times over them.
package struct ZoneRules: Sendable {
    /// Seconds by which clocks are ahead of UTC at a time; less than a day either way.
    package let offset: @Sendable (Instant) -> Int

    /// Makes rules.
    package init(offset: @escaping @Sendable (Instant) -> Int) {
        self.offset = offset
    }

    /// Clocks that show UTC.
    package static let utc = ZoneRules { _ in 0 }

    func offset(atSecond second: Int64) -> Int64 {
        Int64(offset(Instant(milliseconds: second * 1000)))
    }

    /// The first firing of an expression after a time, both in whole seconds since the epoch.
    ///
    /// Where clocks are put forward, a time of the day that is left out fires once, at the end of the gap;
    /// where they are put back, it fires the first time only. A rhythm (every hour fits) goes on evenly
    /// through both, so that it neither pauses nor repeats.
    /// - Returns: `nil` if none comes.
    func next(_ fields: CronExpression.Fields, after start: Int64) -> Int64? {
        let isRhythm = fields.fitsEveryHour
        var time = start
        var offset = offset(atSecond: time)
        var local = time + offset
        if !isRhythm { local = max(local, repeatedUntil(time) - 1) }
        while let match = fields.next(after: local) {
            let candidate = match - offset
            let horizon = min(candidate, time + Self.stride)
            let later = self.offset(atSecond: horizon)
            if later != offset {
                let change = change(after: time, upTo: horizon)
                if later > offset, !isRhythm, match < change + later { return change }
                time = change - 1
                local = change + (isRhythm ? later : max(later, offset)) - 1
                offset = later
            } else if horizon == candidate {
                return candidate
            } else {
                // Nothing fits until shortly before the candidate, whatever the clocks do in between.
                time = max(horizon, candidate - Self.stride)
                offset = self.offset(atSecond: time)
                local = time + offset
                if !isRhythm { local = max(local, repeatedUntil(time) - 1) }
            }
        }
        return nil
    }

    /// How far ahead changes are looked for: more than clocks ever differ, and less than two changes are apart.
    private static let stride: Int64 = 36 * 3_600

    /// Until when, in local time, clocks show what they have shown before; long ago where they do not.
    private func repeatedUntil(_ time: Int64) -> Int64 {
        let (before, now) = (offset(atSecond: time - 86_400), offset(atSecond: time))
        guard before > now else { return .min + 1 }
        return change(after: time - 86_400, upTo: time) + before
    }

    /// The second at which the offset becomes what it is at the end of a stretch of time.
    private func change(after start: Int64, upTo end: Int64) -> Int64 {
        let final = offset(atSecond: end)
        var (low, high) = (start, end)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(atSecond: middle) == final { high = middle } else { low = middle }
        }
        return high
    }
}
