package import Model
import Synchronization

/// A clock that moves by a millisecond whenever it is read, and otherwise only by hand.
///
/// So that rows are created one after the other, always the same way.
package final class TickingClock: Sendable {
    private let time: Mutex<Instant>
    private let ids = Mutex(0)

    /// A clock that starts at a round second of November 2023.
    package init() {
        time = Mutex(Instant(milliseconds: 1_700_000_000_000))
    }

    /// The next millisecond.
    package func now() -> Instant {
        time.withLock { time in
            time = time + .milliseconds(1)
            return time
        }
    }

    /// Moves the clock.
    package func advance(by duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }

    /// A UUID that differs from all before it, the same in every run.
    package func newID() -> String {
        let number = ids.withLock { ids in
            ids += 1
            return ids
        }
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
