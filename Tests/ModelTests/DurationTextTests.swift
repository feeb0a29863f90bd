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
}
