import Crypto
import Foundation
package import Model
import Store
import StoreDrivers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Fills a data directory from a backup.
///
/// Everything is unpacked and verified in a folder of its own first, and moved to its place at the end, the database
/// last. A restore that was interrupted is seen by that folder, and can be run again.
package struct Restore {
    private let layout: DataLayout

    /// What was restored.
    package struct Summary: Hashable, Sendable {
        /// Runs in the database.
        package var runs = 0
        /// Files of all kinds.
        package var files = 0
        /// When the backup was made.
        package var createdAt = Instant.epoch
        /// Where what was there before has been moved; `nil` if nothing was.
        package var setAside: String?
    }

    /// Names a data directory, which exists and is used by nobody else.
    package init(_ layout: DataLayout) {
        self.layout = layout
    }

    /// Whether a restore into this directory was begun and not completed, so that no server should start on it.
    package var isInterrupted: Bool {
        FileTree.entry(layout.restoring) != nil
            && (FileTree.entry(layout.database) == nil
                || FileTree.entry(layout.restoring + "/martlet.db") != nil)
    }

    /// Restores a backup.
    /// - Parameters:
    ///   - file: path of the backup.
    ///   - replacing: whether a directory that is in use may be taken; what is in it is moved aside, not deleted.
    /// - Throws: ``PlatformError``; unless moving into place itself failed, nothing was changed then.
    package func restore(_ file: String, replacing: Bool) throws -> Summary {
        let present = try occupied()
        guard replacing || present.isEmpty || isInterrupted else {
            throw PlatformError(
                .failedPrecondition,
                "The data directory \(layout.root) is not empty (\(present.joined(separator: ", "))): restore into an "
                    + "empty one, or add --force, which moves aside what is there."
            )
        }
        try FileTree.remove(layout.restoring)
        try FileTree.makeFolder(layout.restoring)
        var summary: Summary
        do {
            summary = try unpack(file)
        } catch {
            try FileTree.remove(layout.restoring)
            throw error
        }
        summary.setAside = try moveAside(present)
        for name in DataLayout.kept where FileTree.entry(layout.restoring + "/" + name) != nil {
            try FileTree.move(layout.restoring + "/" + name, to: layout.root + "/" + name)
        }
        try FileTree.remove(layout.restoring)
        return summary
    }

    /// What is there that a restore would replace.
    private func occupied() throws -> [String] {
        (DataLayout.kept + ["volumes"]).reversed().flatMap { name in
            name == "martlet.db" ? [name, "martlet.db-wal", "martlet.db-shm"] : [name]
        }.filter { name in
            guard let entry = FileTree.entry(layout.root + "/" + name) else { return false }
            guard entry.kind == .folder else { return true }
            return (try? FileTree.names(in: layout.root + "/" + name).isEmpty) != true
        }
    }

    /// The database goes first, so that no server starts on a half.
    private func moveAside(_ names: [String]) throws -> String? {
        // Empty folders stand in the way of those that come.
        for name in DataLayout.kept where !names.contains(name) { rmdir(layout.root + "/" + name) }
        guard !names.isEmpty else { return nil }
        var number = 1
        while FileTree.entry("\(layout.root)/before-restore-\(number)") != nil { number += 1 }
        let aside = "\(layout.root)/before-restore-\(number)"
        try FileTree.makeFolder(aside)
        let databaseFirst =
            names.filter { $0.hasPrefix("martlet.db") } + names.filter { !$0.hasPrefix("martlet.db") }
        for name in databaseFirst { try FileTree.move("\(layout.root)/\(name)", to: "\(aside)/\(name)") }
        return aside
    }

    private func unpack(_ file: String) throws -> Summary {
        var reader = try TarReader(path: file)
        guard let first = try? reader.next(), first.path == BackupHeader.name else {
            throw BackupHeader.notABackup(file)
        }
        let header = try BackupHeader(try reader.read(upTo: 1 << 16), file: file)
        guard header.schema <= Migration.all.count else {
            throw PlatformError(
                .failedPrecondition,
                "The backup \(file) has schema \(header.schema), but this build knows schemas up to "
                    + "\(Migration.all.count) only: use the newer Martlet (it was made by \(header.version))."
            )
        }
        var found: [String: BackupEntry] = [:]
        var links: [(path: String, target: String)] = []
        var list: [BackupEntry]?
        while let entry = try reader.next() {
            if entry.path == BackupEntry.listName {
                list = try Self.list(&reader)
                continue
            }
            let target = try place(entry.path, reader)
            switch entry.kind {
            case .folder: try FileTree.makeFolder(target)
            case .link(let text): links.append((entry.path, text))
            case .file:
                let digest = try write(&reader, to: target)
                if case .file(let size) = entry.kind {
                    found[entry.path] = BackupEntry(path: entry.path, size: size, mode: 0, digest: digest)
                }
            }
        }
        guard let list else { throw reader.damaged("the list of its files is missing") }
        try verify(list, found, reader)
        // After all files, so that none is written through a link.
        for (path, target) in links { try makeLink(path, to: target, reader) }
        return try finishDatabase(header, file, files: list.count)
    }

    private static func list(_ reader: inout TarReader) throws -> [BackupEntry] {
        var text: [UInt8] = []
        while case let bytes = try reader.read(upTo: 1 << 20), !bytes.isEmpty { text += bytes }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        return try lines.map { line in
            guard let entry = BackupEntry(line: line) else {
                throw reader.damaged("its list of files cannot be read")
            }
            return entry
        }
    }

    /// Where an entry goes.
    private func place(_ path: String, _ reader: borrowing TarReader) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, DataLayout.kept.contains(String(first)),
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !path.utf8.contains(0)
        else { throw reader.damaged("it has a file '\(path.prefix(80))', which no backup has") }
        return layout.restoring + "/" + path
    }

    private func write(_ reader: inout TarReader, to target: String) throws -> String {
        if let slash = target.lastIndex(of: "/") { try FileTree.makeFolder(String(target[..<slash])) }
        let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileTree.failure("write", target, errno) }
        defer { close(file) }
        var hash = SHA256()
        while case let bytes = try reader.read(upTo: 1 << 18), !bytes.isEmpty {
            hash.update(data: bytes)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw FileTree.failure("write", target, errno) }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(file) == 0 else { throw FileTree.failure("write", target, errno) }
        return hash.finalize().hexadecimal
    }

    private func verify(_ list: [BackupEntry], _ found: [String: BackupEntry], _ reader: borrowing TarReader)
        throws
    {
        guard Set(list.map(\.path)) == Set(found.keys) else {
            throw reader.damaged("its files are not those of its list")
        }
        for entry in list {
            guard let other = found[entry.path], other.size == entry.size, other.digest == entry.digest else {
                throw reader.damaged("\(entry.path) is not what was backed up")
            }
            chmod(layout.restoring + "/" + entry.path, mode_t(entry.mode & 0o777))
        }
    }

    /// A link may lead to another file of its own run, and nowhere else.
    private func makeLink(_ path: String, to target: String, _ reader: borrowing TarReader) throws {
        let link = try place(path, reader)
        var depth = path.split(separator: "/").count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            // Below artifacts, pipeline and run.
            if depth < 3 { return }
        }
        guard !target.hasPrefix("/"), path.hasPrefix("artifacts/") else { return }
        if let slash = link.lastIndex(of: "/") { try FileTree.makeFolder(String(link[..<slash])) }
        guard symlink(target, link) == 0 else { throw FileTree.failure("write", link, errno) }
    }

    /// Checks the database and tells it where the artifacts are now.
    private func finishDatabase(_ header: BackupHeader, _ file: String, files: Int) throws -> Summary {
        let path = layout.restoring + "/martlet.db"
        guard FileTree.entry(path) != nil else {
            throw PlatformError.invalid("The backup \(file) is damaged: it has no database. Use another one.")
        }
        let database = try SQLiteFile(path: path)
        let damage = try database.damage(limit: 3)
        guard damage.isEmpty, try database.schemaNumber() == header.schema else {
            throw PlatformError.invalid(
                "The backup \(file) is damaged: its database is not sound (\(damage.joined(separator: "; "))). "
                    + "Use another one."
            )
        }
        let root = try realPath(of: layout.root) + "/artifacts"
        if root != header.artifactsRoot {
            _ = try database.write { try $0.moveArtifacts(from: header.artifactsRoot, to: root) }
        }
        return Summary(
            runs: try database.read { try $0.count(of: "runs") },
            files: files,
            createdAt: header.createdAt
        )
    }

    private func realPath(of path: String) throws -> String {
        guard let real = realpath(path, nil) else { throw FileTree.failure("find", path, errno) }
        defer { free(real) }
        return String(cString: real)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
