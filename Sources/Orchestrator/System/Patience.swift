import Model

/// Does something as soon as it can be done: an error that says after which time to try again is not an answer.
/// - Parameter body: may be called any number of times.
/// - Throws: what `body` throws otherwise; `CancellationError` when nobody waits any more.
func patiently<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    while true {
        do {
            return try await body()
        } catch let error as PlatformError {
            guard case .after(let pause) = error.retry else { throw error }
            try await Task.sleep(for: pause)
        }
    }
}
