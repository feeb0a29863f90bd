/// A row as it lies in a file of SQLite: values one after the other, and before them what kind each is.
///
/// Source: SQLite file format, https://www.sqlite.org/fileformat2.html#record_format.
struct SQLiteRecord: Hashable, Sendable {
    /// A value that was read; text is valid UTF-8.
    enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
        case blob([UInt8])
    }

    /// In the order of the file.
    let values: [Value]

    /// Reads a record; `nil` if the bytes are none, as where they were overwritten.
    init?(_ bytes: [UInt8]) {
        guard let (headerSize, begin) = Self.variable(bytes[...]), headerSize <= bytes.count else {
            return nil
        }
        let end = Int(headerSize)
        guard end >= begin else { return nil }
        var kinds: [Int64] = []
        var offset = begin
        while offset < end {
            guard let (kind, length) = Self.variable(bytes[offset..<end]) else { return nil }
            kinds.append(kind)
            offset += length
        }
        var values: [Value] = []
        values.reserveCapacity(kinds.count)
        for kind in kinds {
            guard let size = Self.size(of: kind), size <= bytes.count - offset,
                let value = Self.value(of: kind, bytes[offset..<offset + size])
            else { return nil }
            values.append(value)
            offset += size
        }
        guard offset == bytes.count else { return nil }
        self.values = values
    }

    /// A number of one to nine bytes, and how many; `nil` if the bytes end before it does.
    static func variable(_ bytes: ArraySlice<UInt8>) -> (value: Int64, length: Int)? {
        var value: UInt64 = 0
        for (index, byte) in bytes.prefix(9).enumerated() {
            if index == 8 { return (Int64(bitPattern: value << 8 | UInt64(byte)), 9) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 { return (Int64(bitPattern: value), index + 1) }
        }
        return nil
    }

    private static func size(of kind: Int64) -> Int? {
        switch kind {
        case 0, 8, 9: 0
        case 1...4: Int(kind)
        case 5: 6
        case 6, 7: 8
        case 12...(1 << 40): Int((kind - 12) / 2)
        default: nil
        }
    }

    private static func value(of kind: Int64, _ bytes: ArraySlice<UInt8>) -> Value? {
        switch kind {
        case 0: return .null
        case 1...6: return .integer(integer(bytes))
        case 7: return .real(Double(bitPattern: UInt64(bitPattern: integer(bytes))))
        case 8, 9: return .integer(kind - 8)
        case _ where kind % 2 == 0: return .blob(Array(bytes))
        default: return String(validating: bytes, as: UTF8.self).map { .text($0) }
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
        let isNegative = (bytes.first ?? 0) & 0x80 != 0
        return bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }
}
