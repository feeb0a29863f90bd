/// How much a pod runtime has to do.
package struct PodLoad: Hashable, Sendable {
    /// Pods that may run at once, whatever they ask for.
    package var places: Int
    /// Pods that run or are being started.
    package var running: Int
    /// Pods that wait: for room, or for their environment.
    package var waiting: Int
    /// What the machine has run out of, so that pods wait until it is back, as a sentence; `nil` while nothing is missing.
    package var shortage: String?

    /// Makes a load.
    package init(places: Int, running: Int, waiting: Int, shortage: String? = nil) {
        self.places = places
        self.running = running
        self.waiting = waiting
        self.shortage = shortage
    }
}
