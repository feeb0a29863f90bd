package import Model
import Wire

/// What the list of artifacts shows, as its address says it.
package struct ArtifactsAddress: PagedAddress {
    /// The columns that artifacts can be sorted by.
    package enum Column: String, Hashable, Sendable, CaseIterable {
        case name
        case created

        /// The field of the API.
        var field: String { self == .name ? "name" : "created_at" }
    }

    /// Only artifacts of this type; `nil` for all.
    package var type: String?
    /// Only artifacts whose name contains this.
    package var search: String?
    /// The order.
    package var column = Column.created
    /// Whether the largest comes first.
    package var descending = true
    /// Where the page before ended, as ``PageToken`` has it.
    package var page: String?

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(query: WebForm) throws {
        type = query["type"]
        search = query["q"]
        if let sort = query["sort"] {
            descending = sort.hasPrefix("-")
            guard let column = Column(rawValue: String(sort.drop { $0 == "-" })) else {
                throw PlatformError.invalid("sort: expected name or created, found '\(sort.prefix(80))'.")
            }
            self.column = column
        }
        page = query["page"]
    }

    /// The order as the address says it.
    var sort: String { (descending ? "-" : "") + column.rawValue }

    /// The address as a link.
    package var href: String {
        address(
            "/artifacts",
            ["q": search, "type": type, "sort": sort == "-created" ? nil : sort, "page": page]
        )
    }

    /// The list as the store answers it.
    /// - Throws: `invalidArgument` for a broken page.
    package func query(pageSize: Int) throws -> ListQuery {
        func condition(_ key: String, _ operation: Predicate.Operation, _ text: String) -> Predicate {
            let operand = String(text.prefix(Limits.listOperandCharactersMax))
            return Predicate(key: key, operation: operation, operand: .string(operand))
        }
        return ListQuery(
            predicates: [
                type.map { condition("schema_title", .equals, $0) },
                search.map { condition("name", .isSubstring, $0) },
            ].compactMap { $0 },
            sortField: column.field,
            descending: descending,
            pageSize: pageSize,
            after: try page.flatMap { try PageToken.query(from: $0).after },
            counting: .glance
        )
    }
}
