/// Shows what a program wrote: lines with the colours it asked for, and nothing that a page could take for markup.
///
/// Bytes come in parts that may end anywhere; a line is shown once it is whole. Colours go on from line to line.
/// Source: ECMA-48, SGR; other control sequences are left out.
package struct LogText {
    private var pending: [UInt8] = []
    /// Bytes of the line under way that were left out.
    private var omitted = 0
    private var style = LogStyle()

    /// Bytes of a line that are shown. Longer ones are data, and browsers are slow with them.
    private static let lineBytesMax = 4_000
    private static let newline = UInt8(ascii: "\n")

    /// Begins at the start of a line.
    package init() {}

    /// The whole lines that these bytes complete, in one block.
    package mutating func html(of bytes: some Sequence<UInt8>) -> HTML {
        var html = HTML()
        for byte in bytes {
            if byte == Self.newline {
                flush(&html)
            } else if pending.count < Self.lineBytesMax {
                pending.append(byte)
            } else {
                omitted += 1
            }
        }
        return html
    }

    /// What is left when nothing follows: a last line without an end.
    package mutating func rest() -> HTML {
        var html = HTML()
        if !pending.isEmpty { flush(&html) }
        return html
    }

    private mutating func flush(_ html: inout HTML) {
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        // A progress bar writes over its line; what it wrote last is what a terminal shows.
        let visible = pending.lastIndex(of: UInt8(ascii: "\r")).map { pending[($0 + 1)...] } ?? pending[...]
        show(String(decoding: visible, as: UTF8.self), &html)
        if omitted > 0 {
            html.element("i", ["class": "quiet"]) {
                $0.add(" … \(bytesText(omitted)) more in this line; the raw log has them")
            }
        }
        html.add("\n")
        pending.removeAll(keepingCapacity: true)
        omitted = 0
    }

    private mutating func show(_ line: String, _ html: inout HTML) {
        var rest = line.unicodeScalars[...]
        var text = ""
        while let scalar = rest.popFirst() {
            switch scalar.value {
            case 0x1B:
                let change = Self.sequence(&rest)
                guard let codes = change else { continue }
                emit(&text, &html)
                style.apply(codes)
            case 0x09: text.unicodeScalars.append(scalar)
            case 0..<0x20: text.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
            case 0x7F: text.unicodeScalars.append("\u{2421}")
            // Signs that turn the direction of text could make a line read as another.
            case 0x202A...0x202E, 0x2066...0x2069: text.unicodeScalars.append("\u{FFFD}")
            default: text.unicodeScalars.append(scalar)
            }
        }
        emit(&text, &html)
    }

    private func emit(_ text: inout String, _ html: inout HTML) {
        if text.isEmpty { return }
        if let name = style.name {
            html.element("span", ["class": name]) { $0.add(text) }
        } else {
            html.add(text)
        }
        text = ""
    }

    /// Takes what follows an escape; the codes if it sets a style.
    private static func sequence(_ rest: inout Substring.UnicodeScalarView) -> [Int]? {
        guard let kind = rest.first else { return nil }
        rest.removeFirst()
        switch kind {
        case "[":
            var parameters = ""
            while let scalar = rest.popFirst() {
                if (0x40...0x7E).contains(scalar.value) {
                    guard scalar == "m" else { return nil }
                    return parameters.split(omittingEmptySubsequences: false) { $0 == ";" || $0 == ":" }
                        .map { Int($0) ?? 0 }
                }
                parameters.unicodeScalars.append(scalar)
            }
        case "]":
            // An operating system command, such as a window's title or a link: up to a bell or an escape.
            while let scalar = rest.popFirst(), scalar.value != 0x07 {
                if scalar.value == 0x1B {
                    if rest.first == "\\" { rest.removeFirst() }
                    break
                }
            }
        default: break
        }
        return nil
    }
}

/// How text of a log looks. Source: ECMA-48, SGR.
struct LogStyle {
    private var isBold = false
    private var isFaint = false
    private var isItalic = false
    private var isUnderlined = false
    private var foreground: Int?
    private var background: Int?

    /// The classes of the style; `nil` for plain text.
    var name: String? {
        var names: [String] = []
        if isBold { names.append("a-bold") }
        if isFaint { names.append("a-faint") }
        if isItalic { names.append("a-italic") }
        if isUnderlined { names.append("a-under") }
        if let foreground { names.append("a-f\(foreground)") }
        if let background { names.append("a-b\(background)") }
        return names.isEmpty ? nil : names.joined(separator: " ")
    }

    mutating func apply(_ codes: [Int]) {
        var codes = codes[...]
        while let code = codes.popFirst() {
            switch code {
            case 0: self = LogStyle()
            case 1: isBold = true
            case 2: isFaint = true
            case 3: isItalic = true
            case 4: isUnderlined = true
            case 22: (isBold, isFaint) = (false, false)
            case 23: isItalic = false
            case 24: isUnderlined = false
            case 30...37: foreground = code - 30
            case 39: foreground = nil
            case 40...47: background = code - 40
            case 49: background = nil
            case 90...97: foreground = code - 82
            case 100...107: background = code - 92
            case 38: foreground = Self.colour(&codes)
            case 48: background = Self.colour(&codes)
            default: break
            }
        }
    }

    /// One of the sixteen colours that pages have; of finer ones the nearest.
    private static func colour(_ codes: inout ArraySlice<Int>) -> Int? {
        switch codes.popFirst() {
        case 5:
            guard let index = codes.popFirst() else { return nil }
            switch index {
            case 0..<16: return index
            case 16..<232:
                return nearest((index - 16) / 36 * 51, (index - 16) / 6 % 6 * 51, (index - 16) % 6 * 51)
            default: return index > 243 ? 7 : 8
            }
        case 2:
            guard codes.count >= 3 else { return nil }
            let parts = codes.prefix(3)
            codes = codes.dropFirst(3)
            return nearest(parts[parts.startIndex], parts[parts.startIndex + 1], parts[parts.startIndex + 2])
        default: return nil
        }
    }

    private static func nearest(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        let most = max(red, green, blue)
        if most < 64 { return 8 }
        func bit(_ part: Int, _ value: Int) -> Int { part * 3 > most * 2 ? value : 0 }
        return bit(red, 1) + bit(green, 2) + bit(blue, 4) + (most > 192 ? 8 : 0)
    }
}
