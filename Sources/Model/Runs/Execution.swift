/// A task as a list of those of all runs has it: without what went in, what came out and its history.
package struct Execution: Hashable, Sendable {
    /// Its run and its place there.
    package var place: TaskPlace
    /// Name for people.
    package var displayName: String
    /// What it does.
    package var kind: TaskKind
    /// Where it stands.
    package var state: TaskState
    /// Why it stands there.
    package var reason: Reason?
    /// When the run got to know of it.
    package var createdAt: Instant
    /// When it first started, since the run was last retried.
    package var startedAt: Instant?
    /// When it ended.
    package var endedAt: Instant?
    /// Its run's name for people.
    package var runName: String

    /// Makes an entry of the list.
    package init(
        place: TaskPlace,
        displayName: String,
        kind: TaskKind,
        state: TaskState,
        reason: Reason? = nil,
        createdAt: Instant,
        startedAt: Instant? = nil,
        endedAt: Instant? = nil,
        runName: String
    ) {
        self.place = place
        self.displayName = displayName
        self.kind = kind
        self.state = state
        self.reason = reason
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.runName = runName
    }
}

/// A page of the tasks of all runs, the newest first.
package struct ExecutionQuery: Hashable, Sendable {
    /// A place in the list: pages begin after it.
    package struct Position: Hashable, Sendable {
        /// When the task there was created.
        package var createdAt: Instant
        /// Which task it is.
        package var place: TaskPlace

        /// Makes a position.
        package init(createdAt: Instant, place: TaskPlace) {
            self.createdAt = createdAt
            self.place = place
        }
    }

    /// Only tasks that do one of these; empty for all.
    package var kinds: [TaskKind]
    /// Only tasks in one of these states; empty for all.
    package var states: [TaskState]
    /// Only tasks whose name for people contains this.
    package var search: String?
    /// Tasks wanted.
    package var pageSize: Int
    /// Where the page before ended; `nil` for the first page.
    package var after: Position?

    /// Makes a query.
    package init(
        kinds: [TaskKind] = [],
        states: [TaskState] = [],
        search: String? = nil,
        pageSize: Int = Limits.pageSizeDefault,
        after: Position? = nil
    ) {
        self.kinds = kinds
        self.states = states
        self.search = search
        self.pageSize = pageSize
        self.after = after
    }
}

/// One page of the tasks of all runs.
package struct ExecutionPage: Hashable, Sendable {
    /// The tasks.
    package var items: [Execution]
    /// Where the next page begins; `nil` on the last one.
    package var next: ExecutionQuery.Position?
    /// How many there are, counted to ``Limits/glanceCountMax``; `nil` for a search, which nobody counts.
    package var total: Int?
    /// How many tasks a search looks at for a page; `nil` without a search.
    package var searchedMax: Int?

    /// Makes a page.
    package init(items: [Execution], next: ExecutionQuery.Position?, total: Int?, searchedMax: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
        self.searchedMax = searchedMax
    }
}
