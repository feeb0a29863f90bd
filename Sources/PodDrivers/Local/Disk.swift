import CProcesses
import FoundationEssentials
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few things local pods do to files, with errors that name the file.
///
/// Everything is private to the user: folders 0700, files 0600.
enum Disk {
    /// Creates a folder and those above it; one that exists is fine.
    /// - Throws: ``PlatformError`` naming the folder.
    static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        let problem = errno
        if problem == EEXIST, isFolder(path) { return }
        guard problem == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("create the folder", path, problem)
        }
        try makeFolder(String(path[..<slash]))
        // Somebody else may have made it meanwhile.
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("create the folder", path, errno) }
    }

    /// Writes a whole file in one step: a reader sees the old one or the new one.
    /// - Throws: ``PlatformError`` naming the file.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = path + ".new"
        do {
            try fill(temporary, with: bytes)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw failure("write to the file", path, errno) }
    }

    /// Gives a file, which is made if it is missing, new contents; a reader may see some of them.
    /// - Throws: ``PlatformError`` naming the file.
    static func fill(_ path: String, with bytes: [UInt8]) throws {
        // Not emptied first: ext4 writes what was emptied and filled again to the disk at once.
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("create the file", path, errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { platformWrite(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let problem = errno
                close(file)
                throw failure("write to the file", path, problem)
            }
            rest = rest.dropFirst(count)
        }
        var status = stat()
        guard fstat(file, &status) == 0,
            status.st_size <= bytes.count || ftruncate(file, off_t(bytes.count)) == 0
        else {
            let problem = errno
            close(file)
            throw failure("write to the file", path, problem)
        }
        guard close(file) == 0 else { throw failure("write to the file", path, errno) }
    }

    /// Empties a file that looks as we make them and has no other name; `false` if that cannot be done.
    static func emptyPlainFile(_ path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode == S_IFREG | 0o600 && status.st_nlink == 1
            && ftruncate(file, 0) == 0
    }

    /// Removes a file or a folder with all that is in it, whatever a program has made of it; `false`, and `errno` says why,
    /// if something is left of it or if there was nothing.
    @discardableResult
    static func remove(_ path: String) -> Bool { martlet_remove(path) == 0 }

    /// Whether the disk that a path is on takes anything at all: new files, and a megabyte in them.
    static func hasRoom(_ path: String) -> Bool {
        var status = statvfs()
        // A disk that does not tell is not known to be full.
        guard statvfs(path, &status) == 0 else { return true }
        let bytes = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        // Some file systems count no files, and say that there are none.
        return (bytes.overflow || bytes.partialValue >= 1 << 20)
            && (status.f_files == 0 || status.f_favail > 0)
    }

    /// Creates a file, whole or not at all; `false` if there is one.
    /// - Throws: ``PlatformError`` naming the file.
    static func create(_ path: String, with bytes: [UInt8]) throws -> Bool {
        let temporary = path + ".new"
        defer { unlink(temporary) }
        try fill(temporary, with: bytes)
        if link(temporary, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw failure("create the file", path, errno)
    }

    /// Reads at most `bytesMax` bytes from an offset on; `nil` if there is no such file.
    /// - Throws: ``PlatformError`` if it cannot be read, as a folder cannot.
    static func read(_ path: String, from offset: Int = 0, bytesMax: Int) throws -> [UInt8]? {
        // Without waiting, so that a pipe a program left in place of a file cannot hold us up.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("read", path, errno)
        }
        defer { close(file) }
        return try read(file, at: path, from: offset, bytesMax: bytesMax)
    }

    /// The same of a file that is open.
    /// - Parameter path: what errors call it.
    static func read(
        _ file: Int32,
        at path: String,
        from offset: Int = 0,
        bytesMax: Int
    ) throws -> [UInt8] {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("read", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
            throw PlatformError(
                .failedPrecondition,
                "Cannot read \(path): it is \(kind); a file was expected."
            )
        }
        let available = max(0, min(Int(status.st_size) - offset, bytesMax))
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: available) { buffer, filled in
            while filled < available {
                let count = pread(
                    file,
                    buffer.baseAddress?.advanced(by: filled),
                    available - filled,
                    off_t(offset + filled)
                )
                if count < 0, errno == EINTR { continue }
                if count < 0 { problem = errno }
                if count <= 0 { return }
                filled += count
            }
        }
        guard problem == 0 else { throw failure("read", path, problem) }
        return bytes
    }

    /// Bytes in a file; `nil` if it is not there or not a regular file.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// When a file was last written; `nil` if it is not there.
    static func writtenAt(_ path: String) -> Instant? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Whether there is anything of that name.
    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether there is a folder of that name.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is a file that may be executed.
    static func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0
    }

    /// What could not be done to which path, and why.
    static func failure(_ action: String, _ path: String, _ problem: Int32) -> PlatformError {
        let text = "Cannot \(action) \(path): \(message(of: problem))."
        if mayPass(problem) { return PlatformError(.resourceExhausted, text, retry: .after(.seconds(1))) }
        return PlatformError(
            problem == EACCES || problem == EPERM ? .permissionDenied : .failedPrecondition,
            text
        )
    }

    /// The same of what Foundation could not do.
    static func failure(_ message: String, _ error: any Error) -> PlatformError {
        let cause = String(describing: error)
        if isShortage(error) {
            return PlatformError(.resourceExhausted, message, cause: cause, retry: .after(.seconds(1)))
        }
        return PlatformError(.failedPrecondition, message, cause: cause)
    }

    /// Whether the system has too little of something, which comes back. A disk that cannot be written to is mounted so by
    /// somebody, or by the system after an error, and again otherwise.
    private static func mayPass(_ problem: Int32) -> Bool {
        [ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, ENOMEM, EAGAIN].contains(problem)
    }

    private static func isShortage(_ error: any Error) -> Bool {
        if let error = error as? POSIXError { return mayPass(error.code.rawValue) }
        guard let error = error as? CocoaError else { return false }
        if error.code == .fileWriteOutOfSpace { return true }
        return error.underlying.map { isShortage($0) } ?? false
    }

    /// The system's own words for an error number.
    static func message(of problem: Int32) -> String {
        guard let text = strerror(problem) else { return "error \(problem)" }
        return String(cString: text)
    }
}

/// `Disk.write` hides the system call of the same name.
private func platformWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
