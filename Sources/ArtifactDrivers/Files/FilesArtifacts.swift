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

/// Keeps artifacts as plain files under one folder. A URI is an absolute path, which local programs use in
/// place.
package struct FilesArtifacts: ArtifactStore {
    /// The folder, without links in it, so that paths below it can be compared with it.
    let root: String

    /// Opens the store, making its folder if it is missing.
    /// - Parameter root: an absolute path.
    /// - Throws: ``PlatformError`` if the folder cannot be made.
    package init(root: String) throws {
        guard root.hasPrefix("/") else {
            throw PlatformError.invalid(
                "The artifact folder '\(root)' is not an absolute path; it must start with /."
            )
        }
        try Self.makeFolder(root)
        self.root = try Self.resolved(root)
    }

    /// A folder below the store's own; see ``ArtifactStore/folder(pipelineName:runID:path:attempt:)``.
    package func folder(pipelineName: String, runID: RunID, path: TaskPath, attempt: Int) -> String {
        "\(folder(pipelineName: pipelineName, runID: runID))/\(FileName.safe(path.text, keeping: ".%"))/\(attempt)"
    }

    /// Renames where both are on one file system and copies otherwise; links inside are kept as links. Repeating is
    /// harmless, also after a crash in the middle.
    /// - Throws: ``PlatformError``: `invalidArgument` if the URI is not a place in this store, also when a
    ///   link leads out of it; `notFound` if there is nothing at `source`.
    @concurrent
    package func put(contentsOf source: String, to uri: String) async throws {
        let target = try place(uri)
        var status = stat()
        guard lstat(source, &status) == 0 else {
            guard errno == ENOENT else { throw Self.failure("read", source, errno) }
            guard try Self.isPut(at: target) else { throw PlatformError.notFound("Artifact", source) }
            return
        }
        // Its parent may be a link; only the thing itself counts.
        let origin = try Self.resolvedParent(of: source)
        if origin == target { return }
        guard !Self.isWithin(origin, target), !Self.isWithin(target, origin) else {
            throw PlatformError.invalid("Cannot put \(source) to \(uri): one of them contains the other.")
        }
        // Beside the target, so that it can take the target's place in one step once it is complete.
        let incoming = target + ".incoming"
        try Self.removeTree(incoming)
        if rename(origin, incoming) != 0 {
            guard errno == EXDEV else { throw Self.failure("move", source, errno) }
            do {
                try FileManager.default.copyItem(atPath: origin, toPath: incoming)
            } catch {
                try Self.removeTree(incoming)
                throw Self.failure(
                    "Cannot copy \(source) to \(uri). Check permissions and free space.",
                    error
                )
            }
        }
        try Self.replace(target, with: incoming)
    }

    /// Whether somebody was here before us, who took the source away. What was on its way is complete then.
    private static func isPut(at target: String) throws -> Bool {
        var status = stat()
        let incoming = target + ".incoming"
        if lstat(incoming, &status) == 0 { try replace(target, with: incoming) }
        if lstat(target, &status) == 0 { return true }
        guard errno == ENOENT else { throw failure("find", target, errno) }
        return false
    }

    private static func replace(_ target: String, with incoming: String) throws {
        guard rename(incoming, target) != 0 else { return }
        // A folder does not replace a file, nor a full folder.
        try removeTree(target)
        guard rename(incoming, target) == 0 else { throw failure("write", target, errno) }
    }

    /// A folder below the store's own; see ``ArtifactStore/folder(pipelineName:runID:)``.
    package func folder(pipelineName: String, runID: RunID) -> String {
        "\(root)/\(FileName.safe(pipelineName))/\(FileName.safe(runID.text))"
    }

    /// The path a URI means, with its parent folder made and proven to be inside the store.
    private func place(_ uri: String) throws -> String {
        guard Self.isPlain(uri), let slash = uri.lastIndex(of: "/") else { throw outside(uri) }
        // The deepest folder that exists decides: nothing is made outside of the store.
        var existing = String(uri[..<slash])
        while !existing.isEmpty, access(existing, F_OK) != 0, let above = existing.lastIndex(of: "/") {
            existing = String(existing[..<above])
        }
        let anchor = try Self.resolved(existing.isEmpty ? "/" : existing)
        guard Self.isWithin(anchor, root) else { throw outside(uri) }
        let folder = String(uri[..<slash])
        try Self.makeFolder(folder)
        return try Self.resolved(folder) + String(uri[slash...])
    }

    private func outside(_ uri: String) -> PlatformError {
        .invalid(
            "'\(uri)' is not in this artifact store. Expected an absolute path below \(root), without . or .."
        )
    }

    /// Whether a URI is an absolute path that means what it says.
    static func isPlain(_ uri: String) -> Bool {
        let parts = uri.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return uri.hasPrefix("/") && !uri.utf8.contains(0)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    static func isWithin(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder + "/")
    }

    static func resolved(_ path: String) throws -> String {
        guard let real = realpath(path, nil) else { throw failure("find", path, errno) }
        defer { free(real) }
        return String(cString: real)
    }

    private static func resolvedParent(of path: String) throws -> String {
        guard let slash = path.lastIndex(of: "/") else {
            throw PlatformError.invalid("'\(path)' is not an absolute path.")
        }
        let parent = slash == path.startIndex ? "/" : try resolved(String(path[..<slash]))
        return (parent == "/" ? "" : parent) + path[slash...]
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw failure("Cannot make the folder \(path). Check its permissions and free space.", error)
        }
    }

    private static func removeTree(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw failure("remove", path, errno)
        }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw failure("Cannot remove \(path). Check who owns the files in it.", error)
        }
    }

    static func failure(_ action: String, _ path: String, _ problem: Int32) -> PlatformError {
        let words = strerror(problem).map { String(cString: $0) } ?? "error \(problem)"
        let message = "Cannot \(action) \(path): \(words)."
        if Shortage.mayPass(problem) { return Shortage.failure(message) }
        return PlatformError(problem == EACCES ? .permissionDenied : .failedPrecondition, message)
    }

    /// What Foundation says failed, in our words.
    private static func failure(_ message: String, _ error: any Error) -> PlatformError {
        let cause = String(describing: error)
        if Shortage.isMet(by: error) { return Shortage.failure(message, cause: cause) }
        return PlatformError(.failedPrecondition, message, cause: cause)
    }
}
