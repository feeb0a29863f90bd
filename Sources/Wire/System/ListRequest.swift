package import Model

/// A request for one page of a list, between a query string and ``Model/ListQuery``.
///
/// Which fields can be sorted and filtered by is the business of the list, not of this.
/// Source: KFP v2beta1 list requests (`page_size`, `page_token`, `sort_by`, `filter`).
package enum ListRequest {
    /// Reads `page_size`, `page_token`, `sort_by` (for tasks also `order_by`) and `filter`.
    ///
    /// A token alone is enough for the next page; what is sent beside it must agree with it.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the parameter and the place in it.
    /// - Parameter isV1: whether the filter is one of KFP's first API generation.
    package static func query(from parameters: QueryString, isV1: Bool = false) throws -> ListQuery {
        var query = ListQuery()
        let size = try parameters.count("page_size") ?? 0
        let sort = try (parameters["sort_by"] ?? parameters["order_by"]).map(Sort.init(_:))
        let predicates = try parameters["filter"].map { try FilterText.predicates(from: $0, isV1: isV1) }
        if let text = parameters["page_token"] {
            query = try PageToken.query(from: text)
            if let sort, sort != Sort(field: query.sortField, descending: query.descending) {
                throw PlatformError.invalid(
                    "sort_by differs from the one page_token was made for; leave it out or start anew"
                )
            }
            if let predicates, predicates != query.predicates {
                throw PlatformError.invalid(
                    "filter differs from the one page_token was made for; leave it out or start anew"
                )
            }
        } else {
            query.predicates = predicates ?? []
            if let sort {
                query.sortField = sort.field
                query.descending = sort.descending
            }
        }
        query.pageSize = size == 0 ? Limits.pageSizeDefault : min(size, Limits.pageSizeMax)
        return query
    }

    /// Writes the query string for a page, without `?`.
    /// - Parameters:
    ///   - query: conditions, order and page size; ``Model/ListQuery/after`` is not looked at.
    ///   - pageToken: `next_page_token` of the page before.
    package static func text(of query: ListQuery, pageToken: String? = nil) -> String {
        QueryString.text([
            "page_size": String(query.pageSize),
            "page_token": pageToken,
            "sort_by": query.sortField + (query.descending ? " desc" : " asc"),
            "filter": query.predicates.isEmpty ? nil : FilterText.json(query.predicates).jsonText,
        ])
    }

    private struct Sort: Equatable {
        let field: String
        let descending: Bool

        init(field: String, descending: Bool) {
            self.field = field
            self.descending = descending
        }

        init(_ text: String) throws {
            let words = text.lowercased().split(separator: " ")
            switch (words.count, words.last) {
            case (1, _), (2, "asc"): self.init(field: String(words[0]), descending: false)
            case (2, "desc"): self.init(field: String(words[0]), descending: true)
            default:
                throw PlatformError.invalid(
                    "sort_by: expected \"<field>\", perhaps with asc or desc, found \"\(text.prefix(80))\""
                )
            }
        }
    }
}

extension Page {
    /// The answer to a list request: `{}` for an empty page, which is how KFP says it.
    /// - Parameters:
    ///   - name: the field of the rows, such as `runs`.
    ///   - query: the request, for the next page's token.
    ///   - row: writes one row.
    package func json(_ name: String, of query: ListQuery, row: (Item) -> JSONValue) -> JSONValue {
        guard !items.isEmpty else { return [:] }
        return message([
            name: .array(items.map(row)),
            "total_size": .number(Double(totalSize)),
            "next_page_token": next.map { .string(PageToken.text(query: query, next: $0)) },
        ])
    }
}

/// One page of a list as a client receives it.
package struct ListAnswer<Item: Sendable>: Sendable {
    /// The rows, in order.
    package let items: [Item]
    /// How many rows match in all.
    package let totalSize: Int
    /// To ask for the next page with; `nil` on the last one.
    package let nextPageToken: String?

    /// Reads an answer.
    /// - Parameters:
    ///   - json: the answer; `{}` is an empty page.
    ///   - name: the field of the rows, such as `runs`.
    ///   - row: reads one row.
    /// - Throws: ``PlatformError`` with `invalidArgument` when a field is not what it should be.
    package init(
        json: JSONValue,
        _ name: String,
        row: (JSONValue) throws -> Item
    ) throws {
        let reader = try MessageReader(response: json, at: "answer")
        var items: [Item] = []
        for element in try reader.list(name) { items.append(try row(element)) }
        self.items = items
        self.totalSize = Int(try reader.integer("total_size") ?? 0)
        self.nextPageToken = try reader.optionalString("next_page_token")
    }
}
