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

/// Something that was looked at.
package struct Finding: Hashable, Sendable {
    /// How it is.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case good = "GOOD"
        /// It was not, and now it is.
        case mended = "MENDED"
        /// A person should know.
        case warning = "WARNING"
        /// Something is broken or lost.
        case bad = "BAD"
    }

    /// How it is.
    package let state: State
    /// What was looked at, in a word or two.
    package let subject: String
    /// What was found, and what to do about it.
    package let message: String

    /// Makes a finding.
    package init(_ state: State, _ subject: String, _ message: String) {
        self.state = state
        self.subject = subject
        self.message = message
    }
}

/// Looks through a data directory and mends what can be mended without losing anything.
package struct Doctor {
    let layout: DataLayout
    let now: Instant
    /// Whether it may change anything; no server may be running then.
    let mends: Bool

    /// Names a data directory.
    /// - Parameter mends: whether to mend what is safe to; then nobody else may use the directory.
    package init(_ layout: DataLayout, mends: Bool, now: Instant) {
        self.layout = layout
        self.mends = mends
        self.now = now
    }

    /// Looks at everything; what cannot be looked at is a finding, too.
    package func examine() async -> [Finding] {
        var findings = [disk()] + folders()
        // Everything in it would look as if it were not there.
        guard access(layout.root, X_OK) == 0 else { return findings }
        if Restore(layout).isInterrupted {
            findings.append(
                Finding(
                    .bad,
                    "restore",
                    "A restore was interrupted; run martlet restore again with the same backup."
                )
            )
        }
        guard let entry = FileTree.entry(layout.database), entry.kind != .file(size: 0) else {
            findings.append(missingDatabase())
            return findings
        }
        let (integrity, isCurrent) = await integrity()
        findings += integrity
        guard isCurrent else { return findings }
        do {
            let database = try SQLiteFile(path: layout.database)
            findings += examined("references") { try references(in: database) }
            findings += examined("lineage") { try lineage(in: database) }
            findings += examined("counts") { try counts(in: database) }
            if mends { findings += examined("search") { try search(in: database) } }
            findings += examined("runs") { [try runs(in: database)] }
            findings += examined("artifacts") { try artifacts(of: database) }
        } catch {
            findings.append(Finding(.bad, "database", error.sentence))
            return findings
        }
        do {
            findings.append(try await orphans())
        } catch {
            findings.append(Finding(.warning, "orphans", error.sentence))
        }
        return findings
    }

    private func examined(_ subject: String, _ look: () throws -> [Finding]) -> [Finding] {
        do {
            return try look()
        } catch {
            return [Finding(.bad, subject, error.sentence)]
        }
    }

    // MARK: - Disk

    private func disk() -> Finding {
        let room: DiskRoom
        do { room = try layout.room() } catch { return Finding(.bad, "disk", error.sentence) }
        guard access(layout.root, W_OK | X_OK) == 0 else {
            return Finding(.bad, "disk", FileTree.failure("write to", layout.root, errno).message)
        }
        let text = "\(byteText(room.free)) are free on the disk of \(layout.root)"
        if room.isScarce {
            return Finding(.warning, "disk", text + ": make room, or sweep, or keep fewer runs.")
        }
        return Finding(.good, "disk", text + ".")
    }

    /// What would keep a server from starting.
    private func folders() -> [Finding] {
        if access(layout.database, F_OK) == 0, access(layout.database, R_OK | W_OK) != 0 {
            return [Finding(.bad, "database", FileTree.failure("write to", layout.database, errno).message)]
        }
        let all = [layout.artifacts, layout.pods, layout.objects, layout.volumes, layout.environments]
        return all.compactMap { path in
            guard FileTree.entry(path) != nil else { return nil }
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                let what =
                    "\(path) is not a folder: put it back, or move away what is there, and the server makes an empty one."
                return Finding(.bad, "folders", what)
            }
            guard access(path, R_OK | W_OK | X_OK) != 0 else { return nil }
            return Finding(.bad, "folders", FileTree.failure("use", path, errno).message)
        }
    }

    private func missingDatabase() -> Finding {
        let runs = ((try? FileTree.names(in: layout.pods)) ?? []).count { !$0.hasPrefix(".") }
        if runs == 0 {
            return Finding(.warning, "database", "There is none yet; the first start of a server makes it.")
        }
        let what = FileTree.entry(layout.database) == nil ? "missing" : "empty"
        return Finding(
            .bad,
            "database",
            "\(layout.database) is \(what), but there are files of \(runs) runs: put it back, or restore a backup."
        )
    }

    // MARK: - Database

    /// Of a file that can be read.
    func schema(of database: SQLiteFile) throws -> Finding {
        let (found, known) = (try database.schemaNumber(), Migration.all.count)
        if found == known {
            return Finding(.good, "schema", "The database has schema \(found), as this build.")
        }
        if found == 0 {
            return Finding(.bad, "schema", "\(database.path) is not the database of a Martlet server.")
        }
        return Finding(
            found > known ? .bad : .warning,
            "schema",
            found > known
                ? "The database has schema \(found), and this build knows schemas up to \(known): use the newer Martlet."
                : "The database has schema \(found); the next start of the server brings it to \(known)."
        )
    }

    private func references(in database: SQLiteFile) throws -> [Finding] {
        let dangling = try database.danglingRows()
        guard !dangling.isEmpty else {
            return [Finding(.good, "references", "Every row refers to rows that exist.")]
        }
        if mends {
            let count = try database.write { try $0.deleteRowsOfMissingRuns() }
            if try database.danglingRows().isEmpty {
                return [
                    Finding(.mended, "references", "\(count) rows of runs that do not exist were deleted.")
                ]
            }
        }
        let text = dangling.map { "\($0.count) of \($0.table) to \($0.missing)" }.joined(separator: ", ")
        return [
            Finding(
                .bad,
                "references",
                "Rows refer to rows that do not exist: \(text)."
                    + (mends ? "" : " --repair deletes those of missing runs.")
            )
        ]
    }

    /// Artifacts whose runs are gone: retries of older versions left them when they forgot what a step had written.
    private func lineage(in database: SQLiteFile) throws -> [Finding] {
        let count = try database.read { try $0.countArtifactsWithoutEdges() }
        guard count > 0 else { return [] }
        // Of artifacts that were saved from a damaged database, only the lineage may be lost.
        if FileTree.entry(layout.database + ".damaged-1") != nil {
            let what =
                "\(count) artifacts are listed of which no run is known any more. They are kept as long as \(layout.database).damaged-1 is."
            return [Finding(.warning, "lineage", what)]
        }
        guard mends else {
            let what = "\(count) artifacts are listed that no run has read or written. --repair deletes them."
            return [Finding(.warning, "lineage", what)]
        }
        let deleted = try database.write { try $0.deleteArtifactsWithoutEdges() }
        let what =
            "\(deleted) artifacts that no run has read or written were deleted; their files go with a sweep."
        return [Finding(.mended, "lineage", what)]
    }

    private func counts(in database: SQLiteFile) throws -> [Finding] {
        let wrong = try database.read { try $0.miscounts() }
        guard !wrong.isEmpty else { return [] }
        let text = wrong.map { "\($0.table) \($0.remembered) instead of \($0.found)" }.joined(separator: ", ")
        guard mends else {
            return [Finding(.warning, "counts", "Lists tell wrong totals: \(text). --repair counts again.")]
        }
        try database.write { connection in
            for (table, _, _) in wrong { try connection.recount(table) }
        }
        return [Finding(.mended, "counts", "Lists told wrong totals: \(text).")]
    }

    private func search(in database: SQLiteFile) throws -> [Finding] {
        guard try database.mendSearch() else { return [] }
        return [
            Finding(
                .mended,
                "search",
                "The search for runs by name did not agree with them and was made anew."
            )
        ]
    }

    private func runs(in database: SQLiteFile) throws -> Finding {
        let (count, problems) = try database.read { connection in
            (try connection.count(of: "runs"), try connection.contradictions(limit: 5))
        }
        if problems.isEmpty {
            return Finding(.good, "runs", "The rows of \(count) runs agree with each other.")
        }
        let text = problems.map { "\($0.run) \($0.problem)" }.joined(separator: "; ")
        return Finding(
            .bad,
            "runs",
            "Rows contradict each other: \(text). Delete these runs, or restore a backup."
        )
    }
}
