import ArgumentParser
import Model

/// What goes with every list.
struct LimitOptions: ParsableArguments {
    @Option(help: "At most so many.")
    var limit: Int = Limits.pageSizeDefault

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: expected a number from 1 up, found \(limit)") }
    }

    /// What is asked of the server: the newest first.
    func query(where predicates: [Predicate] = []) -> ListQuery {
        ListQuery(
            predicates: predicates,
            sortField: "created_at",
            descending: true,
            pageSize: min(limit, Limits.pageSizeMax)
        )
    }
}

/// What goes with a list of things that are looked for by name.
struct ListOptions: ParsableArguments {
    @Option(help: "Only those whose name contains this.")
    var name: String?

    @OptionGroup var bound: LimitOptions

    /// How many are wanted.
    var limit: Int { bound.limit }

    /// What is asked of the server: the newest first.
    func query(where predicates: [Predicate] = []) -> ListQuery {
        let named = name.map { [Predicate(key: "name", operation: .isSubstring, operand: .string($0))] }
        return bound.query(where: predicates + (named ?? []))
    }
}
