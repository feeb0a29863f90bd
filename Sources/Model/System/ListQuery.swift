/// One condition of a list request. Source: KFP v2beta1 `Predicate`.
package struct Predicate: Hashable, Sendable {
    /// How the field is compared. Source: KFP v2beta1 `Predicate.Operation`.
    package enum Operation: String, Hashable, Sendable, CaseIterable {
        case equals = "EQUALS"
        case notEquals = "NOT_EQUALS"
        case greaterThan = "GREATER_THAN"
        case greaterThanEquals = "GREATER_THAN_EQUALS"
        case lessThan = "LESS_THAN"
        case lessThanEquals = "LESS_THAN_EQUALS"
        case isIn = "IN"
        case isSubstring = "IS_SUBSTRING"
    }

    /// What the field is compared with.
    package enum Operand: Hashable, Sendable {
        case integer(Int64)
        case string(String)
        case timestamp(Instant)
        case integers([Int64])
        case strings([String])
    }

    /// The field's name as the API knows it, such as `display_name` or `tags.team`.
    package var key: String
    /// How to compare.
    package var operation: Operation
    /// What to compare with.
    package var operand: Operand

    /// Makes a condition.
    package init(key: String, operation: Operation, operand: Operand) {
        self.key = key
        self.operation = operation
        self.operand = operand
    }
}

/// A request for one page of a list: conditions that must all hold, an order, and where to go on.
package struct ListQuery: Hashable, Sendable {
    /// The last row of the page before: the value it was sorted by and its id.
    package struct Cursor: Hashable, Sendable {
        /// The row's value of ``ListQuery/sortField``: text, or a number for times (milliseconds).
        package var value: JSONValue
        /// The row's id, which breaks ties.
        package var id: String

        /// Makes a cursor.
        package init(value: JSONValue, id: String) {
            self.value = value
            self.id = id
        }
    }

    /// Conditions; all must hold.
    package var predicates: [Predicate]
    /// The field to sort by, as the API knows it.
    package var sortField: String
    /// Whether the largest comes first.
    package var descending: Bool
    /// Rows wanted, 1 to ``Limits/pageSizeMax``.
    package var pageSize: Int
    /// Where the page before ended; `nil` for the first page.
    package var after: Cursor?
    /// How far the rows of a filtered list are counted.
    package var counting: Counting

    /// How far the rows of a filtered list are counted for its total.
    package enum Counting: Hashable, Sendable {
        /// To ``Limits/listCountMax``, for programs.
        case exact
        /// To ``Limits/glanceCountMax``, for people: beyond it they want to know that there are many.
        case glance
    }

    /// Makes a query; sorts by creation time, oldest first, as KFP does.
    package init(
        predicates: [Predicate] = [],
        sortField: String = "created_at",
        descending: Bool = false,
        pageSize: Int = Limits.pageSizeDefault,
        after: Cursor? = nil,
        counting: Counting = .exact
    ) {
        self.predicates = predicates
        self.sortField = sortField
        self.descending = descending
        self.pageSize = pageSize
        self.after = after
        self.counting = counting
    }
}

/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
    /// The rows, in order.
    package var items: [Item]
    /// Where the next page starts; `nil` on the last one.
    package var next: ListQuery.Cursor?
    /// How many rows match in all. Counted exactly up to 10,000 for filtered lists, then it stays there.
    package var totalSize: Int
    /// Whether there may be more than ``totalSize``, which nobody counted.
    package var isTotalBounded: Bool

    /// Makes a page.
    package init(items: [Item], next: ListQuery.Cursor?, totalSize: Int, isTotalBounded: Bool = false) {
        self.items = items
        self.next = next
        self.totalSize = totalSize
        self.isTotalBounded = isTotalBounded
    }
}
