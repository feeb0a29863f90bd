package import Model

/// Shows a document as YAML with colours, a line an element.
///
/// Texts of several lines stand as blocks, as people write them, so code in a pipeline can be read.
/// Source: YAML 1.2, block styles.
package struct SpecText {
    private var html = HTML()
    private var bytes = 0

    /// Characters shown; a page with more is slow, and nobody reads it.
    private static let bytesMax = 2 << 20

    /// Shows a pipeline and, after it, its platform settings.
    package static func html(_ document: PipelineSpecDocument) -> HTML {
        var text = SpecText()
        text.value(document.pipelineSpec, indent: 0)
        if let platform = document.platformSpec {
            text.line(0) { $0.element("span", ["class": "y-mark"]) { $0.add("---") } }
            text.value(platform, indent: 0)
        }
        if text.bytes > bytesMax {
            text.html.element("span", ["class": "quiet"]) {
                $0.add("… and more; the API has the whole document")
            }
        }
        return text.html
    }

    private mutating func value(_ value: JSONValue, indent: Int) {
        if bytes > Self.bytesMax { return }
        switch value {
        case .object(let members) where !members.isEmpty:
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                entry(key, member, indent, prefix: "")
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements { self.element(element, indent, prefix: "") }
        default: line(indent) { Self.scalar(value, &$0) }
        }
    }

    private mutating func entry(_ key: String, _ member: JSONValue, _ indent: Int, prefix: String) {
        if bytes > Self.bytesMax { return }
        let head: (inout HTML) -> Void = { html in
            html.add(prefix)
            html.element("span", ["class": "y-key"]) {
                $0.add(Self.isPlain(key) ? key : JSONValue.string(key).jsonText)
            }
            html.add(":")
        }
        let inner = indent + prefix.count
        switch member {
        case .object(let members) where !members.isEmpty:
            line(indent, head)
            value(member, indent: inner + 2)
        case .array(let elements) where !elements.isEmpty:
            line(indent, head)
            value(member, indent: inner)
        case .string(let text) where Self.isBlock(text):
            line(indent) { html in
                head(&html)
                Self.blockMark(text, &html)
            }
            block(text, indent: inner + 2)
        default:
            line(indent) { html in
                head(&html)
                html.add(" ")
                Self.scalar(member, &html)
            }
        }
    }

    private mutating func element(_ element: JSONValue, _ indent: Int, prefix: String) {
        switch element {
        case .object(let members) where !members.isEmpty:
            for (place, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                let lead = place == 0 ? prefix + "- " : String(repeating: " ", count: prefix.count + 2)
                entry(member.key, member.value, indent, prefix: lead)
            }
        case .string(let text) where Self.isBlock(text):
            line(indent) { html in
                html.add(prefix + "-")
                Self.blockMark(text, &html)
            }
            block(text, indent: indent + prefix.count + 2)
        case .array(let elements) where !elements.isEmpty:
            // Lists within lists are rare; they stand under a dash of their own.
            line(indent) { $0.add(prefix + "-") }
            value(element, indent: indent + prefix.count + 2)
        default:
            line(indent) { html in
                html.add(prefix + "- ")
                Self.scalar(element, &html)
            }
        }
    }

    private mutating func line(_ indent: Int, _ content: (inout HTML) -> Void) {
        let before = html.text.utf8.count
        html.add(String(repeating: " ", count: indent))
        content(&html)
        html.add("\n")
        bytes += html.text.utf8.count - before
    }

    private mutating func block(_ text: String, indent: Int) {
        for row in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(
            text.hasSuffix("\n") ? 1 : 0
        ) {
            line(row.isEmpty ? 0 : indent) { html in
                if !row.isEmpty { html.element("span", ["class": "y-text"]) { $0.add(row) } }
            }
        }
    }

    private static func blockMark(_ text: String, _ html: inout HTML) {
        let keeps = text.hasSuffix("\n\n") ? "|+" : text.hasSuffix("\n") ? "|" : "|-"
        // A first line that begins with blanks would be taken for the indentation.
        html.add(" ")
        html.element("span", ["class": "y-mark"]) {
            $0.add(text.hasPrefix(" ") ? keeps.prefix(1) + "2" + keeps.dropFirst() : keeps[...])
        }
    }

    private static func scalar(_ value: JSONValue, _ html: inout HTML) {
        let (style, text): (String, String) =
            switch value {
            case .string(let text): ("y-text", isPlain(text) ? text : value.jsonText)
            case .number: ("y-number", value.jsonText)
            case .bool, .null: ("y-word", value.jsonText)
            case .array, .object: ("y-mark", value.jsonText)
            }
        html.element("span", ["class": style]) { $0.add(text) }
    }

    private static func isBlock(_ text: String) -> Bool {
        text.contains("\n") && !text.hasPrefix("\n")
            && text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F
            }
    }

    /// Whether a text needs no quotes: letters, digits and a few signs that mean nothing within a word.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first,
            first.properties.isAlphabetic || first == "/" || first == "_"
        else { return false }
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return !words.contains(text.lowercased()) && !text.hasSuffix(" ")
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || " _-./=+@".unicodeScalars.contains(scalar)
            }
    }
}
