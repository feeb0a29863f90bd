import Engine
import Foundation
import Model
import TestKit
import Testing

@Suite("Schedules where clocks are changed")
struct ClockChangeTests {
    // In 2026 Berlin's clocks go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
    @Test(
        "A time of the day fires once a day, a rhythm goes on evenly",
        arguments: [
            // 02:30 does not exist: at the end of the gap.
            (
                "0 30 2 * * *", "2026-03-28T12:00:00Z",
                ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
            ),
            // Several times within the gap become one, together with 03:00 itself.
            (
                "0 0,15,30 2,3 * * *", "2026-03-29T00:50:00Z",
                ["2026-03-29T03:00:00+02:00", "2026-03-29T03:15:00+02:00", "2026-03-29T03:30:00+02:00"]
            ),
            // 02:30 comes twice: the first one counts.
            (
                "0 30 2 * * *", "2026-10-24T12:00:00Z",
                ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
            ),
            // Also for who looks between the two.
            ("0 30 2 * * *", "2026-10-25T01:10:00Z", ["2026-10-26T02:30:00+01:00"]),
            (
                "0 0 1-4 * * *", "2026-10-24T23:30:00Z",
                [
                    "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T04:00:00+01:00",
                ]
            ),
            // Every half hour neither pauses nor repeats.
            (
                "0 */30 * * * *", "2026-03-29T00:20:00Z",
                ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"]
            ),
            (
                "0 */30 * * * *", "2026-10-25T00:20:00Z",
                [
                    "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00",
                    "2026-10-25T03:00:00+01:00",
                ]
            ),
            // A rhythm that begins on the day after a change, seen from far away.
            (
                "0 0 * 1 11 *", "2025-12-01T00:00:00Z",
                ["2026-11-01T00:00:00+01:00", "2026-11-01T01:00:00+01:00"]
            ),
        ]
    )
    func berlin(text: String, after: String, expected: [String]) throws {
        let schedule = try cron(text, in: "Europe/Berlin")
        let firings = schedule.upcoming(after: at(after), count: expected.count)
        #expect(firings.map(schedule.local) == expected)
    }

    @Test(
        "A daily schedule fires on every day of ten years, once",
        arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
    )
    func years(name: String) throws {
        let schedule = try cron("0 30 2 * * *", in: name)
        var days: Set<String> = []
        var last = at("2020-01-01T12:00:00Z")
        var count = 0
        while let firing = schedule.next(after: last), firing < at("2030-01-01T12:00:00Z") {
            #expect(firing > last)
            days.insert(String(schedule.local(firing).prefix(10)))
            last = firing
            count += 1
        }
        #expect(count == 3_653)
        #expect(days.count == count)
    }

    @Test(
        "Around changes of the clocks any schedule fires when a walk through all minutes finds it to",
        arguments: [
            ("Europe/Berlin", "2026-03-27T00:00:00Z"), ("Europe/Berlin", "2026-10-23T00:00:00Z"),
            ("America/New_York", "2026-03-06T00:00:00Z"), ("America/New_York", "2026-10-30T00:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-03T00:00:00Z"), ("Australia/Lord_Howe", "2026-10-02T00:00:00Z"),
            // A whole day that never was.
            ("Pacific/Apia", "2011-12-28T00:00:00Z"),
        ]
    )
    func walk(name: String, from: String) throws {
        let rules = try #require(zone(name))
        for seed in 0..<8 {
            var random = SeededGenerator(seed: UInt64(seed))
            let minutes = Self.subset(of: 0...59, most: 6, &random)
            let hours = seed % 3 == 0 ? Set(0...23) : Self.subset(of: 0...23, most: 5, &random)
            func list(_ values: Set<Int>) -> String {
                values.sorted().map(String.init).joined(separator: ",")
            }
            let text = "0 \(list(minutes)) \(list(hours)) * * *"
            let start = at(from)
            let expected = Self.walk(rules, start, days: 5, minutes, hours)
            var found: [Instant] = []
            let schedule = try cron(text, in: name)
            var last = start
            while let firing = schedule.next(after: last), firing <= start + .seconds(5 * 86_400) {
                found.append(firing)
                last = firing
            }
            #expect(found == expected, "\(text) in \(name)")
            // Whoever looks at any moment sees the same firing ahead as who has looked all along.
            for _ in 0..<20 {
                let moment = start + .seconds(random.below(5 * 86_400))
                let ahead = expected.first { $0 > moment }
                if let ahead {
                    #expect(schedule.next(after: moment) == ahead, "\(text) after \(moment.rfc3339)")
                }
            }
        }
    }

    private static func subset(
        of range: ClosedRange<Int>,
        most: Int,
        _ random: inout SeededGenerator
    ) -> Set<Int> {
        Set((0...random.below(most)).map { _ in range.lowerBound + random.below(range.count) })
    }

    /// The rule once more, slowly: minute by minute, with a memory of what the clocks have shown.
    private static func walk(
        _ zone: ZoneRules,
        _ start: Instant,
        days: Int,
        _ minutes: Set<Int>,
        _ hours: Set<Int>
    ) -> [Instant] {
        func local(_ time: Int64) -> Int64 {
            time + Int64(zone.offset(Instant(milliseconds: time * 60_000)) / 60)
        }
        func fits(_ local: Int64) -> Bool {
            minutes.contains(Int(local % 60)) && hours.contains(Int(local / 60 % 24))
        }
        let isRhythm = hours.count == 24
        let first = start.milliseconds / 60_000
        var shown = (first - 2_880..<first).map(local).max() ?? 0
        var firings: [Instant] = []
        for time in first...(first + Int64(days) * 1_440) {
            let now = local(time)
            let isDue =
                if isRhythm {
                    fits(now)
                } else if now > shown {
                    (shown + 1...now).contains(where: fits)
                } else {
                    false
                }
            shown = max(shown, now)
            if isDue, time > first { firings.append(Instant(milliseconds: time * 60_000)) }
        }
        return firings
    }
}
