package import Model

/// What a recurring run is to do at a moment: which firings start runs, and when to look again.
///
/// Decides from what is stored and the time alone; it never matters what woke the scheduler. After the clock was
/// put back, firings that are ahead again come again; their runs have the names they had, so none starts twice.
package struct FiringPlan: Hashable, Sendable {
    /// The firings that start a run now, oldest first.
    package let firings: [Instant]
    /// Up to which time firings are dealt with, once those have started.
    package let cursor: Instant
    /// The first firing after the cursor; `nil` when there is none.
    package let next: Instant?
    /// The first and the last of the missed firings that were too many to be made up for.
    package let leftOut: ClosedRange<Instant>?

    /// Decides.
    /// - Parameters:
    ///   - schedule: all firings.
    ///   - cursor: up to which time firings are dealt with.
    ///   - noCatchup: whether only the last of several missed firings is made up for.
    ///   - room: how many runs may start.
    ///   - now: the time.
    package init(_ schedule: Schedule, cursor: Instant, noCatchup: Bool, room: Int, now: Instant) {
        let from = min(cursor, now)
        let most = noCatchup ? 1 : Limits.catchUpFiringsMax
        let due = schedule.newest(most, after: from, upTo: now)
        firings = Array(due.prefix(max(room, 0)))
        var reached = firings.last ?? from
        var leftOut: ClosedRange<Instant>?
        if !noCatchup, let oldest = due.first, let first = schedule.next(after: from), first < oldest {
            let last = schedule.newest(1, after: from, upTo: oldest + .milliseconds(-1)).last ?? first
            leftOut = first...last
            reached = max(reached, last)
        }
        self.leftOut = leftOut
        self.cursor = reached
        next = schedule.next(after: reached)
    }
}
