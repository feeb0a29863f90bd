/// The words of a paragraph of Markdown: code, emphasis, links and pictures that are in the text itself.
///
/// Needs time in proportion to the text, whatever is in it: where a mark has no partner, that is found out once.
struct InlineText {
    private let bytes: ArraySlice<UInt8>
    private var plain: [UInt8] = []
    private let depth: Int
    /// Where each kind of closing mark comes next, from the place it was looked for; the end when nowhere.
    private var nearest: [String: Int] = [:]

    private static let depthMax = 6
    /// Bytes of an address and its title.
    private static let addressMax = 1_000

    /// Draws a text.
    static func draw(_ text: Substring, _ html: inout HTML) {
        draw(Array(text.utf8)[...], depth: 0, &html)
    }

    private static func draw(_ bytes: ArraySlice<UInt8>, depth: Int, _ html: inout HTML) {
        var text = InlineText(bytes: bytes, depth: depth)
        text.draw(&html)
    }

    private init(bytes: ArraySlice<UInt8>, depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    private mutating func draw(_ html: inout HTML) {
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if let end = mark(at, &html) {
                at = end
            } else {
                plain.append(bytes[at])
                at += 1
            }
        }
        flush(&html)
    }

    /// Draws what begins at a place, if a mark does; where to go on.
    private mutating func mark(_ at: Int, _ html: inout HTML) -> Int? {
        switch bytes[at] {
        case UInt8(ascii: "\\"):
            guard let next = byte(at + 1), Self.isPunctuation(next) else { return nil }
            plain.append(next)
            return at + 2
        case UInt8(ascii: "`"): return code(at, &html)
        case UInt8(ascii: "*"), UInt8(ascii: "_"): return emphasis(at, &html)
        case UInt8(ascii: "!") where byte(at + 1) == UInt8(ascii: "["):
            return link(at + 1, isPicture: true, &html)
        case UInt8(ascii: "["): return link(at, isPicture: false, &html)
        default: return nil
        }
    }

    private mutating func code(_ at: Int, _ html: inout HTML) -> Int? {
        guard let end = next("`", from: at + 1), end > at + 1 else { return nil }
        flush(&html)
        html.element("code") { $0.add(String(decoding: bytes[(at + 1)..<end], as: UTF8.self)) }
        return end + 1
    }

    private mutating func emphasis(_ at: Int, _ html: inout HTML) -> Int? {
        let sign = bytes[at] == UInt8(ascii: "*") ? "*" : "_"
        // Names with lines_between_words are no emphasis.
        if sign == "_", let before = byte(at - 1), Self.isWordlike(before) { return nil }
        let isStrong = byte(at + 1) == bytes[at]
        let mark = isStrong ? sign + sign : sign
        let start = at + mark.utf8.count
        guard depth < Self.depthMax, let first = byte(start), first != UInt8(ascii: " "), first != bytes[at],
            let end = next(mark, from: start), end > start
        else { return nil }
        if sign == "_", let after = byte(end + mark.utf8.count), Self.isWordlike(after) { return nil }
        flush(&html)
        html.element(isStrong ? "strong" : "em") { Self.draw(bytes[start..<end], depth: depth + 1, &$0) }
        return end + mark.utf8.count
    }

    /// `[words](address)`, or `![words](address)`.
    private mutating func link(_ at: Int, isPicture: Bool, _ html: inout HTML) -> Int? {
        guard depth < Self.depthMax, let middle = next("](", from: at + 1),
            let end = closing(from: middle + 2)
        else {
            return nil
        }
        let words = bytes[(at + 1)..<middle]
        // A title may follow the address.
        let address = bytes[(middle + 2)..<end].prefix { $0 != UInt8(ascii: " ") }
        flush(&html)
        if isPicture, Self.isPicture(address) {
            html.element(
                "img",
                [
                    "src": String(decoding: address, as: UTF8.self),
                    "alt": String(decoding: words, as: UTF8.self),
                ]
            )
        } else if Self.isHarmless(address) {
            html.element(
                "a",
                ["href": String(decoding: address, as: UTF8.self), "rel": "noopener noreferrer nofollow"]
            ) { html in
                if isPicture {
                    html.add("Picture: " + String(decoding: words, as: UTF8.self))
                } else {
                    Self.draw(words, depth: depth + 1, &html)
                }
            }
        } else {
            Self.draw(words, depth: depth + 1, &html)
        }
        return end + 1
    }

    /// Where the address that begins at a place ends. One may have brackets of its own; pictures have none, and are
    /// too long to be looked through more than once.
    private mutating func closing(from start: Int) -> Int? {
        if bytes[start...].starts(with: "data:".utf8) { return next(")", from: start) }
        var open = 0
        for place in start..<min(start + Self.addressMax, bytes.endIndex) {
            if bytes[place] == UInt8(ascii: "(") { open += 1 }
            if bytes[place] == UInt8(ascii: ")") {
                if open == 0 { return place }
                open -= 1
            }
        }
        return nil
    }

    /// Only pictures of points: SVG could hold more than a picture.
    private static func isPicture(_ address: ArraySlice<UInt8>) -> Bool {
        [
            "data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,",
            "data:image/webp;base64,",
        ]
        .contains { address.starts(with: $0.utf8) }
    }

    private static func isHarmless(_ address: ArraySlice<UInt8>) -> Bool {
        let start = address.prefix(8).map { (65...90).contains($0) ? $0 + 32 : $0 }
        return ["https://", "http://", "mailto:"].contains { start.starts(with: $0.utf8) }
    }

    private mutating func flush(_ html: inout HTML) {
        if plain.isEmpty { return }
        html.add(String(decoding: plain, as: UTF8.self))
        plain = []
    }

    private func byte(_ at: Int) -> UInt8? { bytes.indices.contains(at) ? bytes[at] : nil }

    /// Where a text comes next; `nil` when it does not. A place once found is right until it is passed.
    private mutating func next(_ text: String, from start: Int) -> Int? {
        if let known = nearest[text], known >= start { return known == bytes.endIndex ? nil : known }
        let wanted = Array(text.utf8)
        var place = start
        while place + wanted.count <= bytes.endIndex,
            !bytes[place..<(place + wanted.count)].elementsEqual(wanted)
        {
            place += 1
        }
        if place + wanted.count > bytes.endIndex { place = bytes.endIndex }
        nearest[text] = place
        return place == bytes.endIndex ? nil : place
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        (0x21...0x2F).contains(byte) || (0x3A...0x40).contains(byte) || (0x5B...0x60).contains(byte)
            || (0x7B...0x7E).contains(byte)
    }

    private static func isWordlike(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
}
