package import Model

/// Goes through everything in a folder of an artifact, each folder before what is in it, by name.
///
/// One folder's names are in memory for each level, and one file is open at a time.
package struct EntryWalk: Sendable {
    /// A place on the way.
    package struct Stop: Sendable {
        /// The names from the folder on.
        package var path: [String]
        /// What is there.
        package var entry: ArtifactEntry
        /// Its content, for a file.
        package var file: StoredFile?
    }

    private var waiting: [(path: [String], entry: ArtifactEntry)]
    private let open: @Sendable ([String]) async throws -> StoredContent?

    init(
        entries: [ArtifactEntry],
        open: @escaping @Sendable ([String]) async throws -> StoredContent?
    ) {
        waiting = entries.reversed().map { ([$0.name], $0) }
        self.open = open
    }

    /// The next place; `nil` at the end.
    /// - Throws: ``PlatformError`` with `notFound` for what disappeared meanwhile.
    package mutating func next() async throws -> Stop? {
        guard let (path, entry) = waiting.popLast() else { return nil }
        if case .link = entry.kind { return Stop(path: path, entry: entry) }
        switch try await open(path) {
        case .file(let file)?: return Stop(path: path, entry: entry, file: file)
        case .folder(let entries)?:
            waiting += entries.reversed().map { (path + [$0.name], $0) }
            return Stop(path: path, entry: entry)
        case nil: return Stop(path: path, entry: entry)
        }
    }
}
