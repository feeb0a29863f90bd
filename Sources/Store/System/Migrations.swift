package import Model

/// One step of the schema: numbered, named, never changed once released, and only ever forwards.
///
/// It is SQL and nothing else, so that an old migration means the same whatever becomes of our types.
package struct Migration: Hashable, Sendable {
    /// Its place, from 1, without gaps.
    package let number: Int
    /// What it brings, for people.
    package let name: String
    /// The statements, run in order in one transaction.
    package let statements: [String]

    /// Makes a migration.
    package init(_ number: Int, _ name: String, _ statements: [String]) {
        self.number = number
        self.name = name
        self.statements = statements
    }

    /// Every migration this build knows, in order.
    package static let all: [Migration] = [
        .initialSchema, .retriesSchema, .runNotes, .packageAddresses, .recurringRuns, .artifactLists,
        .runSearch, .retention, .executions, .shortRunSearch,
    ]
}

extension Database {
    /// Brings the schema up to date, one transaction a migration; does nothing when it is.
    ///
    /// Two servers may do this at once: each looks again inside its transaction.
    /// - Parameters:
    ///   - migrations: the known ones, in order.
    ///   - now: remembered as the time they were applied.
    /// - Throws: ``PlatformError``; `failedPrecondition` when the database is newer than `migrations`.
    package func migrate(_ migrations: [Migration] = Migration.all, at now: Instant) async throws {
        let known = migrations.last?.number ?? 0
        try await write { connection in
            try connection.createMigrationTable()
            let found = try connection.schemaNumber()
            guard found <= known else { throw newerSchema(found: found, known: known) }
        }
        for migration in migrations {
            try await write { connection in
                guard try connection.schemaNumber() < migration.number else { return }
                for statement in migration.statements { try connection.execute(statement, []) }
                try connection.insert(
                    [
                        "number": .integer(Int64(migration.number)),
                        "name": .text(migration.name),
                        "applied_at": .time(now),
                    ],
                    into: "schema_migrations"
                )
            }
        }
    }
}

extension SQLConnection {
    /// The number of the newest migration that was applied; 0 for none.
    package func schemaNumber() throws -> Int {
        let rows = try query("SELECT COALESCE(MAX(number), 0) FROM schema_migrations", [])
        guard case .integer(let number)? = rows.first?.first else { return 0 }
        return Int(number)
    }

    fileprivate func createMigrationTable() throws {
        try execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)
            """,
            []
        )
    }
}

private func newerSchema(found: Int, known: Int) -> PlatformError {
    PlatformError(
        .failedPrecondition,
        """
        The database has schema \(found), but this build knows schemas up to \(known) only. \
        A newer Martlet has used it: start that one again, or choose another data directory.
        """
    )
}
