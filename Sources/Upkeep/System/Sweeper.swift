import ArtifactDrivers
import Artifacts
package import Model
import PipelineIR
import PodDrivers
import Store
import StoreDrivers

/// What is in a data directory and belongs to nothing in its database.
package struct Orphan: Hashable, Sendable {
    /// What it is.
    package enum Kind: String, Hashable, Sendable {
        /// What a deleted run has written, but for artifacts that others refer to.
        case artifacts
        /// Logs and files of a deleted run's steps.
        case pods
        /// The workspace of a deleted run.
        case workspace
    }

    /// What it is.
    package let kind: Kind
    /// Whose it was.
    package let runID: RunID
    /// Absolute path.
    package let path: String
    /// Bytes in its files.
    package let bytes: Int
}

/// Finds and removes what belongs to nothing. It writes nothing to the database and is safe beside a server.
///
/// A run's row is there before any of its files, so files are looked for first and rows afterwards. What a server may
/// be about to refer to again is younger than the grace period.
package struct Sweeper {
    private let layout: DataLayout
    private let grace: Duration
    private let now: Instant
    private let database: SQLiteFile
    private let store: FilesArtifacts
    private let pods: LocalPodTraces

    /// Looks at a data directory.
    /// - Parameter grace: what was written or deleted less long ago stays.
    /// - Throws: ``PlatformError`` if it cannot be used, or has not the schema of this build.
    package init(_ layout: DataLayout, grace: Duration, now: Instant) throws {
        self.layout = layout
        self.grace = grace
        self.now = now
        database = try SQLiteFile(existingIn: layout)
        try database.requireCurrentSchema()
        store = try FilesArtifacts(root: layout.artifacts)
        pods = LocalPodTraces(root: layout.pods, volumesRoot: layout.volumes)
    }

    /// What could be removed, sorted by path.
    /// - Throws: ``PlatformError`` if something cannot be read.
    package func find() async throws -> [Orphan] {
        var found: [Orphan] = []
        for folder in try store.runFolders() where try isGone(folder.runID) {
            guard try isOld(folder.path, of: folder.runID) else { continue }
            let kept = try database.read { try $0.artifactURIs(around: folder.path) }
            let bytes = try await store.removable(folder.path, keeping: kept)
            guard kept.isEmpty || bytes > 0 else { continue }
            found.append(
                Orphan(kind: .artifacts, runID: folder.runID, path: folder.path, bytes: bytes)
            )
        }
        for run in try pods.runs() where try isGone(run) {
            guard try !pods.isLive(run) else { continue }
            found += try orphan(.pods, run, pods.folder(of: run))
        }
        for name in try pods.volumes() {
            guard let run = Workspace.run(ofVolume: name), try isGone(run) else { continue }
            found += try orphan(.workspace, run, pods.folder(ofVolume: name))
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Removes one, unless a run has come to need it since.
    /// - Returns: bytes removed.
    /// - Throws: ``PlatformError`` naming what cannot be removed.
    package func remove(_ orphan: Orphan) async throws -> Int {
        guard try isGone(orphan.runID) else { return 0 }
        if orphan.kind == .artifacts {
            let kept = try database.read { try $0.artifactURIs(around: orphan.path) }
            return try await store.remove(orphan.path, keeping: kept)
        }
        if try pods.isLive(orphan.runID) { return 0 }
        try FileTree.remove(orphan.path)
        return orphan.bytes
    }

    private func orphan(_ kind: Orphan.Kind, _ run: RunID, _ path: String) throws -> [Orphan] {
        guard let size = try FileTree.measure(path), size.latest + grace <= now else { return [] }
        return [Orphan(kind: kind, runID: run, path: path, bytes: size.bytes)]
    }

    private func isGone(_ run: RunID) throws -> Bool {
        try database.read { try $0.revision(of: run) } == nil
    }

    /// The time of its deletion counts, where it is known.
    private func isOld(_ path: String, of run: RunID) throws -> Bool {
        if let removed = try database.read({ try $0.removedRun(run) }) { return removed.since + grace <= now }
        return try FileTree.measure(path).map { $0.latest + grace <= now } ?? false
    }
}

extension SQLiteFile {
    /// The database of a data directory.
    /// - Throws: ``PlatformError`` with `notFound` if there is none.
    init(existingIn layout: DataLayout) throws {
        guard FileTree.entry(layout.database) != nil else {
            throw PlatformError(
                .notFound,
                "There is no database at \(layout.database). Name the data directory of a server with --data-dir."
            )
        }
        try self.init(path: layout.database)
    }

    /// - Throws: ``PlatformError`` with `failedPrecondition` for a database of another version of Martlet.
    func requireCurrentSchema() throws {
        let found = try schemaNumber()
        let known = Migration.all.count
        guard found != known else { return }
        throw PlatformError(
            .failedPrecondition,
            found > known
                ? "The database \(path) has schema \(found), but this build knows schemas up to \(known) only: use the newer Martlet."
                : "The database \(path) has schema \(found); this build needs \(known). Start the server once, which brings it up to date."
        )
    }

    /// The number of its schema; 0 for a database that never was a server's.
    func schemaNumber() throws -> Int {
        try read { connection in
            let tables = try connection.query(
                "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'",
                []
            )
            return tables.isEmpty ? 0 : try connection.schemaNumber()
        }
    }
}
