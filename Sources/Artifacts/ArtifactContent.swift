package import Model

/// A file of a store, opened for reading. What was opened stays the same file, whatever takes its place.
package protocol ArtifactFile: Sendable {
    /// Bytes in it when it was opened.
    var size: Int { get }
    /// When it was last written.
    var modifiedAt: Instant { get }

    /// Reads from a byte offset on; fewer bytes than asked for only at the end.
    /// - Throws: ``PlatformError`` if reading fails.
    func read(from offset: Int, bytesMax: Int) async throws -> [UInt8]
}

/// What is at a place in a store.
package enum ArtifactContent: Sendable {
    case file(any ArtifactFile)
    /// The entries, sorted by name byte by byte; what leads out of the artifact is left out.
    case folder([ArtifactEntry])
}
