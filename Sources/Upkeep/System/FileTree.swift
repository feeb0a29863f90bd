import Foundation
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A look at files without following links.
enum FileTree {
    /// What a file, folder or link is.
    enum Kind: Hashable {
        case file(size: Int)
        case folder
        case link
        case other
    }

    /// One thing in a tree.
    struct Entry: Hashable {
        /// Path from the tree's top; empty for the top itself.
        let path: String
        /// What it is.
        let kind: Kind
        /// Permission bits.
        let mode: Int
        /// When it was last written.
        let modifiedAt: Instant
    }

    /// What is at a path; `nil` for nothing.
    /// - Parameter name: the entry's path.
    static func entry(_ path: String, named name: String = "") -> Entry? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file(size: Int(status.st_size))
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Entry(
            path: name,
            kind: kind,
            mode: Int(status.st_mode & 0o7777),
            modifiedAt: Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        )
    }

    /// Everything at a path and below it, folders before what is in them, sorted; what goes away meanwhile is left out.
    /// - Throws: ``PlatformError`` if a folder cannot be read.
    static func entries(_ top: String) throws -> [Entry] {
        guard let first = entry(top) else { return [] }
        var found = [first]
        var open = first.kind == .folder ? [""] : []
        while let folder = open.popLast() {
            let place = folder.isEmpty ? top : top + "/" + folder
            for name in try names(in: place) {
                let path = folder.isEmpty ? name : folder + "/" + name
                guard let entry = entry(top + "/" + path, named: path) else { continue }
                found.append(entry)
                if entry.kind == .folder { open.append(path) }
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Bytes in the files of a tree, and when anything in it was last written; `nil` for nothing.
    /// - Throws: ``PlatformError`` if a folder cannot be read.
    static func measure(_ top: String) throws -> (bytes: Int, latest: Instant)? {
        let entries = try entries(top)
        guard let latest = entries.map(\.modifiedAt).max() else { return nil }
        let bytes = entries.reduce(0) { sum, entry in
            if case .file(let size) = entry.kind { sum + size } else { sum }
        }
        return (bytes, latest)
    }

    /// What is in a folder, sorted; nothing if it is not there.
    /// - Throws: ``PlatformError`` naming the folder.
    static func names(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            guard access(folder, F_OK) == 0 else { return [] }
            throw PlatformError(
                .failedPrecondition,
                "Cannot read the folder \(folder). Check its permissions.",
                cause: String(describing: error)
            )
        }
    }

    /// Removes a tree; one that is not there is fine.
    /// - Throws: ``PlatformError`` naming it.
    static func remove(_ top: String) throws {
        guard entry(top) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: top)
        } catch {
            guard entry(top) != nil else { return }
            throw PlatformError(
                .failedPrecondition,
                "Cannot remove \(top). Check who owns the files in it.",
                cause: String(describing: error)
            )
        }
    }

    /// Makes a folder and those above it.
    /// - Throws: ``PlatformError`` naming it.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw failure("make the folder", path, errno)
        }
    }

    /// Gives a file or folder another place on the same disk.
    /// - Throws: ``PlatformError`` naming it.
    static func move(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else { throw failure("move", source, errno) }
    }

    /// What could not be done to which path, and why.
    static func failure(_ action: String, _ path: String, _ problem: Int32) -> PlatformError {
        let words = strerror(problem).map { String(cString: $0) } ?? "error \(problem)"
        let code: PlatformError.Code =
            switch problem {
            case EACCES, EPERM: .permissionDenied
            case ENOSPC, EDQUOT: .resourceExhausted
            case ENOENT: .notFound
            default: .failedPrecondition
            }
        return PlatformError(code, "Cannot \(action) \(path): \(words).")
    }
}
