import Model
import PipelineIR
import Testing

@Suite("Patterns of 'matches'")
struct PatternTests {
    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        try Expression("text.matches(pattern)").isMet(["text": .string(text), "pattern": .string(pattern)])
    }

    static let found: [(String, String)] = [
        ("", ""), ("abc", ""), ("abc", "b"), ("abc", "^abc$"), ("abc", "a.c"), ("ac", "ab?c"),
        ("abbbc", "ab+c"),
        ("ac", "ab*c"), ("abab", "^(ab)+$"), ("cat", "dog|cat|bird"), ("x", "^(?:|x)$"), ("aaa", "^a{3}$"),
        ("aaaa", "^a{2,}$"), ("aa", "^a{1,2}$"), ("a{x}", "a{x}"), ("2024-01-31", #"^\d{4}-\d{2}-\d{2}$"#),
        ("a_1", #"^\w+$"#), ("a b", #"a\sb"#), ("é", "^.$"), ("😀", "^.$"), ("b", "[a-c]"), ("d", "[^a-c]"),
        ("]", "[]]"), ("-", "[a-]"), ("^", #"[\^]"#), ("7", #"[\d]"#), ("x", #"[\D]"#), ("a.b", #"a\.b"#),
        ("say word", #"\bword\b"#), ("aab", "a*?b"), ("x\ny", #"x\ny"#), ("abc", #"\Aabc\z"#),
        ("swords", #"\Bword\B"#),
    ]

    @Test("A pattern finds its part of the text", arguments: found)
    func finds(text: String, pattern: String) throws {
        #expect(try matches(text, pattern))
    }

    static let absent: [(String, String)] = [
        ("", "a"), ("abc", "^b"), ("abc", "b$"), ("ac", "ab+c"), ("aa", "^a{3}$"), ("aaa", "^a{1,2}$"),
        ("\n", "."),
        ("é", #"\w"#), ("b", "[^a-c]"), ("swords", #"\bword\b"#), ("ABC", "abc"), ("axb", #"a\.b"#),
        ("x", #"[^\D]"#),
    ]

    @Test("A pattern finds nothing where it does not fit", arguments: absent)
    func fails(text: String, pattern: String) throws {
        #expect(try !matches(text, pattern))
    }

    @Test(
        "What is no pattern is refused",
        arguments: [
            "{2}", "(", ")", "a)", "[", "[b-a]", "*", "a**", "a{3}{2}", "a{2,1}", "a{1001}", #"\"#, #"\p{L}"#,
            "(?i)a",
            "[[:alpha:]]", #"\1"#, #"[a-\d]"#, "((a{1000}){1000}){1000}", "((){1000}){1000}",
            String(repeating: "a", count: 1001), String(repeating: "(", count: 200),
        ]
    )
    func refused(pattern: String) throws {
        #expect(throws: ExpressionError.self) { try matches("text", pattern) }
    }

    @Test("Patterns that make others try every way through the text end at once")
    func linear() throws {
        let text = String(repeating: "a", count: 2000)
        #expect(try !matches(text, "^(a+)+b$"))
        #expect(try !matches(text, "(a|aa)+$b"))
        #expect(try matches(text, "(a*)*a*a*a*"))
    }
}
