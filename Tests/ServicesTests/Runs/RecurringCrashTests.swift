import Model
import ServerKit
import Services
import Store
import StoreDrivers
import TestKit
import Testing

/// Years of recurring runs under a clock that jumps and a database that goes away, checked against what the
/// triggers say.
@Suite("Recurring runs through crashes and clock jumps", .timeLimit(.minutes(15)))
struct RecurringCrashTests {
    /// One database with servers that come and go.
    fileprivate struct World {
        let database: FaultyDatabase
        let ids = TickingClock()
        var now = Instant(milliseconds: 1_767_225_600_000)  // 2026-01-01
        var random: SeededGenerator

        init(seed: UInt64) async throws {
            let memory = try await SQLiteDatabase.inMemory()
            database = FaultyDatabase(memory)
            random = SeededGenerator(seed: seed)
            try await server().experiments.ensureDefault()
        }

        /// A server that has just been started: nothing but the database is remembered.
        func server() -> UseCases {
            UseCases(
                ServiceContext(
                    database: database,
                    pods: ScriptedPods(PodWorld(clock: ids)),
                    artifacts: ScriptedArtifacts(),
                    now: { [now] in now },
                    newID: { ids.newID() },
                    hints: ServiceContext.Hints(
                        runCreated: {},
                        terminationRequested: { _ in },
                        runDeleted: { _ in }
                    ),
                    fetchPackage: { url in throw PlatformError.notFound("package", url) },
                    facts: .scripted
                )
            )
        }

        func create(_ rule: Trigger.Rule) async throws -> RecurringRun {
            try await server().recurringRuns.create(
                RecurringRunSubmission(
                    run: RunSubmission(
                        displayName: "x",
                        source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
                    ),
                    trigger: Trigger(rule),
                    maxConcurrency: 10
                )
            ).recurring
        }

        /// One turn, in which a write may get lost before or after its commit.
        func turn() async throws {
            _ = try await server().recurringRuns.startDue(at: now)
        }

        func runs(_ predicates: [Predicate] = []) async throws -> [Run] {
            try await database.read { store in
                var query = ListQuery(
                    predicates: predicates,
                    sortField: "scheduled_at",
                    pageSize: Limits.pageSizeMax
                )
                var runs: [Run] = []
                repeat {
                    let page = try store.listRuns(query, experimentID: nil)
                    runs += page.items
                    query.after = page.next
                } while query.after != nil
                return runs
            }
        }

        func endRuns() async throws {
            let pending = Predicate(key: "state", operation: .equals, operand: .string("PENDING"))
            let over = try await runs([pending]).map { run in
                var run = run
                run.enter(.succeeded, at: now)
                return run
            }
            try await database.write { store in
                for run in over { try store.updateRunProgress(run) }
            }
        }
    }

    private static let rules: [Trigger.Rule] = [
        .periodic(seconds: 3_600 * 7), .cron("0 30 2 * * *", timeZone: "Europe/Berlin"),
        .cron("0 0 */6 * * *", timeZone: "America/New_York"), .cron("0 15 1 * * SUN", timeZone: nil),
        .cron("@every 50h", timeZone: nil),
    ]

    @Test("Each firing starts one run, wherever the server is killed and however far the clock jumps ahead")
    func exactlyOnce() async throws {
        var failures = 0
        for seed in 0..<2 {
            var world = try await World(seed: UInt64(seed))
            let start = world.now
            var recurring: [RecurringRun] = []
            for rule in Self.rules { recurring.append(try await world.create(rule)) }
            while world.now < start + .seconds(100 * 86_400) {
                // Below the hundred firings of a storm: at most 20 days of four a day.
                world.now = world.now + .seconds(1 + world.random.below(20 * 86_400))
                for _ in 0..<8 {
                    if world.random.chance(0.3) {
                        world.database.fail(
                            write: world.random.below(3),
                            world.random.chance(0.5) ? .beforeCommit : .afterCommit
                        )
                    }
                    try await world.turn()
                    if world.random.chance(0.9) { try? await world.endRuns() }
                }
            }
            // A last quiet time, in which everything that is due is started.
            for _ in 0..<30 {
                try await world.turn()
                try? await world.endRuns()
            }
            failures += world.database.failures
            let runs = try await world.runs()
            for one in recurring {
                let expected = try await world.expected(one, from: start)
                let found = runs.filter { $0.recurringRunID == one.id }
                #expect(found.map(\.scheduledAt) == expected, "seed \(seed): \(one.trigger.rule)")
                #expect(
                    Set(found.map(\.displayName)) == Set(expected.indices.map { "x-\($0 + 1)" }),
                    "seed \(seed)"
                )
            }
            let wrong = try await world.database.read { try contradictions(in: $0) }
            #expect(wrong == [])
        }
        // Faults that never strike test nothing.
        #expect(failures > 10)
    }

    @Test("A clock that is put forward by mistake and back again neither stops a schedule nor doubles a run")
    func back() async throws {
        var world = try await World(seed: 1)
        let start = world.now
        let one = try await world.create(.cron("0 0 * * * *", timeZone: nil))
        func run(until end: Instant) async throws {
            while world.now < end {
                world.now = world.now + .seconds(600)
                try await world.turn()
                try await world.endRuns()
            }
        }
        try await run(until: start + .seconds(10 * 3_600))
        // Two hours ahead for a while, then back.
        world.now = world.now + .seconds(2 * 3_600)
        try await run(until: start + .seconds(14 * 3_600))
        world.now = start + .seconds(10 * 3_600 + 600)
        try await run(until: start + .seconds(20 * 3_600))
        var found = try await world.runs().map(\.scheduledAt)
        #expect(found == (1...20).map { start + .seconds($0 * 3_600) })
        // A year ahead: the last hundred start; back home it goes on at once.
        world.now = start + .seconds(365 * 86_400)
        for _ in 0..<12 {
            try await world.turn()
            try await world.endRuns()
        }
        world.now = start + .seconds(20 * 3_600 + 60)
        try await run(until: start + .seconds(30 * 3_600))
        found = try await world.runs().map(\.scheduledAt).filter { $0 < start + .seconds(86_400 * 7) }
        #expect(found == (1...30).map { start + .seconds($0 * 3_600) })
        let after = try await world.server().recurringRuns.get(one.id).recurring
        #expect(after.progress.count == 130)
    }
}

extension RecurringCrashTests.World {
    /// All firings up to now, page by page of a preview made when nothing had fired yet.
    fileprivate func expected(_ recurring: RecurringRun, from start: Instant) async throws -> [Instant] {
        var then = self
        then.now = start
        let trigger = Trigger(recurring.trigger.rule, start: recurring.createdAt)
        return try then.server().recurringRuns.preview(trigger, count: Limits.previewFiringsMax)
            .firings.map(\.at).filter { $0 <= now }
    }
}
