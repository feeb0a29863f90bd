import Artifacts
import FoundationEssentials
package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What one run has in the store.
package struct RunFolder: Hashable, Sendable {
    /// Whose it is.
    package let runID: RunID
    /// Its absolute path.
    package let path: String
}

extension FilesArtifacts {
    /// See ``ArtifactStore/remove(_:keeping:)``. A link goes, and what it leads to stays.
    @concurrent
    package func remove(_ place: String, keeping uris: [String]) async throws -> Int {
        guard isInside(place) else {
            throw PlatformError.invalid(
                "'\(place)' is not below the artifact folder \(root); nothing was removed."
            )
        }
        return try Removal(keeping: uris, isDry: false).remove(place)
    }

    /// Bytes that ``remove(_:keeping:)`` would remove.
    @concurrent
    package func removable(_ place: String, keeping uris: [String]) async throws -> Int {
        try Removal(keeping: uris, isDry: true).remove(place)
    }

    /// Every run that has a folder, by path.
    /// - Throws: ``PlatformError`` if a folder cannot be read.
    package func runFolders() throws -> [RunFolder] {
        try Self.folders(in: root).flatMap { pipeline in
            try Self.folders(in: root + "/" + pipeline).map { run in
                RunFolder(runID: RunID(run), path: "\(root)/\(pipeline)/\(run)")
            }
        }
    }

    private static func folders(in path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted().filter { name in
                var status = stat()
                return lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
        } catch {
            throw PlatformError(
                .failedPrecondition,
                "Cannot read the folder \(path). Check its permissions.",
                cause: String(describing: error)
            )
        }
    }
}

/// Removes a tree but for some places in it.
private struct Removal {
    let keeping: [String]
    /// Whether it only counts.
    let isDry: Bool

    /// Bytes removed; somebody else may be removing the same.
    func remove(_ path: String) throws -> Int {
        if keeping.contains(where: { FilesArtifacts.isWithin(path, $0) }) { return 0 }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return 0 }
            throw FilesArtifacts.failure("remove", path, errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            try check(isDry ? 0 : unlink(path), path)
            return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        }
        // A program may have taken its own folders' permissions away.
        if !isDry, status.st_mode & S_IRWXU != S_IRWXU { chmod(path, status.st_mode | S_IRWXU) }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            guard access(path, F_OK) == 0 else { return 0 }
            throw PlatformError(
                .failedPrecondition,
                "Cannot remove \(path). Check who owns the files in it.",
                cause: String(describing: error)
            )
        }
        var bytes = 0
        for name in names { bytes += try remove(path + "/" + name) }
        if !isDry, rmdir(path) != 0, ![ENOENT, ENOTEMPTY, EEXIST].contains(errno) {
            throw FilesArtifacts.failure("remove", path, errno)
        }
        return bytes
    }

    private func check(_ result: Int32, _ path: String) throws {
        if result != 0, errno != ENOENT { throw FilesArtifacts.failure("remove", path, errno) }
    }
}
