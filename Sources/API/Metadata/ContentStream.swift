import Model
import Services
import Wire

/// An artifact's bytes in pieces, a folder as a tar archive in which it is one folder.
///
/// Links that lead out of the folder are not in the archive.
struct ContentStream: Sendable {
    private enum Place: Sendable {
        case file(FilePieces)
        /// Between two entries.
        case folder
        /// In an entry's content, which is filled up with zeros.
        case entry(FilePieces, padding: [UInt8])
        case end
    }

    private let top: String
    private var walk: EntryWalk
    private var place: Place
    /// What comes before anything else.
    private var first: [UInt8]?

    init(_ opened: ArtifactService.Opened, _ service: ArtifactService) {
        top = opened.fileName
        walk = service.entries(of: opened)
        switch opened.content {
        case .file(let file): place = .file(file.pieces)
        case .folder:
            first = TarHeader(path: top, kind: .folder, modifiedAt: opened.artifact.createdAt).bytes
            place = .folder
        }
    }

    /// The next piece; `nil` at the end.
    /// - Throws: ``PlatformError`` if something cannot be read any more.
    mutating func next() async throws -> [UInt8]? {
        if let first {
            self.first = nil
            return first
        }
        switch place {
        case .end: return nil
        case .file(var pieces):
            let bytes = try await pieces.next()
            place = bytes == nil ? .end : .file(pieces)
            return bytes
        case .folder: return try await nextEntry()
        case .entry(var pieces, let padding):
            if let bytes = try await pieces.next() {
                place = .entry(pieces, padding: padding)
                return bytes
            }
            place = .folder
            return padding.isEmpty ? try await nextEntry() : padding
        }
    }

    private mutating func nextEntry() async throws -> [UInt8] {
        guard let stop = try await walk.next() else {
            place = .end
            return TarHeader.end
        }
        let kind: TarHeader.Kind
        switch stop.entry.kind {
        case .folder: kind = .folder
        case .link(let target): kind = .link(to: target)
        case .file:
            // What it was listed with may be out of date by now.
            let size = stop.file?.size ?? 0
            kind = .file(size: size)
            if let file = stop.file { place = .entry(file.pieces, padding: TarHeader.padding(after: size)) }
        }
        return TarHeader(
            path: ([top] + stop.path).joined(separator: "/"),
            kind: kind,
            modifiedAt: stop.entry.modifiedAt
        ).bytes
    }
}
