/// What kind of content an artifact has, and what a browser may do with it.
package struct ContentType: Hashable, Sendable {
    /// As the `Content-Type` header says it, without parameters: `text/csv`.
    package let name: String
    /// Whether a person can read it.
    package let isText: Bool

    /// Works out the type from what the pipeline says of the artifact, then from the file's name, then from its first
    /// bytes.
    /// - Parameters:
    ///   - schemaTitle: the artifact's type; counts only for the artifact itself, not for files in it.
    ///   - fileName: the last part of its path.
    ///   - beginning: its first bytes, at least 512 where there are as many.
    package init(schemaTitle: String?, fileName: String, beginning: some Collection<UInt8>) {
        let isText = Self.isText(beginning)
        let known =
            schemaTitle.flatMap { Self.titles[$0] }
            ?? Self.fileExtension(of: fileName).flatMap { Self.extensions[$0] }
        if let known, isText || !Self.isTextual(known) {
            self.init(known, isText: Self.isTextual(known))
        } else if let magic = Self.magic.first(where: { beginning.starts(with: $0.bytes) }) {
            self.init(magic.name, isText: false)
        } else {
            self.init(isText ? "text/plain" : "application/octet-stream", isText: isText)
        }
    }

    private init(_ name: String, isText: Bool) {
        self.name = name
        self.isText = isText
    }

    /// A tar archive, as which folders are sent.
    package static let tar = ContentType("application/x-tar", isText: false)

    /// The header's value; our texts are UTF-8.
    package var header: String { isText ? name + "; charset=utf-8" : name }

    /// Whether a browser may show it by itself: pictures and text in which nothing can run. HTML, SVG, XML and
    /// scripts are not among them.
    package var isInert: Bool {
        switch name {
        case "text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "application/json",
            "application/yaml", "image/png", "image/jpeg", "image/gif", "image/webp":
            true
        default: false
        }
    }

    private static func isTextual(_ name: String) -> Bool {
        name.hasPrefix("text/")
            || ["application/json", "application/yaml", "application/xml", "image/svg+xml"].contains(name)
    }

    /// Whether bytes are UTF-8 without control characters that texts do not have; a character cut at the end is fine.
    package static func isText(_ bytes: some Collection<UInt8>) -> Bool {
        let controls = bytes.contains { $0 < 0x20 && !(0x08...0x0D).contains($0) && $0 != 0x1B || $0 == 0x7F }
        return !controls && wholeText(bytes) != nil
    }

    /// Bytes as text, without a character that is cut off at the end; `nil` if they are not UTF-8.
    package static func wholeText(_ bytes: some Collection<UInt8>) -> String? {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let end = Array(bytes.suffix(3))
        guard let lead = end.lastIndex(where: { $0 >= 0xC0 }) else { return nil }
        let length =
            switch end[lead] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        let cut = end.count - lead
        return cut < length ? String(validating: bytes.dropLast(cut), as: UTF8.self) : nil
    }

    private static func fileExtension(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return name[name.index(after: dot)...].lowercased()
    }

    private static let titles = ["system.HTML": "text/html", "system.Markdown": "text/markdown"]

    private static let extensions = [
        "txt": "text/plain", "log": "text/plain", "py": "text/plain", "csv": "text/csv",
        "tsv": "text/tab-separated-values", "md": "text/markdown", "markdown": "text/markdown",
        "json": "application/json", "jsonl": "text/plain", "yaml": "application/yaml",
        "yml": "application/yaml",
        "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "xml": "application/xml",
        "svg": "image/svg+xml", "js": "text/javascript", "mjs": "text/javascript", "css": "text/css",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp",
        "pdf": "application/pdf", "parquet": "application/vnd.apache.parquet", "zip": "application/zip",
        "gz": "application/gzip", "tar": "application/x-tar",
    ]

    private static let magic: [(bytes: [UInt8], name: String)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        (Array("GIF8".utf8), "image/gif"), (Array("%PDF-".utf8), "application/pdf"),
        (Array("PAR1".utf8), "application/vnd.apache.parquet"),
        ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        ([0x1F, 0x8B], "application/gzip"),
    ]
}
