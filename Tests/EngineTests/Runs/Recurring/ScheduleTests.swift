import Engine
import Model
import Testing

@Suite("Schedules")
struct ScheduleTests {
    @Test(
        "Intervals are counted from the start if there is one, else from the anchor, and the first ends later"
    )
    func intervals() throws {
        let plain = try interval(3_600, anchor: "2026-01-01T00:00:30.700Z")
        #expect(
            plain.upcoming(after: at("2026-01-01T00:00:30Z"), count: 2).map(\.rfc3339)
                == ["2026-01-01T01:00:30Z", "2026-01-01T02:00:30Z"]
        )
        let started = try interval(
            3_600,
            anchor: "2026-01-01T00:00:30Z",
            start: "2026-01-05T12:00:00Z",
            end: "2026-01-05T14:00:00Z"
        )
        #expect(
            started.upcoming(after: at("2026-01-01T00:00:30Z"), count: 5).map(\.rfc3339)
                == ["2026-01-05T13:00:00Z", "2026-01-05T14:00:00Z"]
        )
        #expect(started.next(after: at("2026-01-05T14:00:00Z")) == nil)
    }

    @Test("A firing at the start does not count, one at the end does, as on KFP")
    func bounds() throws {
        let schedule = try cron(
            "0 0 * * * *",
            start: "2026-01-01T10:00:00Z",
            end: "2026-01-01T12:00:00Z"
        )
        #expect(
            schedule.upcoming(after: at("2020-01-01T00:00:00Z"), count: 9).map(\.rfc3339)
                == ["2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z"]
        )
    }

    @Test("Bounds the wrong way round and intervals below a second are refused")
    func refusals() {
        for make in [
            { try interval(0, anchor: "2026-01-01T00:00:00Z") },
            { try interval(-5, anchor: "2026-01-01T00:00:00Z") },
            {
                try interval(
                    5,
                    anchor: "2026-01-01T00:00:00Z",
                    start: "2026-01-02T00:00:00Z",
                    end: "2026-01-02T00:00:00Z"
                )
            },
        ] {
            let error = #expect(throws: PlatformError.self) { _ = try make() }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(
        "Nothing fires after the year 9999, however long an interval is",
        arguments: [1, 86_400, Int64.max]
    )
    func farAway(seconds: Int64) throws {
        let schedule = try interval(seconds, anchor: "1970-01-01T00:00:00Z")
        #expect(schedule.next(after: at("9999-12-31T23:59:59Z")) == nil)
        #expect(schedule.next(after: Instant(milliseconds: .max)) == nil)
        _ = schedule.next(after: Instant(milliseconds: .min))
    }

    @Test("The newest firings of a stretch are the end of all of them, and a long stretch costs no more")
    func newest() throws {
        let schedules = [
            try cron("0 */7 3-5 * * *"), try cron("0 0 0 1 * *"), try cron("*/20 * * * * *"),
            try interval(977, anchor: "2026-01-01T00:00:00Z"),
        ]
        let (start, end) = (at("2026-01-01T00:00:00Z"), at("2026-01-12T04:00:00Z"))
        for schedule in schedules {
            var all: [Instant] = []
            var last = start
            while let firing = schedule.next(after: last), firing <= end {
                all.append(firing)
                last = firing
            }
            for count in [1, 3, 100] {
                #expect(schedule.newest(count, after: start, upTo: end) == Array(all.suffix(count)))
            }
        }
        let everySecond = try cron("* * * * * *")
        let century = everySecond.newest(100, after: at("1970-01-01T00:00:00Z"), upTo: end)
        #expect(century.count == 100)
        #expect(century.last == end)
    }

    @Test("Warnings tell of five fields, of many runs and of none")
    func warnings() throws {
        let now = at("2026-01-01T00:00:00Z")
        func warnings(_ text: String, end: String? = nil) throws -> [String] {
            let trigger = Trigger(.cron(text, timeZone: nil), end: end.map(at))
            return try Schedule(trigger, anchor: now, zone: zone).warnings(trigger, now: now)
        }
        #expect(try warnings("0 0 9 * * *") == [])
        #expect(try warnings("@daily") == [])
        let five = try warnings("CRON_TZ=UTC 0 9 * * *")
        #expect(five.count == 1)
        #expect(five.first?.contains("write \"0 0 9 * * *\"") == true)
        #expect(try warnings("*/10 * * * * *").first?.contains("every 10 seconds, up to 8,640 a day") == true)
        #expect(
            try warnings("0 0 9 * * *", end: "2025-01-01T00:00:00Z").first?.contains("no firing is left")
                == true
        )
    }
}
