import Model
import TestKit
import Testing

@testable import Services

@Suite("Reading pipeline files", .timeLimit(.minutes(15)))
struct DocumentReaderTests {
    private func read(_ text: String, _ name: String = "p.yaml") throws -> PipelineSpecDocument {
        try DocumentReader.document(Array(text.utf8), named: name)
    }

    private func refusal(_ text: String, _ name: String = "p.yaml") -> String {
        refusal(Array(text.utf8), name)
    }

    private func refusal(_ bytes: [UInt8], _ name: String = "p.yaml") -> String {
        do {
            let document = try DocumentReader.document(bytes, named: name)
            return "no refusal but \(document.combined.jsonText.prefix(200))"
        } catch let error as PlatformError {
            return error.code == .invalidArgument ? error.message : "a refusal with the code \(error.code)"
        } catch {
            return "a foreign error: \(error)"
        }
    }

    @Test("A file holds the pipeline spec, and a platform spec if there is a second document")
    func documents() throws {
        #expect(try read("a: 1\n").pipelineSpec == ["a": 1])
        #expect(try read("a: 1\n").platformSpec == nil)
        let two = try read("a: 1\n---\nplatforms:\n  kubernetes: {}\n")
        #expect(two.pipelineSpec == ["a": 1])
        #expect(two.platformSpec == ["platforms": ["kubernetes": [:]]])
        #expect(try read("---\na: 1\n---\n").platformSpec == nil, "an empty second document is none")
        #expect(refusal("a: 1\n---\nb: 2\n---\nc: 3\n").contains("found 3 documents"))
    }

    @Test(
        "The bytes may come as any system writes them",
        arguments: [
            "a: 1\r\nb:\r\n- x\r\n- y\r\n", "\u{FEFF}a: 1\nb: [x, y]\n", "# heading\na: 1 # one\nb: [x, y]",
            "{\"a\": 1, \"b\": [\"x\", \"y\"]}", "%YAML 1.1\n---\na: 1\nb: [x, y]\n...\n",
        ]
    )
    func encodings(text: String) throws {
        #expect(try read(text).pipelineSpec == ["a": 1, "b": ["x", "y"]])
    }

    @Test("A file that ends in .json is read as JSON, whatever else YAML would take")
    func json() throws {
        #expect(try read("\u{FEFF}{\"a\": [1e3]}", "P.JSON").pipelineSpec == ["a": [1000]])
        #expect(refusal("a: 1", "p.json").contains("p.json is not valid JSON: line 1, column 1"))
        #expect(refusal("{\"a\": 1,\n b: 2}", "p.json").contains("line 2, column 2"))
    }

    @Test("Plain words have YAML's types, quoted ones are text")
    func scalars() throws {
        let quoted = try read("[\"1\", 'true', \"null\", 2024-01-01, 1.2.3, '']").pipelineSpec
        #expect(quoted == ["1", "true", "null", "2024-01-01", "1.2.3", ""])
        let plain = try read("[1, -2, 0x1F, 1e3, 1.5, true, no, null, ~, 9223372036854775807]").pipelineSpec
        #expect(plain == [1, -2, 31, 1000, 1.5, true, false, .null, .null, 9.223372036854776e18])
        #expect(try read("a: |\n  x\n  y\n").pipelineSpec == ["a": "x\ny\n"])
    }

    @Test("Integers of any size are numbers, as in JSON")
    func hugeIntegers() throws {
        #expect(try read("a: 123456789012345678901234567890").pipelineSpec == ["a": 1.2345678901234568e29])
        #expect(try read("a: -99999999999999999999").pipelineSpec == ["a": -1e20])
    }

    @Test(
        "Numbers that JSON does not have are refused with their place",
        arguments: [".inf", "-.inf", ".nan"]
    )
    func notFinite(text: String) {
        #expect(refusal("a: 1\nb: \(text)") == "p.yaml: line 2, column 4: \(text) is not a finite number.")
    }

    @Test("Aliases stand for what they name")
    func aliases() throws {
        let document = try read("a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]\n")
        let value: JSONValue = ["k": [1, 2]]
        #expect(document.pipelineSpec == ["a": value, "b": value, "c": [value, value]])
        #expect(refusal("a: 1\nb: *nobody").contains("line 2, column 4"))
    }

    @Test("A document that explodes by its aliases is refused before it fills the memory")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let sentence = refusal(text)
        #expect(sentence.contains("more than \(Limits.documentValuesMax) values"), "\(sentence)")
        #expect(sentence.contains("line "), "\(sentence)")
    }

    @Test("Depth is bounded long before the stack is", arguments: [201, 1_000, 10_000])
    func depth(levels: Int) {
        let nested = [
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels),
            String(repeating: "[", count: levels), String(repeating: "- ", count: levels) + "x",
            String(repeating: "{a: ", count: levels) + String(repeating: "}", count: levels),
            String(repeating: "? ", count: levels),
        ]
        for text in nested {
            let sentence = refusal(text)
            #expect(sentence.hasPrefix("p.yaml"), "\(text.prefix(4))")
            #expect(sentence.contains("line "), "\(text.prefix(4)): \(sentence)")
        }
        let json = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(refusal(json, "p.json").contains("line 1, column "))
    }

    @Test("Two hundred levels are allowed in both formats")
    func allowedDepth() throws {
        let levels = Limits.jsonDepthMax
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(try read(text).pipelineSpec == read(text, "p.json").pipelineSpec)
    }

    @Test(
        "A key that occurs twice is refused with its place, however it is written",
        arguments: ["a: 1\nb: 2\na: 3\n", "1: x\n\"1\": y\n", "true: x\n'true': y\n", "{a: 1, \"a\": 2}"]
    )
    func duplicateKeys(text: String) {
        let sentence = refusal(text)
        #expect(sentence.contains("occurs twice"), "\(sentence)")
        #expect(sentence.contains("line "), "\(sentence)")
    }

    @Test("A key must be plain text", arguments: ["? [a, b]\n: 1", "{a: 1}: 2", "a: 1\n? {b: 1}\n: 2"])
    func keys(text: String) {
        let sentence = refusal(text)
        #expect(sentence.contains("a mapping's key must be plain text"), "\(sentence)")
        #expect(sentence.contains("line "), "\(sentence)")
    }

    @Test("An empty file is told from one that holds only comments")
    func empty() {
        #expect(refusal("").contains("the file is empty"))
        #expect(refusal(" \n\r\n\t").contains("the file is empty"))
        #expect(refusal("# nothing\n# at all\n").contains("holds no document"))
        #expect(refusal("---\n---\n").contains("holds no document"))
        #expect(refusal("null", "p.json").contains("holds no document"))
        #expect(refusal("", "p.json").contains("the file is empty"))
    }

    @Test("Bytes that are no text are refused with their line")
    func notUTF8() {
        #expect(refusal([0x61, 0x3A, 0x0A, 0xFF, 0xFE, 0x0A]).contains("line 2"))
        #expect(refusal([0xC3], "p.json").contains("line 1"))
        #expect(refusal([0x61, 0x3A, 0x20, 0x00]).hasPrefix("p.yaml"))
        #expect(refusal("a: \u{1}").hasPrefix("p.yaml is not valid YAML: "))
    }

    @Test("What is not YAML is refused with line and column")
    func syntax() {
        #expect(refusal("a:\n\tb: 1\n").contains("line 2, column 1"), "a tab cannot indent")
        #expect(refusal("a: [1, 2\nb: 3\n").contains("line 2"))
        #expect(refusal("a: 'x\n").contains("line "))
        #expect(refusal("a: %x").contains("line 1, column 4"))
    }

    @Test("A foreign tag makes text, not an object")
    func foreignTags() throws {
        #expect(try read("a: !!python/object/apply:os.system x").pipelineSpec == ["a": "x"])
    }

    @Test("Random bytes and broken documents are read or refused, and nothing else happens")
    func fuzz() {
        let pieces = [
            "a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "\"", "'", "|", ">", "#",
            "---\n", "...\n",
            "? ", "!!", "!", "%", "@", "`", "\t", "\r", "1", ".nan", "0x", "\u{FEFF}", "é", "<<: ", "\u{0}",
            "~", "\\",
        ]
        var random = SeededGenerator(seed: 20_260_822)
        for _ in 0..<3_000 {
            let text = (0..<random.below(30)).map { _ in pieces[random.below(pieces.count)] }.joined()
            for name in ["p.yaml", "p.json"] {
                let sentence = refusal(text, name)
                #expect(sentence.hasPrefix("no refusal") || sentence.hasPrefix(name), "\(text) → \(sentence)")
            }
        }
    }
}
