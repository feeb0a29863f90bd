import Foundation
import Model
import Upkeep

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
    /// - Parameter isForServing: whether a server is to start on it, which must not begin anew where something is lost.
    /// - Throws: ``PlatformError`` when the folder cannot be used, another server uses it, or its database is gone.
    init(_ given: String, isForServing: Bool) throws {
        let url = URL(fileURLWithPath: given).standardizedFileURL
        try Self.make(url.path)
        let lock = try Self.lock(url.path)
        do {
            if isForServing { try Self.checkNothingIsLost(DataLayout(root: url.path)) }
        } catch {
            close(lock)
            throw error
        }
        self.lock = lock
        path = url.path
    }

    /// Whether a server, or a command that must be alone, uses a directory.
    static func isInUse(_ layout: DataLayout) -> Bool {
        let lock = open(layout.lock, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard lock >= 0 else { return false }
        defer { close(lock) }
        return flock(lock, LOCK_SH | LOCK_NB) != 0
    }

    /// Makes a folder and those above it, with an error that says what stands in the way.
    private static func make(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        let problem = errno
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var status = stat()
        if problem == ENOENT, parent != path {
            try make(parent)
            if mkdir(path, 0o700) == 0 { return }
        } else if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return
        }
        let cause = problem == EEXIST ? "What is there is not a folder" : String(cString: strerror(problem))
        throw PlatformError(
            .failedPrecondition,
            "The data directory \(path) cannot be made: \(cause). Choose another with --data-dir."
        )
    }

    /// A new database beside the files of earlier runs would look as if these had never been.
    private static func checkNothingIsLost(_ layout: DataLayout) throws {
        if Restore(layout).isInterrupted {
            throw PlatformError(
                .failedPrecondition,
                "A restore into \(layout.root) was interrupted: run martlet restore again with the same backup."
            )
        }
        var status = stat()
        let isThere = stat(layout.database, &status) == 0
        // The first write would find out, when the server has said that it is ready.
        if isThere, access(layout.database, R_OK | W_OK) != 0 {
            throw PlatformError(
                .failedPrecondition,
                "The database \(layout.database) cannot be written: \(String(cString: strerror(errno))). "
                    + "Check who owns it and its permissions."
            )
        }
        guard !isThere || status.st_size == 0 else { return }
        // A folder that is not there holds nothing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: layout.pods)) ?? []
        let runs = names.filter { !$0.hasPrefix(".") }
        guard !runs.isEmpty else { return }
        throw PlatformError(
            .failedPrecondition,
            "The database \(layout.database) is \(isThere ? "empty" : "missing"), but there are files of \(runs.count) runs: "
                + "put it back or restore a backup (martlet restore --force); to begin anew, move \(layout.pods) away."
        )
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
        guard FileLock.take(lock) else {
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
