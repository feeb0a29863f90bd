import Foundation
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder that holds everything a server knows; one server at a time.
///
/// The lock belongs to the process: when the process dies, however, the lock is gone.
struct DataDirectory: ~Copyable {
    /// Absolute path.
    let path: String
    private let lock: Int32

    /// Makes the folder if need be, readable by its owner only, and takes the lock.
    /// - Throws: ``PlatformError`` when the folder cannot be used or another server uses it.
    init(_ given: String) throws {
        let url = URL(fileURLWithPath: given).standardizedFileURL
        do {
            try FileManager.default.createDirectory(
                at: url,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw PlatformError(
                .failedPrecondition,
                "The data directory \(url.path) cannot be made: \(error.localizedDescription) Choose another with --data-dir."
            )
        }
        lock = try Self.lock(url.path)
        path = url.path
    }

    private static func lock(_ path: String) throws -> Int32 {
        let file = path + "/lock"
        let lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw PlatformError(
                .failedPrecondition,
                "The data directory \(path) cannot be written: \(String(cString: strerror(errno))). Choose another with --data-dir."
            )
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let owner = (try? String(contentsOfFile: file, encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            close(lock)
            throw PlatformError(
                .failedPrecondition,
                "Another Martlet server\(owner.map { " (process \($0))" } ?? "") uses the data directory \(path). "
                    + "Stop it, or choose another with --data-dir."
            )
        }
        let pid = Array("\(getpid())\n".utf8)
        // The number is for people only; the lock itself does not depend on it.
        if ftruncate(lock, 0) != 0 || pwrite(lock, pid, pid.count, 0) != pid.count {
            let problem = String(cString: strerror(errno))
            close(lock)
            throw PlatformError(
                .resourceExhausted,
                "The data directory \(path) cannot be written: \(problem)."
            )
        }
        return lock
    }

    deinit {
        close(lock)
    }
}
