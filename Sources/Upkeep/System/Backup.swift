import Foundation
package import Model
import PodDrivers
import Pods
import Store
import StoreDrivers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes all that matters in a data directory to one file, while a server may be using it.
///
/// The database is copied as it is at one moment; then follow the artifacts it refers to, which no longer change once
/// they are in it, the logs of attempts that are over in it, and secrets and config maps. Volumes and environments are
/// not in a backup: the first may change at any time, the others are built when they are needed.
package struct Backup {
    private let layout: DataLayout
    private let version: String
    private let now: Instant

    /// What is in a backup.
    package struct Summary: Hashable, Sendable {
        /// Runs in the database.
        package var runs = 0
        /// Files of all kinds.
        package var files = 0
        /// Bytes of the backup.
        package var bytes = 0
        /// Places of artifacts of which nothing is there any more.
        package var missing: [String] = []
    }

    /// Names a data directory.
    /// - Parameter version: of this program.
    package init(_ layout: DataLayout, version: String, now: Instant) {
        self.layout = layout
        self.version = version
        self.now = now
    }

    /// Writes the backup. Its file appears when it is complete and on the disk; until then it has `.partial` in its name,
    /// and what a killed backup has left is overwritten by the next one.
    /// - Parameters:
    ///   - file: absolute path.
    ///   - replacing: whether a file that is there may be replaced.
    /// - Throws: ``PlatformError``; then there is no new file, and an old one stays.
    package func write(to file: String, replacing: Bool) throws -> Summary {
        guard replacing || FileTree.entry(file) == nil else {
            throw PlatformError(
                .alreadyExists,
                "There is a file \(file) already; choose another, or add --force."
            )
        }
        let original = try SQLiteFile(existingIn: layout)
        let found = try original.schemaNumber()
        guard (1...Migration.all.count).contains(found) else {
            throw PlatformError(
                .failedPrecondition,
                found == 0
                    ? "\(layout.database) is not the database of a Martlet server."
                    : "The database has schema \(found), but this build knows schemas up to \(Migration.all.count) only: use the newer Martlet."
            )
        }
        let partial = file + ".partial"
        var writer = try TarWriter(path: partial)
        let snapshotPath = partial + ".db"
        var isComplete = false
        defer {
            unlink(snapshotPath)
            if !isComplete { unlink(partial) }
        }
        try FileTree.remove(snapshotPath)
        try original.copy(to: snapshotPath)
        let snapshot = try SQLiteFile(path: snapshotPath)

        let header = BackupHeader(
            schema: found,
            artifactsRoot: try resolved(layout.artifacts),
            createdAt: now,
            version: version
        )
        try writer.add(header.json.jsonBytes, as: BackupHeader.name, at: now)
        var summary = Summary(runs: try snapshot.read { try $0.count(of: "runs") })
        _ = try writer.addFile(snapshotPath, as: "martlet.db")
        summary.missing = try addArtifacts(of: snapshot, root: header.artifactsRoot, to: &writer)
        try addLogs(of: snapshot, to: &writer)
        try addTree(layout.objects, as: "objects", to: &writer)
        let list = writer.entries.map { $0.json.jsonText + "\n" }.joined()
        try writer.add(Array(list.utf8), as: BackupEntry.listName, at: now)
        try writer.finish()
        try FileTree.move(partial, to: file)
        isComplete = true
        summary.files = writer.entries.count
        summary.bytes = writer.bytes
        return summary
    }

    /// - Returns: places of which nothing is there.
    private func addArtifacts(
        of snapshot: SQLiteFile,
        root: String,
        to writer: inout TarWriter
    ) throws -> [String] {
        var missing: [String] = []
        var last: String?
        for uri in try snapshot.read({ try $0.artifactPlaces() }) {
            let path = uri.hasPrefix("file://") ? String(uri.dropFirst(7)) : uri
            guard path.hasPrefix(root + "/"), !path.split(separator: "/").contains("..") else { continue }
            // An artifact within another one, which is in the archive already.
            if let last, path == last || path.hasPrefix(last + "/") { continue }
            guard FileTree.entry(path) != nil else {
                missing.append(uri)
                continue
            }
            try addTree(path, as: "artifacts" + path.dropFirst(root.count), to: &writer)
            last = path
        }
        return missing
    }

    private func addLogs(of snapshot: SQLiteFile, to writer: inout TarWriter) throws {
        let traces = LocalPodTraces(root: layout.pods, volumesRoot: layout.volumes)
        for attempt in try snapshot.read({ try $0.endedAttempts() }) {
            let name = PodName(runID: attempt.run, path: attempt.path, attempt: attempt.number)
            let (folder, names) = try traces.kept(of: name)
            for name in names {
                try addTree(
                    "\(folder)/\(name)",
                    as: "pods\(folder.dropFirst(layout.pods.count))/\(name)",
                    to: &writer
                )
            }
        }
    }

    private func addTree(_ top: String, as name: String, to writer: inout TarWriter) throws {
        for entry in try FileTree.entries(top) {
            let path = entry.path.isEmpty ? top : top + "/" + entry.path
            let target = entry.path.isEmpty ? name : name + "/" + entry.path
            switch entry.kind {
            case .file: _ = try writer.addFile(path, as: target)
            case .folder: try writer.addFolder(target, at: entry.modifiedAt)
            case .link:
                // What cannot be read as a link is gone, or something else by now.
                guard let text = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
                    continue
                }
                try writer.addLink(target, to: text, at: entry.modifiedAt)
            case .other: continue
            }
        }
    }

    /// Artifacts are recorded with their real place.
    private func resolved(_ path: String) throws -> String {
        guard let real = realpath(path, nil) else {
            if errno == ENOENT { return path }
            throw FileTree.failure("find", path, errno)
        }
        defer { free(real) }
        return String(cString: real)
    }
}
