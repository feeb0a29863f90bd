import Crypto
import Foundation
import Model
import Wire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a tar archive to a file, piece by piece, and remembers the digests of what it wrote.
struct TarWriter: ~Copyable {
    /// Where it is written.
    let path: String
    /// Files written so far.
    private(set) var entries: [BackupEntry] = []
    /// Bytes written so far.
    private(set) var bytes = 0
    private let descriptor: Int32

    /// Begins an archive in a new file that only its owner may read, or in what a writer that was killed has left.
    /// - Throws: ``PlatformError`` if it cannot be written, or somebody else is writing it.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileTree.failure("write", path, errno) }
        guard FileLock.take(descriptor) else {
            close(descriptor)
            throw PlatformError(.unavailable, "Another backup is being written to \(path); wait for its end.")
        }
        guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else {
            let problem = errno
            close(descriptor)
            throw FileTree.failure("write", path, problem)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Adds a file from memory; it does not go into the list.
    mutating func add(_ content: [UInt8], as name: String, at time: Instant) throws {
        try write(TarHeader(path: name, kind: .file(size: content.count), modifiedAt: time).bytes)
        try write(content)
        try write(TarHeader.padding(after: content.count))
    }

    /// Adds a folder, which may be empty.
    mutating func addFolder(_ name: String, at time: Instant) throws {
        try write(TarHeader(path: name, kind: .folder, modifiedAt: time).bytes)
    }

    /// Adds a link.
    mutating func addLink(_ name: String, to target: String, at time: Instant) throws {
        try write(TarHeader(path: name, kind: .link(to: target), modifiedAt: time).bytes)
    }

    /// Adds a file of the disk as it is now; what is appended while it is read is left out.
    /// - Returns: whether it was still there.
    /// - Throws: ``PlatformError`` if it cannot be read, or became shorter meanwhile.
    mutating func addFile(_ source: String, as name: String) throws -> Bool {
        let file = open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file < 0, errno == ENOENT { return false }
        guard file >= 0 else { throw FileTree.failure("read", source, errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw FileTree.failure("read", source, errno) }
        let size = Int(status.st_size)
        let time = Instant(milliseconds: Int64(status.st_mtim.tv_sec) * 1000)
        try write(TarHeader(path: name, kind: .file(size: size), modifiedAt: time).bytes)
        var hash = SHA256()
        var left = size
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while left > 0 {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, min($0.count, left)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw PlatformError(
                    .aborted,
                    "\(source) became shorter while it was read; try again when nothing writes to it."
                )
            }
            hash.update(data: buffer[..<count])
            try write(buffer[..<count])
            left -= count
        }
        try write(TarHeader.padding(after: size))
        entries.append(
            BackupEntry(
                path: name,
                size: size,
                mode: Int(status.st_mode & 0o777),
                digest: hash.finalize().hexadecimal
            )
        )
        return true
    }

    /// Ends the archive and sees it onto the disk.
    mutating func finish() throws {
        try write(TarHeader.end)
        guard fsync(descriptor) == 0 else { throw FileTree.failure("write", path, errno) }
    }

    private mutating func write(_ content: some Collection<UInt8>) throws {
        let done: Void? = try content.withContiguousStorageIfAvailable {
            try Self.write($0, descriptor, path)
        }
        if done == nil { try Array(content).withUnsafeBufferPointer { try Self.write($0, descriptor, path) } }
        bytes += content.count
    }

    private static func write(_ buffer: UnsafeBufferPointer<UInt8>, _ descriptor: Int32, _ path: String)
        throws
    {
        var offset = 0
        while offset < buffer.count {
            let count = systemWrite(
                descriptor,
                buffer.baseAddress?.advanced(by: offset),
                buffer.count - offset
            )
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileTree.failure("write", path, errno) }
            offset += count
        }
    }
}

/// The system call, which the writer's own methods hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
