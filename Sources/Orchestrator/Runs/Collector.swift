package import Logging
package import Metrics
package import Model
import ServiceLifecycle

/// Takes away, from time to time, what nobody wants to keep.
///
/// What that is is decided anew from what is stored in each turn.
package struct Collector: Service {
    /// What came of one turn.
    package struct Turn: Sendable {
        /// How many runs were deleted.
        package var runs: Int
        /// Bytes of artifacts that were removed.
        package var bytes: Int
        /// Deleted runs whose artifacts could not be removed, and why.
        package var failures: [(id: String, error: any Error)]
        /// When to look again; `nil` when nothing is known to become due.
        package var next: Instant?

        /// Makes an outcome.
        package init(
            runs: Int,
            bytes: Int,
            failures: [(id: String, error: any Error)] = [],
            next: Instant?
        ) {
            self.runs = runs
            self.bytes = bytes
            self.failures = failures
            self.next = next
        }
    }

    private let poll: Duration
    private let now: @Sendable () -> Instant
    private let collect: @Sendable (Instant) async throws -> Turn
    private let logger: Logger
    private let metrics: LoopMetrics

    /// Makes a collector.
    /// - Parameters:
    ///   - poll: how often it looks.
    ///   - collect: takes away what may go at a time.
    package init(
        poll: Duration,
        now: @escaping @Sendable () -> Instant,
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory,
        collect: @escaping @Sendable (Instant) async throws -> Turn
    ) {
        self.poll = poll
        self.now = now
        self.collect = collect
        self.logger = logger
        self.metrics = LoopMetrics(loop: "retention", factory: metrics)
    }

    /// Runs until the task is cancelled or a graceful shutdown begins.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var next: Instant?
                await metrics.measure(queued: 0) { next = await turn() }
                let pause = next.map { max($0 - now(), Self.breath) } ?? poll
                // Ended only by cancellation, which ends the loop as well.
                try? await Task.sleep(for: min(pause, poll))
            }
        }
    }

    private func turn() async -> Instant? {
        do {
            let turn = try await collect(now())
            if turn.runs > 0 || turn.bytes > 0 {
                logger.info(
                    "old runs and artifacts removed",
                    metadata: ["runs": "\(turn.runs)", "bytes": "\(turn.bytes)"]
                )
            }
            for (id, error) in turn.failures {
                metrics.errors.increment()
                logger.warning(
                    "artifacts of a deleted run cannot be removed",
                    metadata: ["run.id": "\(id)", "error": "\(error)"]
                )
            }
            return turn.next
        } catch {
            metrics.errors.increment()
            logger.warning("old runs and artifacts cannot be removed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Between two turns, so that removing much leaves room for others.
    private static let breath = Duration.milliseconds(50)
}
