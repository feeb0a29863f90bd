import Engine
import Model
import Testing

@Suite("Macros in parameters")
struct RunMacroTests {
    private let macros = RunMacros(
        runID: RunID("r-1"),
        index: 7,
        scheduledAt: at("2026-08-02T07:05:09Z"),
        now: at("2026-08-22T15:04:05Z"),
        zone: .utc
    )

    @Test(
        "Each macro becomes what KFP's formatter makes of it",
        arguments: [
            ("[[Index]]", "7"), ("[[RunUUID]]", "r-1"), ("[[ScheduledTime]]", "20260802070509"),
            ("[[CurrentTime]]", "20260822150405"), ("a [[Index]]-[[Index]] b", "a 7-7 b"),
            ("[[ScheduledTime.15-04-05]]", "07-05-09"), ("[[ScheduledTime.2006-01-02]]", "2026-08-02"),
            ("[[ScheduledTime.Monday, 2 Jan 06 3:4:5PM MST]]", "Sunday, 2 Aug 26 7:5:9AM UTC"),
            ("[[CurrentTime.January _2 03pm Mon 002]]", "August 22 03pm Sat 234"),
            ("[[ScheduledTime._2|-0700|-07:00|Z07:00]]", " 2|+0000|+00:00|Z"),
            ("[[CurrentTime.year=2006]]", "year=2026"), ("[[CurrentTime.]]", ""),
            ("{{$.scheduledTime.strftime('%Y-%m-%d %H:%M:%S')}}", "2026-08-02 07:05:09"),
            (
                "{{$.currentTime.strftime('%j %A %b %e %I%p %y %% %s')}}",
                "234 Saturday Aug 22 03PM 26 % 1787411045"
            ),
            (
                "{{$.currentTime.strftime('%F %T %D %R %u %w %z %Z')}}",
                "2026-08-22 15:04:05 08/22/26 15:04 6 6 +0000 UTC"
            ),
            ("[[Unknown]]", "[[Unknown]]"), ("[[Index", "[[Index"), ("[[Index.x]]", "[[Index.x]]"),
            ("[[[[Index]]]]", "[[7]]"), ("[[\nIndex]]", "[[\nIndex]]"), ("]][[", "]][["),
            ("{{$.inputs.parameters['x']}}", "{{$.inputs.parameters['x']}}"),
            ("{{$.scheduledTime.strftime('%Q')}}", "{{$.scheduledTime.strftime('%Q')}}"),
            ("{{$.scheduledTime.strftime('')}}", ""), ("鳥 [[Index]] 🐦", "鳥 7 🐦"),
        ]
    )
    func expand(text: String, expected: String) {
        #expect(macros.expand(text) == expected)
    }

    @Test("Texts in lists and objects are expanded, numbers and names are left alone")
    func nested() {
        #expect(
            macros.expand(["a": ["[[Index]]", 1, ["[[Index]]": "x[[Index]]"]], "b": true])
                == ["a": ["7", 1, ["[[Index]]": "x7"]], "b": true]
        )
    }

    @Test("Times are those of the schedule's time zone")
    func zones() throws {
        let macros = RunMacros(
            runID: RunID("r"),
            index: 1,
            scheduledAt: at("2026-08-01T22:30:00Z"),
            now: at("2026-08-01T22:30:00Z"),
            zone: try #require(zone("Europe/Berlin"))
        )
        #expect(macros.expand("[[ScheduledTime.2006-01-02T15:04:05Z07:00]]") == "2026-08-02T00:30:00+02:00")
        #expect(macros.expand("{{$.scheduledTime.strftime('%d %z')}}") == "02 +0200")
    }

    @Test("A run that somebody starts has no index and no time it was planned for")
    func oneOff() {
        let macros = RunMacros(runID: RunID("r"), now: at("2026-08-22T15:04:05Z"))
        #expect(
            macros.expand(
                "[[RunUUID]] [[CurrentTime.2006]] [[Index]] [[ScheduledTime]] [[ScheduledTime.2006]]"
            )
                == "r 2026 [[Index]] [[ScheduledTime]] [[ScheduledTime.2006]]"
        )
    }

    @Test("Long text without an end is read in time")
    func long() {
        let text = String(repeating: "[[", count: 20_000)
        #expect(macros.expand(text) == text)
    }
}
