import Model
import Testing

@Suite struct FileNameTests {
    @Test(
        "plain names stay as they are and the rest is escaped",
        arguments: [
            ("abc-XYZ_0", "abc-XYZ_0"), ("", "%"), ("..", "%2E%2E"), ("a/b", "a%2Fb"), ("é", "%C3%A9"),
            ("\u{1}", "%01"),
        ]
    )
    func escaping(_ name: String, _ expected: String) {
        #expect(FileName.safe(name) == expected)
    }

    @Test("kept characters stay, but never a dot in front")
    func keeping() {
        #expect(FileName.safe("a.b%20", keeping: ".%") == "a.b%20")
        #expect(FileName.safe("..", keeping: ".") == "%2E.")
    }

    @Test("long names are cut and stay different")
    func long() {
        let name = String(repeating: "a", count: 300)
        let first = FileName.safe(name + "1")
        #expect(first.utf8.count == FileName.bytesMax && first != FileName.safe(name + "2"))
    }
}
