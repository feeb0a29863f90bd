package import Artifacts
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FilesArtifacts {
    /// See ``ArtifactStore/open(_:path:)``. Links are followed as long as they stay inside of the artifact.
    @concurrent
    package func open(_ uri: String, path: [String]) async throws -> ArtifactContent {
        guard isInside(uri) else { throw notOurs(uri) }
        guard path.allSatisfy(Self.isFileName) else {
            throw PlatformError.invalid("'\(path.joined(separator: "/"))' is not a path within an artifact.")
        }
        let top = try Self.found(uri, gone: "Nothing is at \(uri) any more; it was moved or removed.")
        guard top.hasPrefix(root + "/") else { throw notOurs(uri) }
        let missing = "The artifact has no '\(path.joined(separator: "/"))'."
        let place = try Self.found(([top] + path).joined(separator: "/"), gone: missing)
        guard Self.isWithin(place, top) else { throw PlatformError(.notFound, missing) }
        let descriptor = try openWithoutLinks(place, gone: missing)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let problem = errno
            close(descriptor)
            throw Self.failure("read", place, problem)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(OpenFile(descriptor, status, path: place))
        case S_IFDIR: return .folder(try Self.entries(of: descriptor, at: place, within: top))
        default:
            close(descriptor)
            throw PlatformError(.notFound, "\(uri) is neither a file nor a folder, so there is no content.")
        }
    }

    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == 0x2F }
    }

    private func notOurs(_ uri: String) -> PlatformError {
        if Self.isPlain(uri) {
            return PlatformError(
                .notFound,
                "The server hands out what runs have written, not '\(uri)', which is another place on its machine."
            )
        }
        return PlatformError(
            .notFound,
            "The server does not have the bytes of '\(uri)'; fetch them from there."
        )
    }

    /// A path without links in it.
    private static func found(_ path: String, gone: String) throws -> String {
        guard let real = realpath(path, nil) else {
            if [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(errno) {
                throw PlatformError(.notFound, gone)
            }
            throw failure("find", path, errno)
        }
        defer { free(real) }
        return String(cString: real)
    }

    /// Opens step by step from the store's folder on, so that a link that takes a folder's place just now is not
    /// followed either.
    private func openWithoutLinks(_ path: String, gone: String) throws -> Int32 {
        var descriptor = Self.openFile(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", root, errno) }
        let names = path.dropFirst(root.count).split(separator: "/")
        for (index, name) in names.enumerated() {
            // Not blocking, in case it is a pipe.
            let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
            let next = openat(descriptor, String(name), index < names.count - 1 ? flags | O_DIRECTORY : flags)
            let problem = errno
            close(descriptor)
            guard next >= 0 else {
                if [ENOENT, ENOTDIR, ELOOP, ENXIO].contains(problem) { throw PlatformError(.notFound, gone) }
                throw Self.failure("open", path, problem)
            }
            descriptor = next
        }
        return descriptor
    }

    /// What is in an open folder; takes over the descriptor.
    private static func entries(of descriptor: Int32, at path: String, within top: String) throws
        -> [ArtifactEntry]
    {
        guard let folder = fdopendir(descriptor) else {
            let problem = errno
            close(descriptor)
            throw failure("read", path, problem)
        }
        defer { closedir(folder) }
        var entries: [ArtifactEntry] = []
        while let found = readdir(folder) {
            guard let name = name(of: found), name != ".", name != ".." else { continue }
            guard entries.count < Limits.folderEntriesMax else {
                throw PlatformError(
                    .tooLarge,
                    "The folder has more than the \(Limits.folderEntriesMax) entries that are listed; "
                        + "fetch its files by their paths."
                )
            }
            if let entry = entry(name, in: descriptor, at: path, within: top) { entries.append(entry) }
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// A name that is not UTF-8 cannot be asked for, so it is not shown.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        // Not through the tuple of 256 characters, of which the system need not have allocated all.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        return String(
            validatingCString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
        )
    }

    private static func entry(
        _ name: String,
        in folder: Int32,
        at path: String,
        within top: String
    ) -> ArtifactEntry? {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let kind: ArtifactEntry.Kind
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file(size: Int(status.st_size))
        case S_IFDIR: kind = .folder
        case S_IFLNK:
            var text = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlinkat(folder, name, &text, text.count)
            let bytes = text.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
            guard let target = String(validating: bytes, as: UTF8.self), !target.hasPrefix("/"),
                let real = try? found(path + "/" + name, gone: ""), isWithin(real, top)
            else { return nil }
            kind = .link(to: target)
        default: return nil
        }
        return ArtifactEntry(name: name, kind: kind, modifiedAt: Instant(lastWritten: status))
    }

    /// The system call, which ``open(_:path:)`` hides.
    private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags)
        #elseif canImport(Musl)
            Musl.open(path, flags)
        #else
            Darwin.open(path, flags)
        #endif
    }
}
