import Testing
import WebUI

@Suite("Logs as pages show them")
struct LogTextTests {
    private func shown(_ text: String) -> String {
        var log = LogText()
        var html = log.html(of: text.utf8)
        html.add(log.rest())
        return html.text
    }

    @Test("Markup in a log is text")
    func markup() {
        #expect(
            shown("<script>alert('1')</script> & \"x\"\n")
                == "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;\n"
        )
    }

    @Test("Colours become classes and go on in the next line")
    func colours() {
        #expect(
            shown("a \u{1B}[1;31mred\nstill\u{1B}[0m plain\n")
                == "a <span class=\"a-bold a-f1\">red</span>\n<span class=\"a-bold a-f1\">still</span> plain\n"
        )
        #expect(shown("\u{1B}[38;5;196mx\u{1B}[39m\n") == "<span class=\"a-f9\">x</span>\n")
        #expect(shown("\u{1B}[38;2;0;250;0mx\n") == "<span class=\"a-f10\">x</span>\n")
    }

    @Test(
        "Other control sequences are left out, also ones that are cut off",
        arguments: [
            ("\u{1B}[2K\u{1B}[1Gx\n", "x\n"),
            ("\u{1B}]8;;http://e.vil\u{1B}\\link\u{1B}]8;;\u{7}\n", "link\n"),
            ("x\u{1B}[38;5\n", "x\n"), ("x\u{1B}\n", "x\n"), ("\u{1B}[38mx\n", "x\n"),
            ("\u{1B}[99999999999999999999mx\n", "x\n"),
        ]
    )
    func sequences(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test("Of a line that writes over itself the last version stays")
    func progress() {
        #expect(shown("10 %\r50 %\r100 %\r\ndone\n") == "100 %\ndone\n")
    }

    @Test("Bytes that are no text show as such and never vanish silently")
    func binary() {
        var log = LogText()
        let html = log.html(of: [0x61, 0x00, 0xFF, 0x07, 0x62, 0x0A])
        #expect(html.text == "a\u{2400}\u{FFFD}\u{2407}b\n")
        #expect(shown("abc\u{202E}fed\n") == "abc\u{FFFD}fed\n")
    }

    @Test("A line of ten megabytes shows its beginning and says how much is left out")
    func longLine() {
        var log = LogText()
        let html = log.html(of: [UInt8](repeating: 0x78, count: 10 << 20) + [0x0A])
        #expect(html.text.utf8.count < 5_000)
        #expect(html.text.contains("9.9 MiB more in this line"))
    }

    @Test("However the bytes are cut into parts, the lines are the same", arguments: 1...9)
    func parts(size: Int) {
        let text = "größe \u{1B}[32mgrün\u{1B}[0m\r\nzwei\n\nlast"
        var log = LogText()
        var html = HTML()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            html.add(log.html(of: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        html.add(log.rest())
        #expect(html.text == shown(text))
    }
}
