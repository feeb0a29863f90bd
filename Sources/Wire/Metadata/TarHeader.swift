package import Model

/// What stands before each entry of a tar archive.
///
/// Source: POSIX `pax` interchange format, `ustar` header blocks. What does not fit the old fields, long names and
/// large files, goes into an extended header before.
package struct TarHeader: Hashable, Sendable {
    /// What an entry is.
    package enum Kind: Hashable, Sendable {
        case file(size: Int)
        case folder
        case link(to: String)
    }

    /// Bytes of which archives are made; contents are filled up with zeros to it.
    package static let blockSize = 512
    /// What stands at the end of an archive: two empty blocks.
    package static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// The path in the archive, relative.
    package var path: String
    /// What it is.
    package var kind: Kind
    /// When it was last written.
    package var modifiedAt: Instant

    /// Describes an entry.
    package init(path: String, kind: Kind, modifiedAt: Instant) {
        self.path = path
        self.kind = kind
        self.modifiedAt = modifiedAt
    }

    /// Zeros that follow a content of so many bytes.
    package static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (blockSize - size % blockSize) % blockSize)
    }

    /// The blocks.
    package var bytes: [UInt8] {
        let name = kind == .folder ? path + "/" : path
        var records: [UInt8] = []
        if !fits(name, 100) { records += Self.record("path", name) }
        var (type, size, target) = (UInt8(ascii: "0"), 0, "")
        switch kind {
        case .file(let bytes): size = bytes
        case .folder: type = UInt8(ascii: "5")
        case .link(let text): (type, target) = (UInt8(ascii: "2"), text)
        }
        if !fits(target, 100) { records += Self.record("linkpath", target) }
        if size > Self.octalMax { records += Self.record("size", String(size)) }
        let own = Self.block(
            name: Array(name.utf8),
            size: min(size, Self.octalMax),
            type: type,
            target: Array(target.utf8),
            seconds: max(0, Int(modifiedAt.milliseconds / 1000))
        )
        guard !records.isEmpty else { return own }
        let extended = Self.block(name: Array("pax".utf8), size: records.count, type: UInt8(ascii: "x"))
        return extended + records + Self.padding(after: records.count) + own
    }

    private func fits(_ text: String, _ count: Int) -> Bool {
        text.utf8.count <= count && text.utf8.allSatisfy { $0 < 0x80 }
    }

    /// The largest number of eleven octal digits.
    private static let octalMax = 0o77_777_777_777

    /// `length key=value`, where the length counts itself.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while String(length).utf8.count + rest.utf8.count != length {
            length = String(length).utf8.count + rest.utf8.count
        }
        return Array((String(length) + rest).utf8)
    }

    private static func block(
        name: [UInt8],
        size: Int,
        type: UInt8,
        target: [UInt8] = [],
        seconds: Int = 0
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Collection<UInt8>, at offset: Int, _ count: Int) {
            for (index, byte) in bytes.prefix(count).enumerated() { block[offset + index] = byte }
        }
        func put(octal number: Int, at offset: Int, digits: Int) {
            let text = String(number, radix: 8)
            put((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8, at: offset, digits)
        }
        put(name, at: 0, 100)
        put(octal: type == UInt8(ascii: "5") ? 0o755 : 0o644, at: 100, digits: 7)
        put(octal: 0, at: 108, digits: 7)
        put(octal: 0, at: 116, digits: 7)
        put(octal: size, at: 124, digits: 11)
        put(octal: min(seconds, octalMax), at: 136, digits: 11)
        put("        ".utf8, at: 148, 8)
        block[156] = type
        put(target, at: 157, 100)
        put("ustar\u{0}00".utf8, at: 257, 8)
        put(octal: block.reduce(0) { $0 + Int($1) }, at: 148, digits: 6)
        block[154] = 0
        return block
    }
}
