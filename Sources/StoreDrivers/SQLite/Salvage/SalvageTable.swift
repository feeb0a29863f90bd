import GRDB

/// A table of a new database, and how its rows lie in the damaged file.
struct SalvageTable {
    /// A column in the order of the file.
    struct Column {
        let name: String
        fileprivate let type: String
        fileprivate let mayBeNull: Bool
        /// Not in the record: the row's number stands for it.
        fileprivate let isRowid: Bool
    }

    /// Its name.
    let name: String
    /// Whether its rows are numbered; others are kept as an index is.
    let hasRowid: Bool
    /// All columns.
    let columns: [Column]

    /// Tables that hold what cannot be had from others.
    ///
    /// Leases are nobody's in a new database, and totals and the search are made from the rows.
    static func all(in database: GRDB.Database) throws -> [SalvageTable] {
        let derived = ["row_counts", "run_counts", "run_leases", "schema_migrations"]
        let names = try String.fetchAll(
            database,
            sql: """
                SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                AND name NOT LIKE 'run\\_names%' ESCAPE '\\' ORDER BY name
                """
        )
        return try names.filter { !derived.contains($0) }.map { try SalvageTable($0, in: database) }
    }

    private init(_ name: String, in database: GRDB.Database) throws {
        let sql = try String.fetchOne(
            database,
            sql: "SELECT sql FROM sqlite_master WHERE name = ?",
            arguments: [name]
        )
        let hasRowid = !(sql ?? "").hasSuffix("WITHOUT ROWID")
        self.name = name
        self.hasRowid = hasRowid
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM pragma_table_info(?)", arguments: [name])
        let key = rows.filter { ($0["pk"] as Int) > 0 }.sorted { ($0["pk"] as Int) < ($1["pk"] as Int) }
        // Source: a table without rowid has the columns of its key first.
        let order = hasRowid ? rows : key + rows.filter { ($0["pk"] as Int) == 0 }
        columns = order.map { row in
            let isKey = (row["pk"] as Int) > 0
            let type: String = row["type"]
            return Column(
                name: row["name"],
                type: type,
                mayBeNull: (row["notnull"] as Int) == 0,
                isRowid: hasRowid && isKey && key.count == 1 && type == "INTEGER"
            )
        }
    }

    /// The values of a record in the order of the first columns; those it lacks were added to the table after it was
    /// written. `nil` if it is no row of this table.
    func values(_ rowid: Int64?, _ record: SQLiteRecord) -> [DatabaseValue]? {
        guard (rowid != nil) == hasRowid, !record.values.isEmpty, record.values.count <= columns.count else {
            return nil
        }
        var values: [DatabaseValue] = []
        for (column, value) in zip(columns, record.values) {
            switch (value, column.type) {
            case (.null, _) where column.isRowid: values.append((rowid ?? 0).databaseValue)
            case (_, _) where column.isRowid: return nil
            case (.null, _) where column.mayBeNull: values.append(.null)
            case (.integer(let integer), "INTEGER"): values.append(integer.databaseValue)
            case (.text(let text), "TEXT"): values.append(text.databaseValue)
            case (.null, _), (.integer, _), (.text, _), (.real, _), (.blob, _): return nil
            }
        }
        return values
    }
}
