import Model
import Testing

@Suite("Rules of retention")
struct RetentionRuleTests {
    @Test(
        "A rule is read as it is written",
        arguments: [
            RetentionRule(), RetentionRule(age: .unlimited), RetentionRule(count: .unlimited),
            RetentionRule(age: .atMost(.seconds(30 * 86_400)), count: .atMost(100)),
            RetentionRule(age: .atMost(.milliseconds(1500))),
        ]
    )
    func roundTrip(rule: RetentionRule) throws {
        #expect(try RetentionRule(json: rule.json) == rule)
    }

    @Test("Numbers may stand as numbers, and an empty text is as good as nothing")
    func lenient() throws {
        #expect(try RetentionRule(json: ["age": "", "count": 5]) == RetentionRule(count: .atMost(5)))
        #expect(try RetentionRule(json: ["age": .null]) == RetentionRule())
    }

    @Test(
        "What is no rule is refused by name",
        arguments: [
            (#"{"age": "30"}"#, "retention.age: expected a length of time"),
            (#"{"age": "0s"}"#, "retention.age"),
            (#"{"count": 0}"#, "retention.count: expected a whole number"),
            (#"{"count": -1}"#, "retention.count"),
            (#"{"count": "+5"}"#, "retention.count"), (#"{"count": 1.5}"#, "retention.count"),
            (#"{"days": 3}"#, "retention.days is not known"), ("[]", "retention: expected an object"),
        ]
    )
    func refused(text: String, message: String) throws {
        let json = try JSONValue(json: text)
        let error = #expect(throws: PlatformError.self) { try RetentionRule(json: json) }
        #expect(error?.message.hasPrefix(message) == true)
    }

    @Test(
        "Numbers of bytes are told in the largest unit",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1_550_000, "1.5 MB"),
            (20_000_000, "20 MB"),
        ]
    )
    func bytes(count: Int, text: String) {
        #expect(byteText(count) == text)
    }
}
