import FoundationEssentials
import GRDB
import Model
package import Store

/// The embedded database: one SQLite file, or memory for tests and simulation.
///
/// A file is in WAL mode with `synchronous = NORMAL`: readers never wait for the writer, a crash of the
/// program loses nothing, and a crash of the machine can lose the last moments but never tears a transaction.
/// Writers share commits, see ``write(_:)``.
package final class SQLiteDatabase: Store.Database {
    private let writer: any DatabaseWriter
    /// Whether statements run on the thread that asks for them.
    private let isInline: Bool
    private let statements = StatementTexts()
    private let group = GroupCommit()

    /// Opens or makes the database in a file, and brings its schema up to date.
    /// - Parameters:
    ///   - path: the file; its folder must be there. SQLite keeps two more files beside it.
    ///   - migrations: those that make the schema.
    /// - Throws: ``PlatformError``; `failedPrecondition` when the file cannot be opened or written, is not a
    ///   database or was made by a newer build, `resourceExhausted` when the disk is full, `unavailable` when
    ///   another program holds it.
    package static func open(path: String, migrations: [Migration] = Migration.all) async throws
        -> SQLiteDatabase
    {
        try SQLiteFile.checkMayBeDatabase(path)
        do {
            let database = SQLiteDatabase(
                try DatabasePool(path: path, configuration: configuration(readers: 4))
            )
            try await database.prepare(migrations)
            return database
        } catch let error as DatabaseError {
            throw PlatformError(opening: path, error)
        } catch let error as PlatformError {
            throw PlatformError(
                error.code,
                "Database \(path): \(error.message)",
                cause: error.cause,
                retry: error.retry
            )
        }
    }

    /// Makes an empty database in memory; it is gone when the last reference to it is.
    package static func inMemory() async throws -> SQLiteDatabase {
        do {
            let database = SQLiteDatabase(try DatabaseQueue(configuration: configuration(readers: 1)))
            try await database.prepare(Migration.all)
            return database
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    /// A copy in memory, as the database is now, whose statements run on the thread that asks for them.
    ///
    /// For simulations: a task never waits for another thread there, so that nothing but a seed decides which comes next,
    /// and a copy is made in a fraction of the time that the migrations take.
    /// - Throws: ``PlatformError`` if this database cannot be read.
    package func inlineCopy() throws -> SQLiteDatabase {
        do {
            let copy = try DatabaseQueue(configuration: Self.configuration(readers: 1))
            try writer.backup(to: copy)
            return SQLiteDatabase(copy, isInline: true)
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    private init(_ writer: any DatabaseWriter, isInline: Bool = false) {
        self.writer = writer
        self.isInline = isInline
    }

    /// How many commits were made so far; with group commit fewer than writes.
    package var commitCount: Int { group.commitCount }

    /// How many writes wait for the commit under way to end.
    package var waitingWrites: Int { group.waitingCount }

    /// Reads on a connection of its own (in memory: on the only one), see `Database.read`.
    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        let statements = self.statements
        if isInline { return try inlineRead(body) }
        return try await withCheckedThrowingContinuation { continuation in
            // By callback: GRDB's async variants would interrupt the connection when the caller is cancelled.
            writer.asyncRead { access in
                continuation.resume(
                    with: Swift.Result {
                        do {
                            return try body(SQLiteConnection(try access.get(), statements))
                        } catch let error as DatabaseError {
                            throw PlatformError(error)
                        }
                    }
                )
            }
        }
    }

    /// Writes in a commit shared with all who wait at the same time, see `Database.write`.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let entry = GroupCommit.Entry(
                run: { connection in
                    let result = try body(connection)
                    return { continuation.resume(returning: result) }
                },
                fail: { continuation.resume(throwing: $0) }
            )
            guard group.enqueue(entry) else { return }
            let drain = { @Sendable [group, statements] (database: GRDB.Database) in
                group.drain(SQLiteConnection(database, statements))
            }
            if isInline {
                writer.writeWithoutTransaction(drain)
            } else {
                writer.asyncWriteWithoutTransaction(drain)
            }
        }
    }

    private func inlineRead<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result {
        do {
            // A read that cannot write would switch the only connection back and forth, which makes SQLite compile every
            // statement again.
            return try writer.unsafeRead { try body(SQLiteConnection($0, statements)) }
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    /// Ends the use of the database; reads and writes that come later fail. Everything is in its one file then.
    /// - Throws: ``PlatformError``; `unavailable` while statements are under way.
    package func close() throws {
        do {
            // Otherwise the last connection to be closed does it, and that may be one that only reads. What stays in the
            // log for want of room on the disk is not lost.
            if writer is DatabasePool {
                _ = try? writer.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try writer.close()
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    /// Refuses what this build cannot work with, and brings the schema up to date.
    private func prepare(_ migrations: [Migration]) async throws {
        let version = try await read { try $0.query("SELECT sqlite_version()", []) }
        guard case .text(let text)? = version.first?.first, isRecentEnough(text) else {
            throw PlatformError(
                .failedPrecondition,
                "SQLite 3.35 or newer is needed, found \(version): update the SQLite library of this system"
            )
        }
        guard try await !read({ try $0.isForeign() }) else {
            throw PlatformError(
                .failedPrecondition,
                "it is an SQLite database, but not that of a Martlet server: move it away or choose another data directory"
            )
        }
        try await migrate(migrations, at: Instant(Date()))
    }

    private static func configuration(readers: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "martlet.database"
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        // A transaction that cannot be rolled back is reported to its callers; it must not end the program.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            // 1 MiB of pages a connection; the system's file cache holds the rest.
            try database.execute(sql: "PRAGMA cache_size = -1024")
            // Lets the log shrink again after a burst of writes.
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }
}

extension SQLConnection {
    /// Whether somebody else has made the tables. Ours begin with that of the migrations, and other programs have one of that
    /// name, too.
    fileprivate func isForeign() throws -> Bool {
        let own = "SELECT 1 FROM pragma_table_info('schema_migrations') WHERE name = 'number'"
        guard try query(own, []).isEmpty else { return false }
        return try !query("SELECT 1 FROM sqlite_master LIMIT 1", []).isEmpty
    }
}

/// Whether `RETURNING` is there; older versions of SQLite refuse it as a syntax error.
private func isRecentEnough(_ version: String) -> Bool {
    let parts = version.split(separator: ".").map { Int($0) ?? 0 }
    guard let major = parts.first, let minor = parts.dropFirst().first else { return false }
    return (major, minor) >= (3, 35)
}
