import Foundation
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a tar archive from a file, entry by entry. Source: POSIX.1-2017 pax interchange format.
struct TarReader: ~Copyable {
    /// One entry.
    struct Entry: Hashable {
        /// What it is.
        enum Kind: Hashable {
            case file(size: Int)
            case folder
            case link(to: String)
        }

        /// Path in the archive.
        var path: String
        /// What it is.
        var kind: Kind
    }

    private let path: String
    private let descriptor: Int32
    /// Bytes of the current entry that were not read yet, and the zeros that fill up its last block.
    private var left = 0
    private var padding = 0

    /// Opens an archive.
    /// - Throws: ``PlatformError`` if it cannot be read.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTree.failure("read", path, errno) }
    }

    deinit {
        close(descriptor)
    }

    /// The next entry, or `nil` at the end; what was not read of the one before is passed over.
    /// - Throws: ``PlatformError`` with `invalidArgument` for an archive that is damaged or ends too early.
    mutating func next() throws -> Entry? {
        var attributes: [String: String] = [:]
        while true {
            while left > 0 { _ = try read(upTo: 1 << 18) }
            _ = try take(padding)
            padding = 0
            let block = try take(512)
            if block.allSatisfy({ $0 == 0 }) { return nil }
            try check(block)
            let size = try attributes["size"].map { Int($0) ?? -1 } ?? octal(block, 124, 12)
            guard size >= 0 else { throw damaged("a size is no number") }
            switch block[156] {
            case UInt8(ascii: "x"):
                // Only names and sizes stand there.
                guard size <= 1 << 20 else { throw damaged("a header is too large") }
                attributes = try Self.attributes(try take(size))
                _ = try take((512 - size % 512) % 512)
            case UInt8(ascii: "5"):
                return Entry(path: name(block, attributes), kind: .folder)
            case UInt8(ascii: "2"):
                let target = attributes["linkpath"] ?? Self.text(block[157..<257])
                return Entry(path: name(block, attributes), kind: .link(to: target))
            case UInt8(ascii: "0"), 0:
                left = size
                padding = (512 - size % 512) % 512
                return Entry(path: name(block, attributes), kind: .file(size: size))
            default: throw damaged("an entry is neither a file nor a folder nor a link")
            }
        }
    }

    /// More of the current entry's content; empty at its end.
    /// - Throws: as ``next()`` does.
    mutating func read(upTo bytesMax: Int) throws -> [UInt8] {
        let content = try take(min(left, bytesMax))
        left -= content.count
        return content
    }

    private func take(_ count: Int) throws -> [UInt8] {
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = systemRead(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { problem = errno }
                if got <= 0 { return }
                filled += got
            }
        }
        guard problem == 0 else { throw FileTree.failure("read", path, problem) }
        guard bytes.count == count else { throw damaged("it ends too early") }
        return bytes
    }

    private func check(_ block: [UInt8]) throws {
        let sum = block.enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
        }
        guard try octal(block, 148, 8) == sum else { throw damaged("a header is broken") }
    }

    private func octal(_ block: [UInt8], _ offset: Int, _ count: Int) throws -> Int {
        let digits = Self.text(block[offset..<(offset + count)]).filter { !$0.isWhitespace }
        guard let number = digits.isEmpty ? 0 : Int(digits, radix: 8) else {
            throw damaged("a size is no number")
        }
        return number
    }

    private func name(_ block: [UInt8], _ attributes: [String: String]) -> String {
        let name = attributes["path"] ?? Self.text(block[0..<100])
        return name.hasSuffix("/") ? String(name.dropLast()) : name
    }

    /// Lines such as `30 path=folder/file`, each with its own length, so that values may have line ends.
    private static func attributes(_ bytes: [UInt8]) throws -> [String: String] {
        var found: [String: String] = [:]
        var rest = bytes[...]
        while let blank = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
            length > blank - rest.startIndex + 1, length <= rest.count
        {
            let line = rest[(blank + 1)..<(rest.startIndex + length - 1)]
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                let key = String(decoding: line[..<equals], as: UTF8.self)
                found[key] = String(decoding: line[(equals + 1)...], as: UTF8.self)
            }
            rest = rest.dropFirst(length)
        }
        return found
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    func damaged(_ how: String) -> PlatformError {
        .invalid("The backup \(path) is damaged: \(how). Use another one.")
    }
}

/// The system call, which the reader's own method hides.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
