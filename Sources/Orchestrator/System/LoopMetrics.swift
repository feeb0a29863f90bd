import Metrics

/// The five metrics that every loop has, present at zero from the start so that a dashboard has no gaps.
struct LoopMetrics: Sendable {
    /// How often something was tried again because it had failed.
    let retries: Counter
    /// What went wrong and was coped with.
    let errors: Counter
    private let ticks: Counter
    private let seconds: Timer
    private let queueLength: Meter

    /// - Parameter loop: the loop's name, the dimension by which loops are told apart.
    init(loop: String, factory: any MetricsFactory) {
        let dimensions = [("loop", loop)]
        func counter(_ name: String) -> Counter {
            let counter = Counter(
                label: "martlet_loop_\(name)_total",
                dimensions: dimensions,
                factory: factory
            )
            counter.increment(by: 0)
            return counter
        }
        ticks = counter("ticks")
        errors = counter("errors")
        retries = counter("retries")
        seconds = Timer(label: "martlet_loop_seconds", dimensions: dimensions, factory: factory)
        queueLength = Meter(label: "martlet_loop_queue_length", dimensions: dimensions, factory: factory)
        queueLength.set(0)
    }

    /// Counts and times one turn of the loop.
    /// - Parameter queued: how much had waited for this turn.
    func measure(queued: Int, _ turn: () async -> Void) async {
        queueLength.set(queued)
        let start = ContinuousClock.now
        await turn()
        seconds.record(duration: ContinuousClock.now - start)
        ticks.increment()
    }
}
