import Model
import Store
import StoreDrivers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Doctor {
    /// Whether the database can be read from end to end. Indexes are made anew; for anything worse, a new database is
    /// made of the rows that can still be read.
    /// - Returns: what was found, and whether there is now a database with the schema of this build.
    func integrity() async -> (findings: [Finding], isCurrent: Bool) {
        do {
            let database = try SQLiteFile(path: layout.database)
            let schema = try schema(of: database)
            // A file of somebody else's, or of a newer Martlet: not ours to mend.
            guard schema.state != .bad else { return ([schema], false) }
            let damage = try database.damage(limit: Self.damageMax)
            if damage.isEmpty {
                return (
                    [schema, Finding(.good, "integrity", "The database is sound.")], schema.state == .good
                )
            }
            guard mends else { return ([schema, damaged(told(damage))], schema.state == .good) }
            if try reindexed(database, damage) {
                let mended = Finding(.mended, "integrity", "Damaged indexes were made anew.")
                return ([schema, mended], schema.state == .good)
            }
            return await salvaged(told(damage))
        } catch {
            guard mends else {
                let what =
                    "\(error.sentence), or try --repair, which makes a new database of the rows that can still be read"
                return ([Finding(.bad, "integrity", what)], false)
            }
            return await salvaged("SQLite cannot read it from end to end")
        }
    }

    private static let damageMax = 1000

    private func told(_ damage: [String]) -> String {
        damage.prefix(5).joined(separator: "; ") + (damage.count > 5 ? "; …" : "")
    }

    private func damaged(_ what: String) -> Finding {
        Finding(
            .bad,
            "integrity",
            "The database is damaged: \(what). Restore a backup, or try --repair, which makes a new database of the rows that can still be read."
        )
    }

    /// Makes indexes anew if nothing else is wrong: a damaged file is not written to.
    private func reindexed(_ database: SQLiteFile, _ damage: [String]) throws -> Bool {
        let ofIndexes = ["missing from index", "entries in index", "non-unique entry in index"]
        guard damage.allSatisfy({ line in ofIndexes.contains { line.contains($0) } }) else { return false }
        try database.reindex()
        return try database.damage(limit: 1).isEmpty
    }

    // MARK: - Salvage

    private func salvaged(_ damage: String) async -> (findings: [Finding], isCurrent: Bool) {
        do {
            return try await salvage(damage)
        } catch {
            let what = "The database is damaged: \(damage). A new one could not be made: \(error.sentence)"
            return ([Finding(.bad, "integrity", what)], false)
        }
    }

    /// Puts a new database in the place of the damaged one, which stays beside it.
    private func salvage(_ damage: String) async throws -> (findings: [Finding], isCurrent: Bool) {
        let (database, new) = (layout.database, layout.database + ".salvaged")
        for ending in Self.endings { try FileTree.remove(new + ending) }
        // What the log holds belongs to the file. If SQLite cannot even open that, the log is kept with it.
        let hasLog = !SQLiteFile.takeInLog(of: database) && FileTree.entry(database + "-wal") != nil
        var salvage = try SQLiteSalvage(path: database)
        let number = salvage.schemaNumber() ?? Migration.all.count
        guard number <= Migration.all.count else {
            let what =
                "The database has schema \(number), and this build knows schemas up to \(Migration.all.count): use the newer Martlet."
            return ([Finding(.bad, "schema", what)], false)
        }
        try await SQLiteDatabase.open(path: new, migrations: Array(Migration.all.prefix(number))).close()
        let tables = try salvage.fill(new)
        guard tables.contains(where: { $0.saved > 0 }), try SQLiteFile(path: new).damage(limit: 1).isEmpty
        else {
            for ending in Self.endings { try FileTree.remove(new + ending) }
            let what =
                "The database is damaged: \(damage). No row of it can be read; restore a backup. It was left as it is."
            return ([Finding(.bad, "integrity", what)], false)
        }
        let kept = try replace(database, by: new)
        let log = hasLog ? " Its log could not be read, and is kept with it." : ""
        let what =
            "The database was damaged: \(damage). A new one was made of the rows that could be read; the damaged one is kept as \(kept).\(log)"
        return (
            [Finding(.mended, "integrity", what)] + rows(tables), number == Migration.all.count
        )
    }

    /// What SQLite keeps beside a database.
    private static let endings = ["", "-wal", "-shm", "-journal"]

    /// At every moment there is a database.
    /// - Returns: where the damaged one is.
    private func replace(_ database: String, by new: String) throws -> String {
        var number = 1
        while FileTree.entry("\(database).damaged-\(number)") != nil { number += 1 }
        let kept = "\(database).damaged-\(number)"
        guard link(database, kept) == 0 else { throw FileTree.failure("keep", database, errno) }
        for ending in Self.endings.dropFirst() where FileTree.entry(database + ending) != nil {
            try FileTree.move(database + ending, to: kept + ending)
        }
        try FileTree.move(new, to: database)
        return kept
    }

    /// What was saved and what was lost, by table.
    private func rows(_ tables: [SalvagedTable]) -> [Finding] {
        let saved = tables.filter { $0.saved > 0 }.map { "\($0.name) \($0.saved)" }
        let lost = tables.filter { !$0.isWhole }.map { table in
            var parts: [String] = []
            if table.lost > 0 { parts.append("\(table.lost)") }
            if table.uncountedPages > 0 {
                let which = table.isPlaceless ? "those, if any," : "those"
                parts.append("\(which) on \(table.uncountedPages) unreadable pages, which nothing counts")
            }
            if table.withoutOwner > 0 {
                parts.append("\(table.withoutOwner) that belonged to rows that are lost")
            }
            return "\(table.name) \(parts.joined(separator: " and "))"
        }
        let all = Finding(.good, "saved rows", saved.joined(separator: ", ") + ".")
        guard !lost.isEmpty else { return [all, Finding(.good, "lost rows", "None.")] }
        return [all, Finding(.bad, "lost rows", lost.joined(separator: ", ") + ".")]
    }
}
