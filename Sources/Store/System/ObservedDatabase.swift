/// A database that says when something was written, so that nobody has to ask again and again.
package struct ObservedDatabase: Database {
    private let base: any Database
    private let didWrite: @Sendable () -> Void

    /// Wraps a database.
    /// - Parameter didWrite: called after each write that is durable; must return at once.
    package init(_ base: any Database, didWrite: @escaping @Sendable () -> Void) {
        self.base = base
        self.didWrite = didWrite
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        let result = try await base.write(body)
        didWrite()
        return result
    }
}
