import Engine
import Model
import Testing

@Suite("Cron expressions")
struct CronTests {
    @Test(
        "An expression fires when robfig/cron 1.2 fires it",
        arguments: [
            // After 2012-07-09, a Monday. Several rows are cases of robfig/cron's own table, at the same times.
            ("0 0/15 * * * *", "2012-07-09T14:45:00Z", ["2012-07-09T15:00:00Z", "2012-07-09T15:15:00Z"]),
            ("0 0/15 * * * *", "2012-07-09T14:59:59Z", ["2012-07-09T15:00:00Z"]),
            ("0 20-35/15 * * * *", "2012-07-09T15:45:00Z", ["2012-07-09T16:20:00Z", "2012-07-09T16:35:00Z"]),
            ("20/15 * * * * *", "2012-07-09T15:45:21Z", ["2012-07-09T15:45:35Z", "2012-07-09T15:45:50Z"]),
            ("0 0 0 31 * *", "2012-07-31T00:00:00Z", ["2012-08-31T00:00:00Z", "2012-10-31T00:00:00Z"]),
            ("0 0 0 29 2 ?", "2012-07-09T00:00:00Z", ["2016-02-29T00:00:00Z", "2020-02-29T00:00:00Z"]),
            ("0 0 0 29 2 ?", "2096-02-29T00:00:00Z", ["2104-02-29T00:00:00Z"]),
            ("0 0 0 * Feb Mon", "2012-07-09T23:35:00Z", ["2013-02-04T00:00:00Z"]),
            // Both days restricted: either will do. With a star, also one with a step, both must fit.
            ("0 0 0 1 * MON", "2012-07-09T00:00:00Z", ["2012-07-16T00:00:00Z", "2012-07-23T00:00:00Z"]),
            ("0 0 0 1,15 * sun", "2012-07-14T00:00:00Z", ["2012-07-15T00:00:00Z", "2012-07-22T00:00:00Z"]),
            ("0 0 0 */10 * Sun", "2012-07-01T00:00:00Z", ["2012-10-21T00:00:00Z", "2012-11-11T00:00:00Z"]),
            // Five fields: the first is the second, and every day of the week fits.
            ("0 9 * * *", "2012-07-09T09:10:00Z", ["2012-07-09T10:09:00Z", "2012-07-09T11:09:00Z"]),
            ("5-7 0 0 1 1", "2012-07-09T00:00:00Z", ["2013-01-01T00:00:05Z", "2013-01-01T00:00:06Z"]),
            ("@hourly", "2012-07-09T09:10:00Z", ["2012-07-09T10:00:00Z"]),
            ("@daily", "2012-07-09T09:10:00Z", ["2012-07-10T00:00:00Z"]),
            ("@midnight", "2012-12-31T09:10:00Z", ["2013-01-01T00:00:00Z"]),
            ("@weekly", "2012-07-09T09:10:00Z", ["2012-07-15T00:00:00Z"]),
            ("@monthly", "2012-07-09T09:10:00Z", ["2012-08-01T00:00:00Z"]),
            ("@annually", "2012-07-09T09:10:00Z", ["2013-01-01T00:00:00Z"]),
            ("  1   2 3,,4 * * *  ", "2012-07-09T03:02:01Z", ["2012-07-09T04:02:01Z"]),
            ("59 59 23 31 12 *", "2012-07-09T00:00:00Z", ["2012-12-31T23:59:59Z"]),
        ]
    )
    func fires(text: String, after: String, expected: [String]) throws {
        let firings = try cron(text).upcoming(after: at(after), count: expected.count)
        #expect(firings.map(\.rfc3339) == expected)
    }

    @Test(
        "What makes no sense is refused, naming the field",
        arguments: [
            ("", "found 0"), ("* * * *", "found 4"), ("* * * * * * *", "found 7"),
            ("60 * * * * *", "second \"60\": expected 0 to 59"), ("* 99 * * * *", "minute"),
            ("* * 24 * * *", "hour"), ("* * * 0 * *", "day of the month"),
            ("* * * 32 * *", "day of the month"),
            ("* * * * 13 *", "month \"13\": expected 1 to 12 or a name such as jan"),
            ("* * * * * 7", "day of the week"), ("* * * * * Monday", "day of the week"),
            ("5-1 * * * * *", "ends before it begins"), ("1-2-3 * * * * *", "more than one '-'"),
            ("*/2/3 * * * * *", "more than one '/'"), ("*/0 * * * * *", "step"), ("*/x * * * * *", "step"),
            (", * * * * *", "no value"), ("-1 * * * * *", "second"), ("x * * * * *", "second"),
            ("@fortnightly", "@daily"), ("@every", "@every"), ("@every soon", "1h30m"),
            ("@daily 1", "@daily"),
            ("0 0 0 30 2 *", "never comes"), ("0 0 0 31 4,6,9,11 *", "never comes"),
            ("TZ=Europe/Atlantis * * * * * *", "no time zone \"Europe/Atlantis\""),
        ]
    )
    func refuses(text: String, fragment: String) {
        let error = #expect(throws: PlatformError.self) { try cron(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
    }

    @Test("Text of any length is refused in time")
    func long() {
        let error = #expect(throws: PlatformError.self) {
            try cron(String(repeating: "1,", count: 1_000_000) + " * * * * *")
        }
        #expect(error?.message.contains("at most 1000") == true)
    }

    @Test("A time zone stands in front of the expression or beside it, but not two of them")
    func zones() throws {
        for schedule in [
            try cron("CRON_TZ=Europe/Berlin 0 0 9 * * *"), try cron("TZ=Europe/Berlin 0 0 9 * * *"),
            try cron("0 0 9 * * *", in: "Europe/Berlin"),
            try cron("TZ=Europe/Berlin 0 0 9 * * *", in: "Europe/Berlin"),
        ] {
            let firings = schedule.upcoming(after: at("2026-03-28T00:00:00Z"), count: 2)
            #expect(firings.map(\.rfc3339) == ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"])
            #expect(
                firings.map(schedule.local) == ["2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00"]
            )
        }
        let error = #expect(throws: PlatformError.self) { try cron("TZ=Asia/Tokyo * * * * * *", in: "UTC") }
        #expect(error?.message.contains("name one") == true)
    }

    @Test(
        "@every takes what Go takes for a length of time, in whole seconds and at least one",
        arguments: [
            ("1h30m", 5_400), ("90s", 90), ("1.5h", 5_400), ("300ms", 1), ("2m0.9s", 120), ("100h", 360_000),
        ] as [(String, Int64)]
    )
    func every(text: String, seconds: Int64) throws {
        let schedule = try cron("@every \(text)")
        let firings = schedule.upcoming(after: .epoch, count: 2)
        #expect(firings == [1, 2].map { Instant(milliseconds: seconds * 1000 * $0) })
    }
}
