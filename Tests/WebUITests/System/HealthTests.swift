import Model
import ServerKit
import Services
import Synchronization
import Testing

@Suite("How the server is, on the first page")
struct HealthTests {
    private func world(room: DiskRoom?) async throws -> WebWorld {
        try await WebWorld(
            facts: ServerFacts(
                startedAt: Instant(milliseconds: 0),
                drivers: ["SQLite", "local processes"],
                room: {
                    guard let room else {
                        throw PlatformError(.permissionDenied, "Cannot look at <the disk>.")
                    }
                    return room
                },
                databaseBytes: { 2_500_000 }
            )
        )
    }

    @Test("A server that is well says so, with what it has and does")
    func well() async throws {
        let world = try await world(room: DiskRoom(free: 20_000_000_000, total: 100_000_000_000))
        _ = try await world.run("one")
        let page = try await world.get("/").text
        #expect(page.contains("Well") && !page.contains("Needs a look"))
        for fact in [
            "1.2.3", "20 GB free of 100 GB", "1 run in 2.5 MB", "SQLite, local processes", "not yet",
        ] {
            #expect(page.contains("<dd>\(fact)"), "\(fact)")
        }
        #expect(page.contains("0 of 4 running, 0 waiting"))
    }

    @Test("A disk that is nearly full or cannot be looked at is a problem, and its words are text")
    func disk() async throws {
        let full = try await world(room: DiskRoom(free: 12_000_000, total: 100_000_000_000)).get("/").text
        #expect(full.contains("Needs a look") && full.contains("Only 12 MB are free"))
        let gone = try await world(room: nil).get("/").text
        #expect(gone.contains("Needs a look") && gone.contains("Cannot look at &lt;the disk&gt;."))
    }

    @Test("The last sweep tells what it removed, and what it could not")
    func sweep() async throws {
        let world = try await world(room: DiskRoom(free: 20_000_000_000, total: 100_000_000_000))
        let run = try await world.run("old")
        try await world.server.enter(.succeeded, run)
        let retention = world.server.useCases.retention
        let now = world.server.clock.now()
        _ = try await retention.turn(RetentionRule(), grace: .seconds(60), at: now)
        #expect(try await world.get("/").text.contains("nothing to remove"))
        let none = RetentionRule(count: .atMost(0))
        _ = try await retention.turn(none, grace: .seconds(60), at: now)
        let page = try await world.get("/").text
        #expect(page.contains("1 run and 0 bytes removed") && page.contains("Well"))
        world.server.artifacts.refusal.withLock { $0 = "The file is <held>." }
        _ = try await retention.turn(none, grace: .zero, at: world.server.clock.now() + .seconds(1))
        let refused = try await world.get("/").text
        #expect(refused.contains("Needs a look") && refused.contains("The file is &lt;held&gt;."))
    }
}
