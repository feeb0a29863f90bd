import Model

extension SQLConnection {
    /// Reads one page of a list, see ``ListSQL``.
    func page<Item: Sendable>(
        _ query: ListQuery,
        of resource: ListedResource,
        _ selection: Selection,
        scope: SQLFragment? = nil,
        as decode: (Row) throws -> Item
    ) throws -> Page<Item> {
        let sql = try ListSQL(query, of: resource, selection, scope: scope)
        let matches = try sql.search.map { try count($0.matches ?? sql.total.count) }
        var statement = sql.page
        if let search = sql.search, let matches, matches <= Limits.searchedRowsMax { statement = search.page }
        let found = try self.query(statement.sql, statement.arguments)
        let rows = found.prefix(query.pageSize).map { Row(selection: selection, values: $0) }
        let isLastPage = found.count <= query.pageSize
        var page = Page(
            items: try rows.map(decode),
            next: isLastPage ? nil : try rows.last.flatMap(cursor),
            totalSize: found.count
        )
        // A list that is on one page has been counted.
        if query.after == nil, isLastPage { return page }
        let isKnown = sql.search.map { $0.matches == nil } ?? false
        page.totalSize = try isKnown ? matches ?? 0 : count(sql.total.count)
        page.isTotalBounded =
            sql.total.bound.map { page.totalSize >= $0 } ?? false
            || sql.total.searched.map { (matches ?? 0) > $0 } ?? false
        // Where few of many names were looked at, the page itself may know of more.
        page.totalSize = max(page.totalSize, found.count)
        return page
    }

    private func count(_ sql: SQLFragment) throws -> Int {
        guard case .integer(let count)? = try query(sql.sql, sql.arguments).first?.first else { return 0 }
        return Int(count)
    }
}

/// Where the page after this row starts.
private func cursor(after row: Row) throws -> ListQuery.Cursor? {
    let id = try row.text("id")
    switch row.values.last {
    case .text(let text)?: return ListQuery.Cursor(value: .string(text), id: id)
    case .integer(let milliseconds)?: return ListQuery.Cursor(value: .number(Double(milliseconds)), id: id)
    case .null?, .real?, .blob?, nil:
        throw PlatformError(
            .internalError,
            "Row \(id) of table \(row.selection.table) has no place in the order of its list."
        )
    }
}
