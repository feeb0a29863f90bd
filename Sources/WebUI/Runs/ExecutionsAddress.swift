package import Model
import Wire

/// What the list of executions shows, as its address says it.
package struct ExecutionsAddress: PagedAddress {
    /// The page.
    package static let path = "/executions"

    /// Only tasks in one of these states; empty for all.
    package var states: [TaskState] = []
    /// Only tasks whose name contains this.
    package var search: String?
    /// Whether groups are shown, too, not only steps.
    package var showsGroups = false
    /// Where the page before ended, as ``PageToken`` has it.
    package var page: String?

    /// The list as it first opens.
    package init() {}

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(query: WebForm) throws {
        states = try query.states()
        search = query["q"]
        showsGroups = query["groups"] == "shown"
        page = query["page"]
    }

    /// The address as a link.
    package var href: String {
        address(
            Self.path,
            ["q": search, "groups": showsGroups ? "shown" : nil, "page": page],
            states: states
        )
    }

    /// The same list from a place on.
    func from(_ position: ExecutionQuery.Position) -> Self {
        let id = TaskID(runID: position.place.runID, path: position.place.path)
        return with {
            $0.page = PageToken.text(
                query: ListQuery(descending: true),
                next: .init(value: .number(Double(position.createdAt.milliseconds)), id: id.description)
            )
        }
    }

    /// The list as the store answers it.
    /// - Throws: `invalidArgument` for a broken page.
    package func query(pageSize: Int) throws -> ExecutionQuery {
        ExecutionQuery(
            kinds: showsGroups ? [] : TaskKind.allCases.filter(\.isStep),
            states: Set(states).sorted { $0.rawValue < $1.rawValue },
            search: search.map { String($0.prefix(Limits.listOperandCharactersMax)) },
            pageSize: pageSize,
            after: try page.map(Self.position)
        )
    }

    private static func position(_ page: String) throws -> ExecutionQuery.Position {
        guard let cursor = try PageToken.query(from: page).after, let id = TaskID(cursor.id),
            let milliseconds = cursor.value.exactInteger
        else { throw PlatformError.invalid("page: not a page of this list; open the first one again.") }
        return ExecutionQuery.Position(
            createdAt: Instant(milliseconds: Int64(milliseconds)),
            place: TaskPlace(runID: id.runID, path: id.path)
        )
    }
}
