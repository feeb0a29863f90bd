import ArgumentParser
import Model

/// What goes with every list.
struct ListOptions: ParsableArguments {
    @Option(help: "Only those whose name contains this.")
    var name: String?

    @Option(help: "At most so many.")
    var limit: Int = Limits.pageSizeDefault

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: expected a number from 1 up, found \(limit)") }
    }

    /// What is asked of the server: the newest first.
    func query(where predicates: [Predicate] = []) -> ListQuery {
        let named = name.map { [Predicate(key: "name", operation: .isSubstring, operand: .string($0))] }
        return ListQuery(
            predicates: predicates + (named ?? []),
            sortField: "created_at",
            descending: true,
            pageSize: min(limit, Limits.pageSizeMax)
        )
    }
}
