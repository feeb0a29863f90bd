import Artifacts
package import Model

/// What is at an artifact's place.
package enum StoredContent: Sendable {
    case file(StoredFile)
    /// The entries by name.
    case folder([ArtifactEntry])
}

/// A file of the artifact store, open for reading for as long as somebody holds it.
package struct StoredFile: Sendable {
    let file: any ArtifactFile

    /// Bytes in it.
    package var size: Int { file.size }
    /// When it was last written.
    package var modifiedAt: Instant { file.modifiedAt }

    /// Reads from a byte offset on; fewer bytes than asked for only at the end.
    /// - Throws: ``PlatformError`` if reading fails.
    package func read(from offset: Int, bytesMax: Int) async throws -> [UInt8] {
        try await file.read(from: offset, bytesMax: bytesMax)
    }

    /// A range of it in pieces.
    package func pieces(_ range: Range<Int>) -> FilePieces { FilePieces(file: self, range: range) }

    /// All of it in pieces.
    package var pieces: FilePieces { pieces(0..<size) }
}

/// A range of a file in pieces of ``Limits/streamChunkBytes``.
package struct FilePieces: Sendable {
    fileprivate let file: StoredFile
    fileprivate var range: Range<Int>

    /// The next piece; `nil` at the end.
    /// - Throws: ``PlatformError`` with `aborted` if the file became shorter meanwhile.
    package mutating func next() async throws -> [UInt8]? {
        guard !range.isEmpty else { return nil }
        let bytes = try await file.read(
            from: range.lowerBound,
            bytesMax: min(Limits.streamChunkBytes, range.count)
        )
        guard !bytes.isEmpty else {
            throw PlatformError(.aborted, "The file became shorter while it was read.")
        }
        range = range.lowerBound + bytes.count..<range.upperBound
        return bytes
    }
}
