import Model
import Testing

@Suite("JSON reader and writer")
struct JSONTests {
    @Test(
        "A document is read and written back with sorted keys and shortest numbers",
        arguments: [
            (#"{"b":[1,2.5,-0,1e3],"a":"x\ny"}"#, #"{"a":"x\ny","b":[1,2.5,0,1000]}"#),
            (#" [ true , false , null ] "#, "[true,false,null]"),
            (#""\u00e9\ud83d\ude00\/""#, #""é😀/""#),
            ("9007199254740993", "9007199254740992"),
            ("{}", "{}"),
        ]
    )
    func roundTrip(text: String, canonical: String) throws {
        #expect(try JSONValue(json: text).jsonText == canonical)
    }

    @Test(
        "What is not JSON is refused with its place",
        arguments: [
            ("", 1, 1), ("{\"a\":1,}", 1, 8), ("[1 2]", 1, 4), ("{\n\"a\" 1}", 2, 5), ("01", 1, 2),
            ("\"a", 1, 3), ("\"\u{1}\"", 1, 2), ("nul", 1, 1), ("1e999", 1, 1), ("\"\\ud800\"", 1, 8),
            ("[1]]", 1, 4), ("-", 1, 2), ("1.", 1, 3),
        ]
    )
    func refused(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { _ = try JSONValue(json: text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test(
        "Numbers that Python writes and JSON does not have are called by their names",
        arguments: ["NaN", "Infinity"]
    )
    func noNumber(word: String) {
        for sign in ["", "-"] {
            let error = #expect(throws: JSONSyntaxError.self) { _ = try JSONValue(json: "[\(sign)\(word)]") }
            #expect(
                error?.problem.hasSuffix(
                    "found \(word), a number that JSON does not have: use one that is finite"
                ) == true
            )
        }
    }

    @Test("Broken UTF-8 is refused")
    func brokenText() {
        #expect(throws: JSONSyntaxError.self) { _ = try JSONValue(json: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test("Ten thousand levels are refused, not a crash")
    func depth() {
        let text = String(repeating: "[", count: 10_000)
        let error = #expect(throws: JSONSyntaxError.self) { _ = try JSONValue(json: text) }
        #expect(error?.problem.contains("\(Limits.jsonDepthMax)") == true)
    }
}
