import CZlib

/// Unpacks what was packed with deflate, up to a bound.
enum Inflation {
    /// What stands around the packed bytes. Source: RFC 1951, RFC 1952.
    enum Format: Sendable {
        /// Nothing, as in a zip file.
        case raw
        /// The headers and checksums of gzip; several members follow each other as one.
        case gzip

        fileprivate var windowBits: Int32 { self == .raw ? -MAX_WBITS : MAX_WBITS + 16 }
    }

    /// Why something cannot be unpacked.
    enum Problem: Error, Hashable {
        /// The bytes end too early or are no such format.
        case damaged
        /// There is more in it than is allowed.
        case tooLarge
    }

    /// Unpacks bytes.
    /// - Parameter bytesMax: unpacking stops as soon as there is more than this.
    static func inflate(_ packed: ArraySlice<UInt8>, _ format: Format, bytesMax: Int) throws -> [UInt8] {
        var stream = z_stream()
        // zlib keeps the address of the stream, so it must not move.
        return try withUnsafeMutablePointer(to: &stream) { stream in
            let size = Int32(MemoryLayout<z_stream>.size)
            guard inflateInit2_(stream, format.windowBits, ZLIB_VERSION, size) == Z_OK else {
                throw Problem.damaged
            }
            defer { inflateEnd(stream) }
            return try packed.withUnsafeBufferPointer { input in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                return try unpack(stream, format, bytesMax)
            }
        }
    }

    private static func unpack(
        _ stream: UnsafeMutablePointer<z_stream>,
        _ format: Format,
        _ bytesMax: Int
    ) throws -> [UInt8] {
        var unpacked: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let (status, count) = chunk.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (status, output.count - Int(stream.pointee.avail_out))
            }
            guard unpacked.count + count <= bytesMax else { throw Problem.tooLarge }
            unpacked.append(contentsOf: chunk.prefix(count))
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                if format == .raw || stream.pointee.avail_in == 0 { return unpacked }
                guard inflateReset(stream) == Z_OK else { throw Problem.damaged }
            default: throw Problem.damaged
            }
        }
    }

    /// The checksum that zip files keep of their members.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
    }
}
