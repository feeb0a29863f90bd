import Model

/// Waits until something holds; what it waits for happens in other tasks.
/// - Throws: `unavailable` if it does not within a minute, which no test comes near.
package func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !holds() {
        if ContinuousClock.now - start > .seconds(60) {
            throw PlatformError(.unavailable, "waited 60 seconds for: \(what)")
        }
        try await Task.sleep(for: .milliseconds(1))
    }
}
