import Foundation

/// A Swift file of the project, read for rules the compiler does not know.
struct SourceFile: Sendable {
    /// The folder of `Sources` it is in.
    let room: String
    /// The path below the project's folder, for messages.
    let path: String
    /// The lines as written.
    let lines: [String]

    /// The project's folder: this file's grand-grandparent.
    static let project = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folders directly in `Sources`.
    static func folders() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: project.appending(path: "Sources").path)
            .filter { !$0.hasPrefix(".") }
            .sorted()
    }

    /// Every Swift file below `folder` (`Sources` or `Tests`), in the order of their paths.
    static func all(in folder: String) throws -> [SourceFile] {
        let root = project.appending(path: folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            return SourceFile(
                room: path.split(separator: "/").first.map(String.init) ?? "",
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            )
        }
    }

    /// The lines without comments, numbered from 1. What follows `//` after a space is taken for a comment.
    var code: [(number: Int, text: String)] {
        lines.enumerated().map { index, line in
            if line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") { return (index + 1, "") }
            guard let comment = line.range(of: " //") else { return (index + 1, line) }
            return (index + 1, String(line[..<comment.lowerBound]))
        }
    }

    /// The modules it imports, with the line of each.
    func imports() throws -> [(number: Int, module: String)] {
        // A capital begins every module; what begins small is Python in a string.
        let statement = try Regex<(Substring, Substring)>(
            #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|internal|public|private|fileprivate)\s+)?"#
                + #"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?([A-Z]\w*)"#
        )
        return code.compactMap { number, text in
            text.firstMatch(of: statement).map { (number, String($0.output.1)) }
        }
    }

    /// The places at which `pattern` stands in the code, as `path:line: text`.
    func places(of pattern: String) throws -> [String] {
        let expression = try Regex(pattern)
        return code.filter { $0.text.contains(expression) }.map { number, text in
            "\(path):\(number): \(text.trimmingCharacters(in: .whitespaces))"
        }
    }
}
