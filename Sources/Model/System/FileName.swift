/// Makes names from outside usable as one component of a path.
package enum FileName {
    /// Bytes of a safe name at most; file systems take 255, and drivers append a little.
    package static let bytesMax = 200

    /// A name that no file system reads as anything but one plain file name.
    ///
    /// Bytes outside `A-Z a-z 0-9 _ -` are written `%XX`, the empty name is `%`, and a name longer than
    /// ``bytesMax`` is cut and ends in a digest of the whole, so that different names stay different.
    /// - Parameter keeping: further ASCII characters to leave as they are; a dot in front is never left.
    package static func safe(_ name: String, keeping: String = "") -> String {
        // Bytes, because appending to a string costs several times as much, and names are asked for with each step.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            let isDotInFront = byte == UInt8(ascii: ".") && bytes.isEmpty
            if isPlain(byte) || (keeping.utf8.contains(byte) && !isDotInFront) {
                bytes.append(byte)
            } else {
                bytes += (byte < 16 ? "%0" : "%").utf8
                bytes += String(byte, radix: 16, uppercase: true).utf8
            }
        }
        if bytes.isEmpty { return "%" }
        let result = String(decoding: bytes, as: UTF8.self)
        guard result.utf8.count > bytesMax else { return result }
        return result.prefix(bytesMax - 17) + "-" + digest(result)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// 16 hexadecimal digits. Source: FNV-1a, 64 bits.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
