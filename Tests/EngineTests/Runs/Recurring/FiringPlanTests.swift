import Engine
import Model
import TestKit
import Testing

@Suite("What a recurring run does at a moment")
struct FiringPlanTests {
    private let hourly = Result { try cron("0 0 * * * *") }

    private func plan(
        _ cursor: String,
        now: String,
        room: Int = 10,
        noCatchup: Bool = false
    ) throws -> FiringPlan {
        FiringPlan(try hourly.get(), cursor: at(cursor), noCatchup: noCatchup, room: room, now: at(now))
    }

    @Test("Before a firing nothing is due, at it the run starts, and the next one is an hour on")
    func due() throws {
        let before = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T10:59:59.999Z")
        #expect(before.firings == [])
        #expect(before.cursor == at("2026-01-01T10:00:00Z"))
        #expect(before.next == at("2026-01-01T11:00:00Z"))
        let due = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T11:00:00Z")
        #expect(due.firings == [at("2026-01-01T11:00:00Z")])
        #expect(due.cursor == at("2026-01-01T11:00:00Z"))
        #expect(due.next == at("2026-01-01T12:00:00Z"))
    }

    @Test("Missed firings are made up for from the oldest on, as many as there is room for")
    func catchUp() throws {
        let missed = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T14:30:00Z", room: 3)
        #expect(missed.firings.map(\.rfc3339).map { $0.dropFirst(11).prefix(2) } == ["11", "12", "13"])
        #expect(missed.next == at("2026-01-01T14:00:00Z"))
        #expect(missed.leftOut == nil)
        let full = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T14:30:00Z", room: 0)
        #expect(full.firings == [])
        #expect(full.cursor == at("2026-01-01T10:00:00Z"))
        #expect(try plan("2026-01-01T10:00:00Z", now: "2026-01-01T14:30:00Z", room: -2) == full)
    }

    @Test("Without catching up only the last missed firing starts a run, when there is room")
    func noCatchup() throws {
        let missed = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T14:30:00Z", noCatchup: true)
        #expect(missed.firings == [at("2026-01-01T14:00:00Z")])
        #expect(missed.next == at("2026-01-01T15:00:00Z"))
        #expect(missed.leftOut == nil)
        let full = try plan("2026-01-01T10:00:00Z", now: "2026-01-01T14:30:00Z", room: 0, noCatchup: true)
        #expect(full.firings == [])
        #expect(full.cursor == at("2026-01-01T10:00:00Z"))
    }

    @Test("Of very many missed firings the last hundred are made up for, and the others are told")
    func storm() throws {
        let plan = try plan("2026-01-01T00:00:00Z", now: "2026-01-11T00:30:00Z", room: 2)
        // 240 firings, of which the 100 from number 141 on are left.
        #expect(plan.firings == [at("2026-01-06T21:00:00Z"), at("2026-01-06T22:00:00Z")])
        #expect(plan.leftOut == at("2026-01-01T01:00:00Z")...at("2026-01-06T20:00:00Z"))
        let full = try self.plan("2026-01-01T00:00:00Z", now: "2026-01-11T00:30:00Z", room: 0)
        #expect(full.firings == [])
        #expect(full.cursor == at("2026-01-06T20:00:00Z"))
        // They are told once.
        let again = try self.plan("2026-01-06T20:00:00Z", now: "2026-01-11T00:30:00Z", room: 1)
        #expect(again.leftOut == nil)
        #expect(again.firings == [at("2026-01-06T21:00:00Z")])
    }

    @Test("After the clock was put back, what is ahead again is due again, and nothing before it")
    func back() throws {
        let plan = try plan("2027-01-01T00:00:00Z", now: "2026-01-01T10:30:00Z")
        #expect(plan.firings == [])
        #expect(plan.cursor == at("2026-01-01T10:30:00Z"))
        #expect(plan.next == at("2026-01-01T11:00:00Z"))
    }

    @Test("Whatever happens, firings come in order, none twice, and with time and room none is missing")
    func order() throws {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            let schedule = try interval(Int64(1 + random.below(90)), anchor: "2026-01-01T00:00:00Z")
            let start = at("2026-01-01T00:00:00Z")
            var (cursor, now) = (start, start)
            var fired: [Instant] = []
            for _ in 0..<60 {
                now = now + .milliseconds(random.below(100_000))
                let plan = FiringPlan(
                    schedule,
                    cursor: cursor,
                    noCatchup: false,
                    room: random.below(4),
                    now: now
                )
                #expect(plan.leftOut == nil || plan.firings.isEmpty || plan.firings[0] > start)
                if plan.leftOut != nil { break }
                fired += plan.firings
                cursor = plan.cursor
                #expect(plan.next == schedule.next(after: cursor))
            }
            let last = fired.last ?? start
            #expect(fired == schedule.upcoming(after: start, count: fired.count), "seed \(seed)")
            #expect(last <= now)
        }
    }
}
