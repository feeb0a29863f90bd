import Model
import Wire

/// What a list shows, as its address says it: a search, an order, a place, and what is put away or what is not.
struct ListAddress: PagedAddress {
    /// A column.
    struct Column: Hashable, Sendable {
        /// The head.
        let title: String
        /// What addresses call it and which field of the API it is; `nil` for a column that cannot be sorted by.
        let order: Order?
        /// The CSS class of its cells.
        let style: String

        /// An order of the list.
        struct Order: Hashable, Sendable {
            let name: String
            let field: String
        }

        init(_ title: String, _ style: String, order: String? = nil, field: String = "") {
            self.title = title
            self.style = style
            self.order = order.map { Order(name: $0, field: field) }
        }
    }

    /// The page.
    let path: String
    let columns: [Column]
    /// Only what has a name that contains this.
    var search: String?
    /// The name of the column that the list is sorted by; the last one that can be, unless said otherwise.
    var order: String
    /// Whether the largest comes first.
    var descending = true
    /// Whether what was put away is shown, and only that.
    var isArchive = false
    /// Where the page before ended, as ``PageToken`` has it.
    var page: String?
    /// The experiment that the list is about; `nil` for all.
    var experiment: String?

    private var standard: String { columns.last { $0.order != nil }?.order?.name ?? "" }

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    init(path: String, columns: [Column], query: WebForm) throws {
        self.path = path
        self.columns = columns
        search = query["q"]
        order = columns.last { $0.order != nil }?.order?.name ?? ""
        if let sort = query["sort"] {
            descending = sort.hasPrefix("-")
            order = String(sort.drop { $0 == "-" })
            let known = columns.compactMap(\.order?.name)
            guard known.contains(order) else {
                throw PlatformError.invalid(
                    "sort: expected one of \(known.joined(separator: ", ")), found '\(sort.prefix(80))'."
                )
            }
        }
        isArchive = query["archived"] == "true"
        page = query["page"]
        experiment = query.experiment
    }

    /// The order as addresses have it.
    var sort: String { (descending ? "-" : "") + order }

    /// The address as a link.
    var href: String {
        address(
            path,
            [
                "q": search, "sort": order == standard && descending ? nil : sort,
                "archived": isArchive ? "true" : nil, "experiment": experiment, "page": page,
            ]
        )
    }

    /// The list as the store answers it.
    /// - Parameter isArchivable: whether things of this kind can be put away.
    /// - Throws: `invalidArgument` for a broken page.
    func query(pageSize: Int, isArchivable: Bool = false) throws -> ListQuery {
        var predicates: [Predicate] = []
        if isArchivable {
            let state: StorageState = isArchive ? .archived : .available
            predicates.append(
                Predicate(key: "storage_state", operation: .equals, operand: .string(state.rawValue))
            )
        }
        if let search {
            let text = String(search.prefix(Limits.listOperandCharactersMax))
            predicates.append(Predicate(key: "display_name", operation: .isSubstring, operand: .string(text)))
        }
        return ListQuery(
            predicates: predicates,
            sortField: columns.compactMap(\.order).first { $0.name == order }?.field ?? "created_at",
            descending: descending,
            pageSize: pageSize,
            after: try page.flatMap { try PageToken.query(from: $0).after },
            counting: .glance
        )
    }
}
