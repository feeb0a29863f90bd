import Model

/// The files of a tar archive. Source: POSIX.1-2017 pax interchange format; GNU tar for long names.
struct TarArchive {
    /// One file.
    struct Member: Hashable {
        /// Its path; nothing is ever written there.
        let name: String
        /// Its bytes.
        let contents: ArraySlice<UInt8>
    }

    /// The ordinary files in order.
    let members: [Member]

    /// Reads an archive.
    /// - Throws: `invalidArgument` when it is damaged or has more than ``Limits/archiveMembersMax`` entries.
    init(_ bytes: [UInt8]) throws {
        var members: [Member] = []
        var position = 0
        var entries = 0
        var longName: String?
        while position + Self.block <= bytes.count {
            let header = bytes[position..<(position + Self.block)]
            if header.allSatisfy({ $0 == 0 }) { break }
            guard Self.checksumFits(header) else { throw Self.damaged("a header is broken") }
            entries += 1
            guard entries <= Limits.archiveMembersMax else {
                throw PlatformError.invalid(
                    "it has more than the \(Limits.archiveMembersMax) entries that are allowed"
                )
            }
            let kind = Character(Unicode.Scalar(bytes[position + 156]))
            // Links and devices have no content, whatever their size says.
            let count = ("1"..."6").contains(kind) ? 0 : try Self.octal(header, 124, 12)
            let start = position + Self.block
            guard count <= bytes.count - start else { throw Self.damaged("it ends too early") }
            let contents = bytes[start..<(start + count)]
            switch kind {
            case "L": longName = Self.text(contents)
            case "x": longName = Self.path(inAttributes: contents) ?? longName
            case "0", "7", "\0":
                members.append(Member(name: longName ?? Self.name(header), contents: contents))
                longName = nil
            default: longName = kind == "g" ? longName : nil
            }
            position = start + (count + Self.block - 1) / Self.block * Self.block
        }
        self.members = members
    }

    private static let block = 512

    /// The sum of all bytes, those of the sum itself taken as blanks.
    private static func checksumFits(_ header: ArraySlice<UInt8>) -> Bool {
        let start = header.startIndex
        let sum = header.enumerated().reduce(0) { sum, byte in
            sum + ((148..<156).contains(byte.offset) ? 0x20 : Int(byte.element))
        }
        return Int(text(header[(start + 148)..<(start + 156)]).filter(\.isNumber), radix: 8) == sum
    }

    private static func octal(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) throws -> Int {
        let start = header.startIndex + offset
        let digits = text(header[start..<(start + count)]).filter { !$0.isWhitespace }
        guard let number = digits.isEmpty ? 0 : Int(digits, radix: 8), number >= 0 else {
            throw damaged("a size is no number")
        }
        return number
    }

    private static func name(_ header: ArraySlice<UInt8>) -> String {
        let start = header.startIndex
        let name = text(header[start..<(start + 100)])
        guard text(header[(start + 257)..<(start + 263)]) == "ustar" else { return name }
        let prefix = text(header[(start + 345)..<(start + 500)])
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    /// Up to the first zero byte.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Lines such as `30 path=folder/pipeline.yaml`, each with its own length.
    private static func path(inAttributes bytes: ArraySlice<UInt8>) -> String? {
        for line in bytes.split(separator: 10) {
            guard let blank = line.firstIndex(of: 0x20) else { continue }
            let attribute = String(decoding: line[(blank + 1)...], as: UTF8.self)
            if attribute.hasPrefix("path=") { return String(attribute.dropFirst("path=".count)) }
        }
        return nil
    }

    private static func damaged(_ how: String) -> PlatformError {
        .invalid("the tar archive is damaged: \(how)")
    }
}
