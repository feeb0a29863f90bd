import Model
import Testing

@Suite("Lengths of time")
struct DurationTextTests {
    @Test(
        "Lengths of time are short",
        arguments: [
            (Duration.milliseconds(50), "50ms"), (.milliseconds(1_290), "1.2s"), (.seconds(184), "3m 04s"),
            (.seconds(7_500), "2h 05m"), (.seconds(349_200), "4d 01h"), (.seconds(-5), "0ms"),
        ]
    )
    func durations(duration: Duration, text: String) {
        #expect(durationText(duration) == text)
    }

    @Test(
        "Lengths of time are read as people write them",
        arguments: [
            ("30d", Duration.seconds(2_592_000)), ("1h30m", .seconds(5_400)), ("1h 30m", .seconds(5_400)),
            ("45s", .seconds(45)), ("200ms", .milliseconds(200)), ("0s", .zero),
        ]
    )
    func reads(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(
        "What is no length of time is refused, and so is a number without a unit",
        arguments: [
            "", "30", "d", "1.5h", "-1h", "1y", "1h30", "9999999999d", "99999999999999999999s", "1 2",
        ]
    )
    func refuses(text: String) {
        #expect(Duration(text: text) == nil)
    }
}
