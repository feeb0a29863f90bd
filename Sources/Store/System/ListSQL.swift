import Model

/// A piece of SQL and the values of its placeholders.
struct SQLFragment: Hashable, Sendable {
    /// The text.
    let sql: String
    /// One value for each `?`.
    let arguments: [SQLValue]

    /// Makes a piece.
    init(_ sql: String, _ arguments: [SQLValue] = []) {
        self.sql = sql
        self.arguments = arguments
    }

    /// ` WHERE` with conditions that all have to hold; nothing if there are none.
    static func whereAll(_ conditions: [Self]) -> Self {
        guard !conditions.isEmpty else { return Self("") }
        return Self(
            " WHERE " + conditions.map(\.sql).joined(separator: " AND "),
            conditions.flatMap(\.arguments)
        )
    }

    /// The same condition on a text column, for which no index is looked at.
    func unindexed(_ column: String) -> Self {
        guard sql.hasPrefix(column + " ") else { return self }
        return Self("\(column) || ''" + sql.dropFirst(column.count), arguments)
    }
}

/// A ``ListQuery`` as SQL: one statement for the page, one for the total.
///
/// Pages go on after the last row of the page before (keyset pagination), so a page costs the same wherever
/// it is, and rows that come or go meanwhile neither repeat nor hide others. Ties are broken by id.
struct ListSQL: Hashable, Sendable {
    /// Yields the selection's columns and, last, the value the row is sorted by; one row more than a page
    /// has, to see whether there is a next page.
    let page: SQLFragment
    /// How many rows there are.
    let total: Total
    /// The other way to the page, for a part of a name or for what is counted.
    let search: Search?

    /// A number of rows, which may be counted up to a bound only.
    struct Total: Hashable, Sendable {
        /// Yields one number.
        let count: SQLFragment
        /// The number at which counting ends; `nil` where nothing has to be counted.
        var bound: Int?
        /// How many names that match are looked at; `nil` for all.
        var searched: Int?
    }

    /// A page by way of another index than that of the order.
    ///
    /// A page of rows of which there are many is found soonest in the order of the list, one of rows of which there
    /// are few by what they have in common. How many there are decides.
    struct Search: Hashable, Sendable {
        /// Yields how many names match, up to where it makes no difference any more; `nil` where the total says it.
        let matches: SQLFragment?
        /// As ``ListSQL/page``.
        let page: SQLFragment
    }

    /// Compiles a query.
    /// - Parameters:
    ///   - query: what is wanted; its names come from outside.
    ///   - resource: what can be asked for.
    ///   - selection: the columns wanted, of the same table.
    ///   - scope: a condition that comes from the place of the list, such as its pipeline; on a column by which rows
    ///     are counted, if they are.
    /// - Throws: ``PlatformError`` with `invalidArgument` for an unknown field, an operand that does not fit,
    ///   a cursor of another order, or more of something than ``Limits`` allow.
    init(
        _ query: ListQuery,
        of resource: ListedResource,
        _ selection: Selection,
        scope: SQLFragment?
    ) throws {
        guard (1...Limits.pageSizeMax).contains(query.pageSize) else {
            throw PlatformError.invalid("page size is \(query.pageSize), expected 1 to \(Limits.pageSizeMax)")
        }
        guard query.predicates.count <= Limits.listPredicatesMax else {
            let (count, most) = (query.predicates.count, Limits.listPredicatesMax)
            throw PlatformError.invalid("filter has \(count) conditions, expected at most \(most)")
        }
        guard let sort = resource.fields[query.sortField] else {
            throw unknownField(query.sortField, use: "sort", of: resource)
        }
        let conditions = try query.predicates.map { try condition($0, of: resource) }
        let matching = (scope.map { [$0] } ?? []) + conditions
        let after = try query.after.map { [try Self.position(after: $0, query, sort)] } ?? []
        let direction = query.descending ? "DESC" : "ASC"
        func rows(_ conditions: [SQLFragment], by order: String) -> SQLFragment {
            let filter = SQLFragment.whereAll(conditions + after)
            return SQLFragment(
                """
                \(selection.sql(adding: [sort.sql]))\(filter.sql) \
                ORDER BY \(order) \(direction), id \(direction) LIMIT \(query.pageSize + 1)
                """,
                filter.arguments
            )
        }
        if let counted = Self.counted(query.predicates, conditions, of: resource, sort, scope: scope) {
            page = rows(counted.walk, by: sort.sql)
            search = Search(matches: nil, page: rows(counted.few, by: "+" + sort.sql))
            total = Self.total(matching, query, of: resource)
            return
        }
        if let found = Self.search(query, conditions, of: resource, sort, scope: scope, rows) {
            (page, search, total) = (found.walk, found.search, found.total)
            return
        }
        page = rows(matching, by: sort.sql)
        search = nil
        total = Self.total(matching, query, of: resource)
    }

    /// Both ways to rows that have some text in their name, and their number; `nil` where no index knows them.
    private static func search(
        _ query: ListQuery,
        _ conditions: [SQLFragment],
        of resource: ListedResource,
        _ sort: ListedResource.Field,
        scope: SQLFragment?,
        _ rows: ([SQLFragment], String) -> SQLFragment
    ) -> (walk: SQLFragment, search: Search, total: Total)? {
        let searches = query.predicates.map { nameSearch($0, of: resource) }
        guard let place = searches.firstIndex(where: { $0 != nil }), let names = searches[place] else {
            return nil
        }
        let scopes = scope.map { [$0] } ?? []
        // Names say more than states do, of which SQLite would go through all rows of one, or sort them all by name.
        var others = zip(query.predicates, conditions).map { predicate, condition in
            guard let field = resource.fields[predicate.key], field.kind == .text else { return condition }
            return condition.unindexed(field.sql)
        }
        // The indexes of states are in the order of creation.
        let walk = rows(scopes + (sort.sql == "created_at" ? conditions : others), sort.sql)
        others.remove(at: place)
        let rest = scopes + others
        let total = Self.total(names, rest, query, of: resource)
        let isKnown = rest.isEmpty && total.bound ?? 0 > Limits.searchedRowsMax
        let matches = count(names, atMost: max(Limits.searchedRowsMax, total.searched ?? 0) + 1)
        let found = [SQLFragment("rowid IN (\(names.sql))", names.arguments)] + rest
        // The plus keeps SQLite from walking the list after all, in its order.
        return (walk, Search(matches: isKnown ? nil : matches, page: rows(found, "+" + sort.sql)), total)
    }

    /// Counts rows as the index of names yields them: where many match, only as many are looked at as it takes.
    private static func total(
        _ names: SQLFragment,
        _ rest: [SQLFragment],
        _ query: ListQuery,
        of resource: ListedResource
    ) -> Total {
        if rest.isEmpty { return bounded(names, query) }
        let filter = SQLFragment.whereAll(rest)
        let searched = query.counting == .glance ? Limits.glanceSearchMax : nil
        let limit = searched.map { " LIMIT \($0)" } ?? ""
        // The order of the tables is kept by CROSS JOIN; the other way round is a walk over all rows.
        let rows = SQLFragment(
            """
            SELECT 1 FROM (SELECT rowid AS hit FROM (\(names.sql)\(limit)) AS names) AS hits \
            CROSS JOIN \(resource.table) ON \(resource.table).rowid = hit\(filter.sql)
            """,
            names.arguments + filter.arguments
        )
        var total = bounded(rows, query)
        total.searched = searched
        return total
    }

    /// Two ways to rows whose number is known at once: in the order of the list, and by their state if that is asked for.
    ///
    /// SQLite takes the first condition with an index for the most telling one, and would go through nine tenths of a
    /// table for runs that run, or sort them all by name. A text to which nothing is added is no column with an index.
    /// - Returns: `nil` where counts do not tell, or the place of the list says enough.
    private static func counted(
        _ predicates: [Predicate],
        _ conditions: [SQLFragment],
        of resource: ListedResource,
        _ sort: ListedResource.Field,
        scope: SQLFragment?
    ) -> (walk: [SQLFragment], few: [SQLFragment])? {
        guard case .by(let columns, _) = resource.counts, scope == nil, !predicates.isEmpty else {
            return nil
        }
        // For one value of one column there is an index in the usual order.
        let isByCreation = sort.sql == "created_at"
        if isByCreation, predicates.count == 1, predicates[0].operation == .equals { return nil }
        let names = predicates.compactMap { resource.fields[$0.key]?.sql }.filter(columns.contains)
        guard names.count == conditions.count else { return nil }
        func unindexed(_ place: Int) -> SQLFragment { conditions[place].unindexed(names[place]) }
        let telling = names.indices.filter {
            names[$0] == resource.tellingColumn && [.equals, .isIn].contains(predicates[$0].operation)
        }
        let few =
            telling.isEmpty
            ? conditions : names.indices.map { telling.contains($0) ? conditions[$0] : unindexed($0) }
        let walk = isByCreation ? conditions : names.indices.map(unindexed)
        return (walk, few)
    }

    /// Whole tables are counted by triggers; what is filtered otherwise is counted up to a bound.
    private static func total(
        _ matching: [SQLFragment],
        _ query: ListQuery,
        of resource: ListedResource
    ) -> Total {
        let filter = SQLFragment.whereAll(matching)
        switch resource.counts {
        case .all where matching.isEmpty:
            return Total(
                count: SQLFragment(
                    "SELECT count FROM row_counts WHERE table_name = ?",
                    [.text(resource.table)]
                )
            )
        case .by(let columns, let table)
        where query.predicates.allSatisfy({
            resource.fields[$0.key].map { columns.contains($0.sql) } ?? false
        }):
            return Total(
                count: SQLFragment(
                    "SELECT COALESCE(SUM(count), 0) FROM \(table)\(filter.sql)",
                    filter.arguments
                )
            )
        case .none, .all, .by: break
        }
        return bounded(SQLFragment("SELECT 1 FROM \(resource.table)\(filter.sql)", filter.arguments), query)
    }

    private static func bounded(_ rows: SQLFragment, _ query: ListQuery) -> Total {
        let bound =
            switch query.counting {
            case .exact: Limits.listCountMax
            case .glance: Limits.glanceCountMax
            }
        return Total(count: count(rows, atMost: bound), bound: bound)
    }

    private static func count(_ rows: SQLFragment, atMost bound: Int) -> SQLFragment {
        SQLFragment("SELECT COUNT(*) FROM (\(rows.sql) LIMIT \(bound)) AS matching", rows.arguments)
    }

    private static func position(
        after cursor: ListQuery.Cursor,
        _ query: ListQuery,
        _ sort: ListedResource.Field
    ) throws -> SQLFragment {
        let value: SQLValue
        switch (sort.kind, cursor.value) {
        case (.text, .string(let text)):
            value = .text(text)
        case (.time, .number):
            guard let milliseconds = cursor.value.exactInteger else { fallthrough }
            value = .integer(Int64(milliseconds))
        default:
            throw PlatformError.invalid(
                """
                page token goes on after \(cursor.value.kindDescription), which does not fit the sort field \
                \(query.sortField): ask for the first page again
                """
            )
        }
        return SQLFragment(
            "(\(sort.sql), id) \(query.descending ? "<" : ">") (?, ?)",
            [value, .text(cursor.id)]
        )
    }
}

/// The error for a name that is not whitelisted.
func unknownField(_ name: String, use: String, of resource: ListedResource) -> PlatformError {
    var known = resource.fields.keys.sorted()
    if use == "filter", resource.hasTags { known.append("tags.<key>") }
    return .invalid(
        """
        \(name): unknown \(use) field for \(resource.table.replacingUnderscores); \
        known are \(known.joined(separator: ", "))
        """
    )
}

extension String {
    /// A table's name as words.
    fileprivate var replacingUnderscores: String {
        String(map { $0 == "_" ? " " : $0 })
    }
}
