import GRDB
import Model

extension PlatformError {
    /// An error of SQLite for people.
    ///
    /// Bound values never appear, as they may be secret.
    /// Source: SQLite result codes, https://www.sqlite.org/rescode.html.
    init(_ error: DatabaseError) {
        let cause = error.description
        switch (error.resultCode, error.extendedResultCode) {
        case (_, .SQLITE_CONSTRAINT_UNIQUE), (_, .SQLITE_CONSTRAINT_PRIMARYKEY):
            self.init(.alreadyExists, "\(error.duplicate) exists already: choose another", cause: cause)
        // `ON DELETE RESTRICT` is a trigger to SQLite; our own triggers raise nothing.
        case (_, .SQLITE_CONSTRAINT_FOREIGNKEY), (_, .SQLITE_CONSTRAINT_TRIGGER):
            self.init(
                .failedPrecondition,
                "what this refers to does not exist any more, or something still refers to this",
                cause: cause
            )
        case (.SQLITE_FULL, _):
            self.init(
                .resourceExhausted,
                "the disk of the data directory is full: free some space and try again",
                cause: cause,
                retry: .backoff
            )
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _):
            self.init(
                .unavailable,
                "another program holds the database: stop it or try again",
                cause: cause,
                retry: .backoff
            )
        case (.SQLITE_IOERR, _):
            self.init(
                .unavailable,
                "the disk of the data directory failed: check it and try again",
                cause: cause,
                retry: .backoff
            )
        case (.SQLITE_READONLY, _):
            self.init(
                .failedPrecondition,
                "the database cannot be written: check the permissions of its file and folder",
                cause: cause
            )
        case (.SQLITE_CANTOPEN, _):
            self.init(
                .failedPrecondition,
                "the file cannot be opened: check that its folder exists and may be written",
                cause: cause
            )
        case (.SQLITE_NOTADB, _):
            self.init(
                .failedPrecondition,
                "the file is not an SQLite database: move it away or choose another place",
                cause: cause
            )
        case (.SQLITE_CORRUPT, _):
            self.init(.internalError, "the database is damaged: restore it from a backup", cause: cause)
        case (.SQLITE_MISUSE, _) where error.message == "Connection is closed":
            self = .databaseClosed
        case (_, _):
            self.init(.internalError, "the database failed; the server's log says more", cause: cause)
        }
    }

    /// The answer to whoever comes after the database was closed.
    static let databaseClosed = PlatformError(.unavailable, "the database is closed: the server is stopping")

    /// An error while a database is opened; names the file.
    init(opening path: String, _ error: DatabaseError) {
        let general = PlatformError(error)
        self.init(
            general.code,
            "Database \(path): \(general.message)",
            cause: general.cause,
            retry: general.retry
        )
    }
}

extension DatabaseError {
    /// What is there already, by table and column; SQLite says `UNIQUE constraint failed: pipelines.name`.
    fileprivate var duplicate: String {
        guard let message, let colon = message.firstIndex(of: ":") else { return "a row with the same key" }
        return "a row with the same" + message[message.index(after: colon)...]
    }
}
