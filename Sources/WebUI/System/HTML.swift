/// Text that may stand in a page as it is: whatever came from outside was escaped on its way in.
///
/// Pages are templates; this is for what templates are bad at: thousands of small things whose places are computed.
package struct HTML: Hashable, Sendable {
    /// The markup.
    package private(set) var text = ""

    /// Nothing yet.
    package init() {}

    /// Wraps markup that a template made.
    init(rendered text: String) {
        self.text = text
    }

    /// Adds an element and what is in it. An attribute that is `nil` is left out.
    package mutating func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String?> = [:],
        content: (inout HTML) -> Void = { _ in }
    ) {
        text += "<\(name)"
        for case (let name, let value?) in attributes {
            text += " \(name)=\""
            add(value)
            text += "\""
        }
        text += ">"
        content(&self)
        text += "</\(name)>"
    }

    /// Adds text, escaped.
    package mutating func add(_ plain: some StringProtocol) {
        let utf8 = plain.utf8
        guard utf8.contains(where: Self.isSpecial) else {
            text += plain
            return
        }
        // Byte by byte is right for UTF-8: no byte of a longer sequence looks like one of these.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        text += String(decoding: bytes, as: UTF8.self)
    }

    /// Adds what is safe already.
    package mutating func add(_ html: HTML) {
        text += html.text
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            true
        default: false
        }
    }
}
