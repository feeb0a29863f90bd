package import Model
import Wire

/// What a list of runs shows, as its address says it.
package struct RunsAddress: PagedAddress {
    /// The columns that runs can be sorted by.
    package enum Column: String, Hashable, Sendable, CaseIterable {
        case name
        case started

        /// The field of the API.
        var field: String {
            switch self {
            case .name: "display_name"
            case .started: "created_at"
            }
        }
    }

    /// The page: `/runs`, or that of an experiment.
    package var path: String
    /// Only runs in one of these states; empty for all.
    package var states: [RuntimeState] = []
    /// Only runs whose name contains this.
    package var search: String?
    /// The order.
    package var column: Column = .started
    /// Whether the largest comes first.
    package var descending = true
    /// Whether those that were put away are shown, and only those.
    package var isArchive = false
    /// Only runs that this recurring run has started.
    package var recurring: RecurringRunID?
    /// Where the page before ended, as ``PageToken`` has it.
    package var page: String?

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(path: String, query: WebForm) throws {
        self.path = path
        states = try query.states()
        search = query["q"]
        if let sort = query["sort"] {
            descending = sort.hasPrefix("-")
            guard let column = Column(rawValue: String(sort.drop { $0 == "-" })) else {
                let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlatformError.invalid("sort: expected one of \(known), found '\(sort.prefix(80))'.")
            }
            self.column = column
        }
        isArchive = query["archived"] == "true"
        recurring = query["recurring"].map { RecurringRunID($0) }
        page = query["page"]
    }

    /// The address as a link.
    package var href: String {
        let isDefaultOrder = column == .started && descending
        return address(
            path,
            [
                "q": search, "sort": isDefaultOrder ? nil : (descending ? "-" : "") + column.rawValue,
                "archived": isArchive ? "true" : nil, "recurring": recurring?.text, "page": page,
            ],
            states: states
        )
    }

    /// The list as the store answers it.
    /// - Throws: `invalidArgument` for a broken page.
    package func query(pageSize: Int) throws -> ListQuery {
        var predicates = [
            Predicate(
                key: "storage_state",
                operation: .equals,
                operand: .string((isArchive ? StorageState.archived : .available).rawValue)
            )
        ]
        if !states.isEmpty {
            predicates.append(
                Predicate(key: "state", operation: .isIn, operand: .strings(states.map(\.rawValue)))
            )
        }
        if let recurring {
            predicates.append(
                Predicate(key: "recurring_run_id", operation: .equals, operand: .string(recurring.text))
            )
        }
        if let search {
            predicates.append(
                Predicate(
                    key: "display_name",
                    operation: .isSubstring,
                    operand: .string(String(search.prefix(Limits.listOperandCharactersMax)))
                )
            )
        }
        return ListQuery(
            predicates: predicates,
            sortField: column.field,
            descending: descending,
            pageSize: pageSize,
            after: try page.flatMap { try PageToken.query(from: $0).after },
            counting: .glance
        )
    }
}
