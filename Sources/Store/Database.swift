/// A value on its way into or out of SQL, in the dialect common to SQLite and PostgreSQL.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// One connection inside a transaction: about all a database driver has to offer.
///
/// SQL text is written once, here in `Store`, in the common dialect with `?` placeholders.
package protocol SQLConnection {
    /// Runs one statement and returns how many rows it changed itself, not counting triggers and cascades.
    /// - Throws: ``PlatformError``; `alreadyExists` for a unique constraint, `failedPrecondition` for a foreign
    ///   key, `resourceExhausted` for a full disk, `unavailable` for a busy database, `invalidArgument` for text
    ///   with a NUL character, `internalError` otherwise.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs one query and returns its rows, each with its values in the order of the select list.
    ///
    /// A statement with `RETURNING` is a query, too.
    /// - Throws: ``PlatformError`` as ``execute(_:_:)`` does.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]]
}

/// A database: transactions as synchronous closures, so that nothing can be awaited inside one.
package protocol Database: Sendable {
    /// Runs `body` in a transaction that sees a consistent state and changes nothing.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result

    /// Runs `body` in a transaction and returns once it is durable.
    ///
    /// Bodies that arrive while another commit is under way share one commit (group commit). A body that throws
    /// is rolled back alone and its error is thrown here. Cancelling the caller does not stop the body.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result
}
