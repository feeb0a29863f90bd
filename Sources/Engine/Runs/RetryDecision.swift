import Model
import PipelineIR

/// Decides whether a task that failed may run again, and when.
///
/// Failures of the program count against the author's policy; pods that were lost through no fault of the program
/// count against ``Limits/infrastructureRetriesMax``. The two are counted apart.
/// Source: KFP `PipelineTaskSpec.RetryPolicy` (max_retry_count, backoff_duration, backoff_factor, backoff_max_duration).
struct RetryDecision {
    /// The pause before the next attempt; `nil` when none is left.
    let pause: Duration?
    private let failures: Int

    /// - Parameter attempts: those since the run was created or last retried.
    init(policy: TaskSpec.RetryPolicy?, attempts: some BidirectionalCollection<Attempt>) {
        failures = attempts.count { $0.state == .failed }
        let lost = attempts.count - failures
        guard attempts.last?.state != .lost else {
            pause = lost <= Limits.infrastructureRetriesMax ? .zero : nil
            return
        }
        guard let policy, failures <= policy.retriesMax else {
            pause = nil
            return
        }
        var pause = policy.backoff
        for _ in 1..<max(failures, 1) where pause < policy.backoffMax {
            let scaled = Double(pause.milliseconds) * policy.factor
            pause = .milliseconds(Int64(min(scaled, 1e12)))
        }
        self.pause = min(pause, policy.backoffMax)
    }

    /// The final reason of a task for which nothing is left to try.
    func explain(_ reason: Reason) -> Reason {
        guard failures > 1 else { return reason }
        return Reason(
            reason.code,
            "Failed \(failures) times, no retry is left. \(reason.message)",
            details: reason.details
        )
    }
}

/// A pause for people: `3s`, `1.5s`, `20m`.
func describe(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
    return decimalText(Double(milliseconds) / 1000) + "s"
}
