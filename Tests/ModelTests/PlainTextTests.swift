import Model
import Testing

@Suite("Lines of terminals in sentences")
struct PlainTextTests {
    @Test(
        "Colours and control sequences are left out, also ones that are cut off; everything else stays",
        arguments: [
            ("plain [1m]", "plain [1m]"), ("\u{1B}[31mred\u{1B}[0m words", "red words"),
            ("\u{1B}[1;38;5;200mpink", "pink"),
            ("a\u{1B}[2Kb\u{1B}[?25lc", "abc"), ("cut \u{1B}[3", "cut "), ("cut \u{1B}", "cut "),
            ("bell\u{7}\u{8} ü 🐦", "bell ü 🐦"),
        ]
    )
    func plain(line: String, words: String) {
        #expect(plainText(line) == words)
    }
}
