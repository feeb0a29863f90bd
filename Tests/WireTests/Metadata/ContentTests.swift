import Model
import Testing
import Wire

@Suite("What is said of content")
struct ContentTests {
    @Test(
        "The type follows what the pipeline says, then the name, then the bytes; text that is none has no type of text"
    )
    func types() {
        func type(_ title: String? = nil, _ name: String = "data", _ bytes: String = "a,b\n") -> String {
            ContentType(schemaTitle: title, fileName: name, beginning: Array(bytes.utf8)).header
        }
        #expect(type() == "text/plain; charset=utf-8")
        #expect(type("system.HTML") == "text/html; charset=utf-8")
        #expect(type("system.Markdown", "x.csv") == "text/markdown; charset=utf-8")
        #expect(type("system.Dataset", "x.CSV") == "text/csv; charset=utf-8")
        #expect(type(nil, "x.svg", "<svg/>") == "image/svg+xml; charset=utf-8")
        #expect(type(nil, "data", "%PDF-1.7\u{0}") == "application/pdf")
        #expect(type("system.HTML", "x", "\u{0}") == "application/octet-stream")
        #expect(type(nil, ".png", "text") == "text/plain; charset=utf-8")
    }

    @Test("Nothing in which something could run may be shown by itself")
    func active() {
        for name in [
            "a.html", "a.htm", "a.xhtml", "a.svg", "a.xml", "a.js", "a.mjs", "a.css", "a.pdf", "a.zip",
        ] {
            #expect(
                !ContentType(schemaTitle: nil, fileName: name, beginning: Array("<".utf8)).isInert,
                "\(name)"
            )
        }
        for name in ["a.txt", "a.csv", "a.json", "a.png", "a.md", "a"] {
            #expect(
                ContentType(schemaTitle: nil, fileName: name, beginning: Array("x".utf8)).isInert,
                "\(name)"
            )
        }
    }

    @Test("A character cut off at the end leaves a text a text; a broken one in the middle does not")
    func cut() {
        let text = Array("naïve 日".utf8)
        #expect(ContentType.wholeText(text.dropLast()) == "naïve ")
        #expect(ContentType.wholeText(text.dropLast(2)) == "naïve ")
        #expect(ContentType.wholeText(text) == "naïve 日")
        #expect(ContentType.wholeText([0x61, 0xFF, 0x62]) == nil)
        #expect(ContentType.wholeText([0x61, 0xFF]) == nil)
    }

    @Test(
        "A range is understood as the RFC says, and passed over where it allows that",
        arguments: [
            ("bytes=0-0", ByteRange.part(0..<1)), ("bytes=3-", .part(3..<10)), ("bytes=-4", .part(6..<10)),
            ("bytes=-99", .part(0..<10)), ("BYTES=1-99999999999999999999", .part(1..<10)),
            ("bytes=10-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
            ("bytes=1-2,4-5", .whole), ("lines=1-2", .whole), ("", .whole), ("bytes=1--2", .whole),
        ]
    )
    func ranges(header: String, expected: ByteRange) {
        #expect(ByteRange(header, size: 10) == expected)
        #expect(ByteRange(header, size: 0) != .part(0..<0))
    }

    @Test("A file's name cannot break out of its header")
    func disposition() {
        #expect(Disposition.inline.header(fileName: "a b.csv") == "inline; filename=\"a b.csv\"")
        let header = Disposition.attachment.header(fileName: "x\"\r\nSet-Cookie: a\u{7}é")
        #expect(!header.contains("\r") && !header.contains("\n") && !header.contains("\u{7}"))
        #expect(header.hasPrefix("attachment; filename=\"x__Set-Cookie: a__\"; filename*=UTF-8''x%22%0D%0A"))
    }

    @Test("Times in headers are those of the RFC")
    func dates() {
        #expect(HTTPDate.text(Instant(milliseconds: 784_111_777_000)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(.epoch) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(Instant(milliseconds: -1_000)) == "Wed, 31 Dec 1969 23:59:59 GMT")
    }

    @Test("A tar header is whole blocks with a sum that fits, however long the name and large the file")
    func tar() {
        for (path, size) in [("a", 0), (String(repeating: "ä", count: 300), 5), ("b", 9_000_000_000)] {
            let bytes = TarHeader(path: path, kind: .file(size: size), modifiedAt: .epoch).bytes
            #expect(bytes.count % TarHeader.blockSize == 0)
            var last = Array(bytes.suffix(TarHeader.blockSize))
            let sum = Int(String(decoding: last[148..<154], as: UTF8.self), radix: 8)
            last.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
            #expect(sum == last.reduce(0) { $0 + Int($1) })
        }
        #expect(TarHeader.padding(after: 512).isEmpty)
        #expect(TarHeader.padding(after: 513).count == 511)
    }
}
