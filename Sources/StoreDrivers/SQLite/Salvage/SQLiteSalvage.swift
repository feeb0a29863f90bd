import GRDB
import Model
import Store

/// What was saved of one table of a damaged database.
package struct SalvagedTable: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Rows that are in the new database.
    package var saved = 0
    /// Rows that are not, as far as that is known: from an index that is whole, or because their page tells of them.
    package var lost = 0
    /// Pages of this table, at most, that make no sense, and whose rows nothing counts.
    package var uncountedPages = 0
    /// Whether it is not known where this table begins: each unreadable page may be one of its own.
    package var isPlaceless = false
    /// Rows that were saved and left out again, because what they belong to was lost.
    package var withoutOwner = 0

    /// Whether nothing is missing.
    package var isWhole: Bool { lost == 0 && uncountedPages == 0 && withoutOwner == 0 }
}

/// Makes a new database from the rows of a damaged one that can still be read, page by page.
package struct SQLiteSalvage {
    private let file: DamagedFile
    private let free: Set<Int>
    private var met: Set<Int> = []
    private var report: [String: SalvagedTable] = [:]

    /// Opens a damaged file, which is not changed. What is still in its log should be written into it before.
    /// - Throws: ``PlatformError`` naming the file, if it cannot be read at all.
    package init(path: String) throws {
        file = try DamagedFile(path: path)
        free = file.freePages().pages
    }

    /// Fills a new database that has the schema of the damaged one.
    /// - Parameter target: a file in which nobody else is interested; only its schema is there.
    /// - Returns: what became of each table, by name.
    /// - Throws: ``PlatformError`` naming the new file, such as `resourceExhausted`.
    package mutating func fill(_ target: String) throws -> [SalvagedTable] {
        do {
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let queue = try DatabaseQueue(path: target, configuration: configuration)
            try queue.write { try take($0) }
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
        } catch let error as DatabaseError {
            throw PlatformError(opening: target, error)
        }
        return report.values.sorted { $0.name < $1.name }
    }

    /// The schema of the damaged file; `nil` if that cannot be read.
    package func schemaNumber() -> Int? {
        var met: Set<Int> = []
        var numbers: [Int64] = []
        guard let root = Self.roots(of: file, &met)["schema_migrations"] else { return nil }
        _ = DamagedTree(file, root: root.page, .tableWithRowid, met: &met) { rowid, _ in
            if let rowid { numbers.append(rowid) }
            return true
        }
        return numbers.max().map(Int.init)
    }

    // MARK: - Rows

    private mutating func take(_ database: GRDB.Database) throws {
        let tables = try SalvageTable.all(in: database)
        let roots = Self.roots(of: file, &met)
        for table in tables {
            var found = SalvagedTable(name: table.name)
            if let root = roots[table.name] {
                let tree = try DamagedTree(file, root: root.page, table.content, met: &met) { rowid, record in
                    try Self.insert(rowid, record, into: table, database, &found)
                }
                found.lost = tree.unreadableCount
                found.uncountedPages = tree.damagedPageCount
            } else {
                found.isPlaceless = true
            }
            report[table.name] = found
        }
        let counts = countIndexes(roots)
        let unclear = try takeStrays(tables, database) + unreadablePageCount()
        for table in tables {
            guard var found = report[table.name] else { continue }
            if let count = counts[table.name] {
                found.lost = max(found.lost, count - found.saved)
                found.uncountedPages = 0
            }
            found.uncountedPages = found.isPlaceless ? unclear : min(found.uncountedPages, unclear)
            report[table.name] = found
        }
        try dropWithoutOwner(database)
        try mendDerived(database)
    }

    /// Rows on pages to which nothing leads any more. A page is taken for one of a table only if it fits no other that
    /// misses any.
    /// - Returns: how many pages fit several.
    private mutating func takeStrays(_ tables: [SalvageTable], _ database: GRDB.Database) throws -> Int {
        let incomplete = tables.filter { table in
            report[table.name].map { $0.uncountedPages > 0 || $0.isPlaceless } ?? false
        }
        guard !incomplete.isEmpty, file.pageCount > 0 else { return 0 }
        var unclear = 0
        for number in 1...file.pageCount where !met.contains(number) && !free.contains(number) {
            guard let page = file.page(number), !page.cells.isEmpty else { continue }
            let fitting = incomplete.filter { table in
                table.hasRowid == page.kind.isTable
                    && page.cells.contains { $0.record != nil }
                    && page.cells.allSatisfy { cell in
                        cell.record.map { table.values(cell.rowid, $0) != nil } ?? true
                    }
            }
            unclear += fitting.count > 1 ? 1 : 0
            guard fitting.count == 1, let table = fitting.first, var found = report[table.name] else {
                continue
            }
            met.insert(number)
            let tree = try DamagedTree(page) { rowid, record in
                try Self.insert(rowid, record, into: table, database, &found)
            }
            found.lost += tree.unreadableCount
            report[table.name] = found
        }
        return unclear
    }

    /// Pages that are nothing: whatever is lost was on these. The first one holds no rows of a table of ours.
    private func unreadablePageCount() -> Int {
        guard file.pageCount > 1 else { return 0 }
        return (2...file.pageCount).count { number in
            !met.contains(number) && !free.contains(number) && !file.overflow.contains(number)
                && file.page(number) == nil
        }
    }

    /// - Returns: whether it is a row of the table.
    private static func insert(
        _ rowid: Int64?,
        _ record: SQLiteRecord,
        into table: SalvageTable,
        _ database: GRDB.Database,
        _ found: inout SalvagedTable
    ) throws -> Bool {
        guard let values = table.values(rowid, record) else { return false }
        let names = table.columns.prefix(values.count).map { "\"\($0.name)\"" }.joined(separator: ", ")
        let places = values.map { _ in "?" }.joined(separator: ", ")
        // Another page may have had the row already, and columns that are missing may be those that must be there.
        let statement = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO \"\(table.name)\" (\(names)) VALUES (\(places))"
        )
        try statement.execute(arguments: StatementArguments(values))
        found.saved += database.changesCount > 0 ? 1 : 0
        return true
    }

    /// How many rows a table has by an index of it that is whole.
    private mutating func countIndexes(_ roots: [String: Root]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for root in roots.values.sorted(by: { $0.page < $1.page }) where root.isIndex {
            let tree = DamagedTree(file, root: root.page, .index, met: &met) { _, _ in true }
            guard tree.isWhole, tree.unreadableCount == 0, !root.isPartial else { continue }
            counts[root.table] = max(counts[root.table] ?? 0, tree.cellCount)
        }
        return counts
    }

    /// Nothing of a run is of use without its row, and no edge without its artifact.
    private mutating func dropWithoutOwner(_ database: GRDB.Database) throws {
        let missing = [
            ("tasks", "run_id NOT IN (SELECT id FROM runs)"),
            ("attempts", "run_id NOT IN (SELECT id FROM runs)"),
            ("cache_entries", "run_id NOT IN (SELECT id FROM runs)"),
            (
                "artifact_edges",
                "run_id NOT IN (SELECT id FROM runs) OR artifact_id NOT IN (SELECT id FROM artifacts)"
            ),
        ]
        for (table, condition) in missing {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(condition)")
            report[table]?.withoutOwner = database.changesCount
            report[table]?.saved -= database.changesCount
        }
    }

    /// Triggers have kept the totals; what they made of the search is in no good order.
    private func mendDerived(_ database: GRDB.Database) throws {
        guard try database.tableExists("run_names") else { return }
        try database.execute(sql: "INSERT INTO run_names (run_names) VALUES ('rebuild')")
    }

    // MARK: - The schema

    private struct Root {
        let page: Int
        let table: String
        let isIndex: Bool
        let isPartial: Bool
    }

    /// Where the trees begin, by name, as far as that can be read.
    ///
    /// Source: the columns of `sqlite_master` are type, name, tbl_name, rootpage and sql.
    private static func roots(of file: DamagedFile, _ met: inout Set<Int>) -> [String: Root] {
        var roots: [String: Root] = [:]
        _ = DamagedTree(file, root: 1, .tableWithRowid, met: &met) { _, record in
            guard record.values.count == 5, case .text(let type) = record.values[0],
                case .text(let name) = record.values[1], case .text(let table) = record.values[2],
                case .integer(let page) = record.values[3]
            else { return false }
            guard page > 1, page <= file.pageCount else { return true }
            var isPartial = false
            if case .text(let sql) = record.values[4] { isPartial = sql.contains(" WHERE ") }
            roots[name] = Root(
                page: Int(page),
                table: table,
                isIndex: type == "index",
                isPartial: isPartial
            )
            return true
        }
        return roots
    }
}

extension SalvageTable {
    fileprivate var content: DamagedTree.Content { hasRowid ? .tableWithRowid : .index }
}
