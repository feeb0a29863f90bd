import Artifacts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FilesArtifacts {
    /// See ``ArtifactStore/digest(of:bytesMax:)``. A link counts as what it names, as long as that is inside.
    @concurrent
    package func digest(of uri: String, bytesMax: Int) async throws -> String? {
        guard isInside(uri), access(uri, F_OK) == 0 else { return nil }
        let path = try Self.resolved(uri)
        guard Self.isWithin(path, root) else { return nil }
        return try ContentDigest(bytesMax: bytesMax).digest(of: path)
    }

    /// See ``ArtifactStore/exists(_:)``. Paths outside of the store are seen as well.
    @concurrent
    package func exists(_ uri: String) async throws -> Bool {
        guard Self.isPlain(uri) else { return true }
        if access(uri, F_OK) == 0 { return true }
        let problem = errno
        if [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(problem) { return false }
        guard isInside(uri) else { return true }
        throw Self.failure("find", uri, problem)
    }

    func isInside(_ uri: String) -> Bool { Self.isPlain(uri) && uri.hasPrefix(root + "/") }
}
