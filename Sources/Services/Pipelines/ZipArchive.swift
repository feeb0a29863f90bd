import Model

/// The members of a zip file, by its central directory. Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.4.
struct ZipArchive {
    /// One file.
    struct Member: Hashable {
        /// Its path; nothing is ever written there.
        let name: String
        fileprivate let isEncrypted: Bool
        fileprivate let method: Int
        fileprivate let checksum: UInt32
        fileprivate let packedCount: Int
        fileprivate let offset: Int
    }

    /// The files in the directory's order; folders are left out.
    let members: [Member]
    private let bytes: [UInt8]

    /// Whether the bytes say that they are a zip file, perhaps an empty one.
    static func isZip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: endSignature)
    }

    /// Reads the directory.
    /// - Throws: `invalidArgument` when it is damaged or has more than ``Limits/archiveMembersMax`` entries.
    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        guard let end = Self.end(of: bytes) else { throw Self.damaged("it has no directory") }
        let count = try Self.number(bytes, end + 10, 2)
        guard count <= Limits.archiveMembersMax else {
            throw PlatformError.invalid(
                "it has \(count) entries; at most \(Limits.archiveMembersMax) are allowed"
            )
        }
        var members: [Member] = []
        var position = try Self.number(bytes, end + 16, 4)
        for _ in 0..<count {
            guard try Self.number(bytes, position, 4) == 0x0201_4B50 else {
                throw Self.damaged("its directory is broken")
            }
            let nameCount = try Self.number(bytes, position + 28, 2)
            let name = String(decoding: try Self.slice(bytes, position + 46, nameCount), as: UTF8.self)
            if !name.hasSuffix("/") {
                members.append(
                    Member(
                        name: name,
                        isEncrypted: try Self.number(bytes, position + 8, 2) & 1 == 1,
                        method: try Self.number(bytes, position + 10, 2),
                        checksum: UInt32(try Self.number(bytes, position + 16, 4)),
                        packedCount: try Self.number(bytes, position + 20, 4),
                        offset: try Self.number(bytes, position + 42, 4)
                    )
                )
            }
            let extraCount = try Self.number(bytes, position + 30, 2)
            position += 46 + nameCount + extraCount + (try Self.number(bytes, position + 32, 2))
        }
        self.members = members
    }

    /// Unpacks a file.
    /// - Throws: `invalidArgument` when it is damaged, encrypted or packed in an unusual way; `tooLarge`.
    func contents(of member: Member) throws -> [UInt8] {
        if member.isEncrypted { throw PlatformError.invalid("\(member.name) is encrypted") }
        guard try Self.number(bytes, member.offset, 4) == 0x0403_4B50 else {
            throw Self.damaged("\(member.name) is not where the directory says")
        }
        let start =
            member.offset + 30 + (try Self.number(bytes, member.offset + 26, 2))
            + (try Self.number(bytes, member.offset + 28, 2))
        let packed = try Self.slice(bytes, start, member.packedCount)
        let contents: [UInt8]
        switch member.method {
        case 0: contents = Array(packed)
        case 8: contents = try Inflation.inflate(packed, .raw, bytesMax: Limits.uploadBytesMax)
        default:
            throw PlatformError.invalid(
                "\(member.name) is packed with method \(member.method); only deflate and none are read"
            )
        }
        guard Inflation.checksum(contents) == member.checksum else {
            throw Self.damaged("the checksum of \(member.name) is wrong")
        }
        return contents
    }

    private static let endSignature: [UInt8] = [0x50, 0x4B, 5, 6]

    /// The end record is found from behind, because a comment of up to 65,535 bytes may follow it.
    private static func end(of bytes: [UInt8]) -> Int? {
        let first = max(0, bytes.count - 22 - 0xFFFF)
        return stride(from: bytes.count - 22, through: first, by: -1).first { position in
            bytes[position...].starts(with: endSignature)
                && Int(bytes[position + 20]) + Int(bytes[position + 21]) << 8 == bytes.count - position - 22
        }
    }

    private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) throws -> Int {
        try slice(bytes, position, count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func slice(_ bytes: [UInt8], _ position: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        guard position >= 0, position + count <= bytes.count else { throw damaged("it ends too early") }
        return bytes[position..<(position + count)]
    }

    private static func damaged(_ how: String) -> PlatformError {
        .invalid("the zip file is damaged: \(how)")
    }
}
