import Model
import Store
import Testing

@Suite("Migrations")
struct MigrationTests {
    private static let next = Migration(
        Migration.all.count + 1,
        "birds",
        ["CREATE TABLE birds (name TEXT)", "INSERT INTO birds VALUES ('martlet')"]
    )

    @Test("The known migrations are numbered from 1 without gaps")
    func numbers() {
        #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
    }

    @Test(
        "A fresh database has every migration, and repeating them does nothing",
        arguments: Backend.allCases
    )
    func repeated(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let before = try await database.read { try $0.query("SELECT * FROM schema_migrations", []) }
            #expect(before.count == Migration.all.count)
            try await database.migrate(at: Samples.start)
            #expect(try await database.read { try $0.query("SELECT * FROM schema_migrations", []) } == before)
        }
    }

    @Test("A new migration is applied once and remembered with its time", arguments: Backend.allCases)
    func applied(backend: Backend) async throws {
        try await backend.withDatabase { database in
            for _ in 1...2 { try await database.migrate(Migration.all + [Self.next], at: Samples.start) }
            let (birds, remembered) = try await database.read {
                (
                    try $0.query("SELECT name FROM birds", []),
                    try $0.query("SELECT * FROM schema_migrations WHERE name = 'birds'", [])
                )
            }
            #expect(birds == [[.text("martlet")]])
            #expect(
                remembered == [
                    [.integer(Int64(Self.next.number)), .text("birds"), .integer(Samples.start.milliseconds)]
                ]
            )
        }
    }

    @Test("A migration that fails leaves the database as it was", arguments: Backend.allCases)
    func failed(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let broken = Migration(Self.next.number, "broken", Self.next.statements + ["CREATE NONSENSE"])
            await #expect(throws: PlatformError.self) {
                try await database.migrate(Migration.all + [broken], at: Samples.start)
            }
            #expect(try await database.read { try $0.schemaNumber() } == Migration.all.count)
            try await database.migrate(Migration.all + [Self.next], at: Samples.start)
        }
    }

    @Test("A database that is newer than the program is refused by both numbers", arguments: Backend.allCases)
    func newer(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrate(Migration.all + [Self.next], at: Samples.start)
            let error = await #expect(throws: PlatformError.self) {
                try await database.migrate(at: Samples.start)
            }
            #expect(error?.code == .failedPrecondition)
            #expect(
                error?.message.contains("schema \(Self.next.number), but this build knows schemas up to")
                    == true
            )
        }
    }
}
