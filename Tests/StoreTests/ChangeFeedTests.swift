import Model
import Store
import Testing

@Suite("The change feed")
struct ChangeFeedTests {
    @Test(
        "Changes are read after a place, in order, and keep their places when old ones go",
        arguments: Backend.allCases
    )
    func feed(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store throws in
                #expect(try store.lastChange() == 0)
                for index in 1...5 { try store.appendChange(kind: "run", id: "r\(index)", at: Samples.start) }
                #expect(try store.lastChange() == 5)
                let page = try store.changes(after: 1, limit: 2)
                #expect(page.map(\.id) == ["r2", "r3"])
                #expect(page.first == Change(sequence: 2, kind: "run", id: "r2", at: Samples.start))

                try store.pruneChanges(keeping: 2)
                #expect(try store.changes(after: 0, limit: 9).map(\.sequence) == [4, 5])
                try store.pruneChanges(keeping: 0)
                #expect(try store.lastChange() == 5, "the newest stays, so that places never go back")
                try store.appendChange(kind: "run", id: "r6", at: Samples.start)
                #expect(try store.lastChange() == 6)
            }
        }
    }

    @Test("A change whose transaction failed is not in the feed", arguments: Backend.allCases)
    func rolledBack(backend: Backend) async throws {
        try await backend.withDatabase { database in
            await #expect(throws: PlatformError.self) {
                try await database.write {
                    try $0.appendChange(kind: "run", id: "r1", at: Samples.start)
                    throw PlatformError.invalid("no")
                }
            }
            let changes = try await database.read { try $0.changes(after: 0, limit: 9) }
            #expect(changes.isEmpty)
        }
    }
}
