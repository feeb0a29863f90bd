import GRDB
import Model
package import Store

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database file that may be in use by a server: what is done with it beside the server, and instead of one.
///
/// The schema is left as it is. Nothing of this is for serving requests.
package struct SQLiteFile: Sendable {
    /// Absolute path.
    package let path: String
    private let reader: DatabaseQueue

    /// Opens a file that is there, without changing it.
    /// - Throws: ``PlatformError`` naming the file, if it cannot be opened.
    package init(path: String) throws {
        self.path = path
        reader = try Self.queue(path, readonly: true)
    }

    /// Reads a consistent state, on a connection that cannot write.
    /// - Throws: ``PlatformError`` naming the file, if it cannot be opened or read.
    package func read<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result {
        try named {
            try reader.read { try body(SQLiteConnection($0, StatementTexts())) }
        }
    }

    /// Writes in one transaction. No server may use the file.
    /// - Throws: ``PlatformError`` naming the file; then nothing was changed.
    package func write<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result {
        try writing { queue in
            try queue.write { try body(SQLiteConnection($0, StatementTexts())) }
        }
    }

    /// Copies the database as it is now to a new file, while others may go on writing. Page by page, because `VACUUM` would
    /// give rows other rowids, by which the search table knows them.
    /// - Throws: ``PlatformError`` naming the file; `resourceExhausted` if there is no room for the copy.
    package func copy(to target: String) throws {
        try named {
            let copy = try DatabaseQueue(path: target)
            try reader.backup(to: copy)
            // One file, not three.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    /// What is damaged, in SQLite's own words; empty for a sound file.
    /// - Parameter limit: how many problems of each kind at most.
    /// - Throws: ``PlatformError`` if the file is so damaged that it cannot even be looked through.
    package func damage(limit: Int) throws -> [String] {
        try named {
            try reader.read { database in
                var problems = missingEnd()
                var falseAlarms: Set<String> = []
                let lines = try String.fetchCursor(database, sql: "PRAGMA integrity_check(\(Int32.max))")
                while problems.count < limit, let line = try lines.next() {
                    if line == "ok" || falseAlarms.contains(line) { continue }
                    if try Self.isFalseAlarm(line, database) {
                        falseAlarms.insert(line)
                    } else {
                        problems.append(line)
                    }
                }
                return problems
            }
        }
    }

    /// SQLite reads a page that ends too early as if there were zeros, and sees nothing wrong with that.
    private func missingEnd() -> [String] {
        // With a log, the end may be in that, and others may be about to write it.
        var log = stat()
        guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else { return [] }
        let missing = DamagedFile.missingBytes(of: path)
        return missing > 0 ? ["the file is \(missing) bytes shorter than it says"] : []
    }

    /// SQLite 3.40 sees a NULL in columns of tables without rowid that are not part of the key, where there is none.
    private static func isFalseAlarm(_ line: String, _ database: GRDB.Database) throws -> Bool {
        let start = "NULL value in "
        let names = line.dropFirst(start.count).split(separator: ".")
        guard line.hasPrefix(start), names.count == 2 else { return false }
        let sql = "SELECT 1 FROM \"\(names[0])\" WHERE typeof(\"\(names[1])\") = 'null' LIMIT 1"
        return try Row.fetchOne(database, sql: sql) == nil
    }

    /// Rows that refer to rows which are not there: the table they are in, and the table they refer to.
    /// - Throws: ``PlatformError`` naming the file.
    package func danglingRows() throws -> [(table: String, missing: String, count: Int)] {
        try named {
            try reader.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT "table" AS source, parent, COUNT(*) AS count FROM pragma_foreign_key_check \
                        GROUP BY source, parent ORDER BY source, parent
                        """
                ).map { (table: $0["source"], missing: $0["parent"], count: $0["count"]) }
            }
        }
    }

    /// Makes all indexes anew from the rows. No server may use the file.
    /// - Throws: ``PlatformError`` naming the file, if the rows are damaged as well.
    package func reindex() throws {
        try writing { queue in
            try queue.writeWithoutTransaction { try $0.execute(sql: "REINDEX") }
        }
    }

    /// Makes the search for runs anew if it does not agree with them. No server may use the file.
    /// - Returns: whether it had to.
    /// - Throws: ``PlatformError`` naming the file.
    package func mendSearch() throws -> Bool {
        try writing { queue in
            try queue.write { database in
                do {
                    try database.execute(
                        sql: "INSERT INTO run_names (run_names, rank) VALUES ('integrity-check', 1)"
                    )
                    return false
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                    try database.execute(sql: "INSERT INTO run_names (run_names) VALUES ('rebuild')")
                    return true
                }
            }
        }
    }

    /// Has SQLite write what is in a file's log into the file, if it can open it at all. No server may use the file.
    /// - Returns: whether the log holds nothing more.
    package static func takeInLog(of path: String) -> Bool {
        do {
            let queue = try queue(path, readonly: false)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
            return true
        } catch {
            // Of a file that is that damaged, the log is not read: what is in it may belong to other pages.
            return false
        }
    }

    private func writing<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        try named {
            let queue = try Self.queue(path, readonly: false)
            let result = try body(queue)
            // The reader may keep SQLite from doing it at the end, and whoever moves the file takes only that.
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
            return result
        }
    }

    private func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw PlatformError(opening: path, error)
        }
    }

    /// Makes sure that what is there under a name may be a database. SQLite would wait for ever for what a pipe has to say.
    /// - Throws: ``PlatformError`` naming the file; not for one that is missing.
    static func checkMayBeDatabase(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
        throw PlatformError(
            .failedPrecondition,
            "Database \(path): it is \(kind): move it away or choose another place"
        )
    }

    private static func queue(_ path: String, readonly: Bool) throws -> DatabaseQueue {
        try checkMayBeDatabase(path)
        var configuration = Configuration()
        configuration.label = "martlet.file"
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw PlatformError(opening: path, error)
        }
    }
}
