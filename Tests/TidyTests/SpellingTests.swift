import Testing

@Suite("Banned spellings")
struct SpellingTests {
    @Test(
        "The pure rows know no clock, chance, task, file or output",
        arguments: [
            #"\bDate\(\)"#, #"\bDate\.now\b"#, #"\bUUID\(\)"#, #"\.random(Element)?\("#, #"\.shuffled?\(\)"#,
            #"\bSystemRandomNumberGenerator\b"#, #"\bTask(<[^>]*>)?\s*(\{|\()"#,
            #"\bTask\.(detached|sleep)\b"#,
            #"\bwith(Throwing|Discarding)*TaskGroup\b"#, #"\bFileManager\b"#, #"\bFileHandle\b"#,
            #"\bProcessInfo\b"#, #"\bprint\("#, #"\b(Continuous|Suspending)Clock\b"#, #"\bgetenv\("#,
        ]
    )
    func pure(pattern: String) throws {
        let pure = Set(House.rooms.filter(\.isPure).map(\.name))
        #expect(try places(of: pattern) { pure.contains($0) } == [])
    }

    @Test(
        "Nothing traps on purpose, and `package` is our `public`",
        arguments: [
            #"\btry!"#, #"\bas!"#, #"\bfatalError\("#,
            #"\bpublic\s+(import|final|struct|class|enum|actor|protocol|extension|func|var|let|init|static|typealias)\b"#,
        ]
    )
    func everywhere(pattern: String) throws {
        #expect(try places(of: pattern) { _ in true } == [])
    }

    @Test(
        "Only drivers go around the concurrency checks or start tasks that nobody waits for",
        arguments: [
            #"@unchecked\s+Sendable\b"#, #"\bnonisolated\(unsafe\)"#, #"\bTask(<[^>]*>)?\s*\{"#,
            #"\bTask\.detached\b"#, #"\bDispatchQueue\b"#,
        ]
    )
    func outsideOfDrivers(pattern: String) throws {
        let drivers = Set(House.rooms.filter(\.isDriver).map(\.name))
        #expect(try places(of: pattern) { !drivers.contains($0) } == [])
    }

    @Test("No type is named for not knowing what it is")
    func names() throws {
        let pattern =
            #"\b(struct|class|enum|actor|protocol)\s+\w*(Manager|Helpers?|Utils?|Utilities|Common)\b"#
        #expect(try places(of: pattern) { _ in true } == [])
    }

    @Test("A source file has at most 500 lines, a test file at most 800")
    func length() throws {
        for (folder, most) in [("Sources", 500), ("Tests", 800)] {
            for file in try SourceFile.all(in: folder) {
                #expect(file.lines.count <= most + 1, "\(file.path) has \(file.lines.count - 1) lines")
            }
        }
    }

    private func places(of pattern: String, where included: (String) -> Bool) throws -> [String] {
        try SourceFile.all(in: "Sources").filter { included($0.room) }.flatMap { try $0.places(of: pattern) }
    }
}
