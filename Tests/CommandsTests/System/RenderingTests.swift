import Model
import Testing

@testable import Commands

@Suite("Rendering")
struct RenderingTests {
    @Test("Columns are aligned by what a terminal shows, and nothing trails a line")
    func aligned() {
        let table = Table(
            headings: ["NAME", "STATE", "REASON"],
            rows: [["日本", "running", ""], ["e\u{301}te\u{301}", "ok", "fine"], ["x"]]
        )
        #expect(
            table.text(width: nil, color: false)
                == """
                NAME  STATE    REASON
                日本  running
                été  ok       fine
                x

                """.replacing("été  ", with: "e\u{301}te\u{301}   ")
        )
    }

    @Test("A narrow terminal cuts the widest fields, never wraps", arguments: [24, 30, 40])
    func narrow(width: Int) {
        let table = Table(
            headings: [],
            rows: [["train", "failed", Cell(String(repeating: "long reason ", count: 20))]]
        )
        let lines = table.lines(width: width, color: false)
        #expect(displayWidth(lines[0]) == width)
        #expect(lines[0].hasSuffix("…"))
        #expect(lines[0].hasPrefix("train  failed  "))
    }

    @Test("Colours are codes around the text and do not move the columns")
    func colors() {
        let table = Table(headings: [], rows: [[Cell("a", .good), "b"]])
        #expect(table.lines(width: nil, color: true) == ["\u{1B}[32ma\u{1B}[0m  b"])
        #expect(table.lines(width: nil, color: false) == ["a  b"])
    }

    @Test("A name cannot send codes to the terminal or break a line")
    func controls() {
        #expect(Cell("a\u{1B}[2Jb\nc").text == "a [2Jb c")
    }

    @Test("Each format says the same")
    func formats() throws {
        let json: JSONValue = ["b": ["yes", "1", "", "a: b", "two\nlines", 1, 0.5, true, .null], "a": [:]]
        #expect(try OutputFormat.table.render(json) { "table" } == "table")
        #expect(try JSONValue(json: OutputFormat.json.render(json) { "" }) == json)
        let yaml = try OutputFormat.yaml.render(["root": json]) { "" }
        #expect(try PipelineFile.document(text: yaml, path: "p").pipelineSpec["root"] == json)
    }

    @Test("A log's lines are prefixed however its bytes are cut")
    func prefixes() {
        let log = Array("één\n\ntwo\nthree".utf8)
        for size in 1...log.count {
            var prefixer = LinePrefixer(prefix: "[t] ")
            var result: [UInt8] = []
            var rest = log[...]
            while !rest.isEmpty {
                result += prefixer.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            result += prefixer.finish()
            #expect(String(decoding: result, as: UTF8.self) == "[t] één\n[t] \n[t] two\n[t] three\n")
        }
    }
}
