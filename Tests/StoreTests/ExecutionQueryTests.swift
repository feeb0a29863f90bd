import Model
import Store
import Testing

@Suite("The tasks of all runs")
struct ExecutionQueryTests {
    private static let steps: [TaskKind] = [.container, .importer]

    /// 30 runs of a root, a loop and two steps; of every fifth run the second step failed.
    private func fill(_ store: any SQLConnection) throws {
        for number in 0..<30 {
            let run = String(format(number))
            try store.insertRun(Samples.run(run, at: Int64(number) * 10), specID: "s")
            let tasks = [
                ("root", TaskKind.root), ("loop", .loop), ("loop.0.train", .container), ("last", .container),
            ]
            try store.upsertTasks(
                tasks.enumerated().map { place, task in
                    // Two runs at a time have tasks of the same moment.
                    var record = Samples.task(task.0, of: run, at: Int64(number / 2 * 20 + place))
                    record.kind = task.1
                    record.displayName = task.0 == "last" ? "Last One" : "Train"
                    let isFailure = task.0 == "last" && number.isMultiple(of: 5)
                    record.enter(isFailure ? .failed : .succeeded, at: Samples.start + .seconds(9))
                    return record
                }
            )
        }
    }

    private func format(_ number: Int) -> String { number < 10 ? "r0\(number)" : "r\(number)" }

    /// All pages of a query.
    private func walk(
        _ store: any SQLConnection,
        _ query: ExecutionQuery
    ) throws -> (pages: [ExecutionPage], items: [Execution]) {
        var (query, pages): (ExecutionQuery, [ExecutionPage]) = (query, [])
        repeat {
            let page = try store.listExecutions(query)
            pages.append(page)
            query.after = page.next
        } while query.after != nil && pages.count < 1_000
        return (pages, pages.flatMap(\.items))
    }

    @Test(
        "Each page goes on where the one before ended, newest first, each task once",
        arguments: Backend.allCases
    )
    func pages(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { try fill($0) }
            let (pages, items) = try await database.read {
                try walk($0, ExecutionQuery(kinds: Self.steps, pageSize: 7))
            }
            #expect(pages.count == 9 && Set(items.map(\.place)).count == 60)
            #expect(pages.allSatisfy { $0.total == 60 })
            #expect(zip(items, items.dropFirst()).allSatisfy { $0.createdAt >= $1.createdAt })
            #expect(items.first?.runName == "run r29" && items.first?.displayName == "Last One")
            let all = try await database.read { try walk($0, ExecutionQuery(pageSize: 50)) }
            #expect(all.items.count == 120 && Set(all.items.map(\.kind)) == [.root, .loop, .container])
        }
    }

    @Test(
        "Tasks of the same moment are listed by their iterations, the last first, each on one page",
        arguments: Backend.allCases
    )
    func iterations(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertRun(Samples.run("r"), specID: "s")
                try store.upsertTasks((0..<24).map { Samples.task("loop.\($0).train", of: "r", at: 5) })
            }
            let whole = try await database.read { try walk($0, ExecutionQuery(pageSize: 50)) }
            #expect(whole.items.map(\.place.path.text) == (0..<24).reversed().map { "loop.\($0).train" })
            let parts = try await database.read { try walk($0, ExecutionQuery(pageSize: 7)) }
            #expect(parts.pages.count == 4 && Set(parts.items.map(\.place)).count == 24)
        }
    }

    @Test("States and names narrow the list, alone and together", arguments: Backend.allCases)
    func filters(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { try fill($0) }
            func count(_ query: ExecutionQuery) async throws -> Int {
                let (pages, items) = try await database.read { try walk($0, query) }
                #expect(Set(items.map(\.place)).count == items.count)
                #expect(zip(items, items.dropFirst()).allSatisfy { $0.createdAt >= $1.createdAt })
                #expect(pages[0].total == (query.search == nil ? items.count : nil))
                return items.count
            }
            #expect(try await count(ExecutionQuery(kinds: Self.steps, states: [.failed])) == 6)
            #expect(try await count(ExecutionQuery(states: [.canceled, .failed], pageSize: 4)) == 6)
            #expect(
                try await count(
                    ExecutionQuery(kinds: Self.steps, states: [.failed, .succeeded], pageSize: 9)
                ) == 60
            )
            #expect(try await count(ExecutionQuery(states: [.running])) == 0)
            #expect(try await count(ExecutionQuery(search: "ST ON", pageSize: 11)) == 30)
            #expect(try await count(ExecutionQuery(kinds: Self.steps, search: "train", pageSize: 50)) == 30)
            #expect(try await count(ExecutionQuery(states: [.failed, .canceled], search: "last")) == 6)
            #expect(try await count(ExecutionQuery(search: "%")) == 0)
        }
    }

    @Test("A search looks at so many tasks a page, and goes on after them")
    func longSearch() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let most = Limits.searchedExecutionsMax
            try await database.write { store in
                try store.insertRun(Samples.run("r"), specID: "s")
                try store.upsertTasks(
                    (0...most).map { number in
                        var task = Samples.task("t\(number)", of: "r", at: Int64(number))
                        if number == 0 { task.displayName = "The first" }
                        return task
                    }
                )
            }
            let first = try await database.read { try $0.listExecutions(ExecutionQuery(search: "first")) }
            #expect(first.items.isEmpty && first.next != nil && first.searchedMax == most)
            var query = ExecutionQuery(states: [.running, .pending, .failed], search: "first")
            var (pages, looked) = (0, 0)
            repeat {
                let page = try await database.read { [query] in try $0.listExecutions(query) }
                (pages, looked) = (pages + 1, looked + (page.searchedMax ?? 0))
                query.after = page.next
                if page.next == nil { #expect(page.items.map(\.displayName) == ["The first"]) }
            } while query.after != nil
            #expect(pages == 4 && looked > most)
            let second = try await database.read {
                try $0.listExecutions(ExecutionQuery(search: "first", after: first.next))
            }
            #expect(second.items.map(\.displayName) == ["The first"] && second.next == nil)
        }
    }

    @Test("Pages walk along an index that holds all they are filtered by, and read the tasks that they show")
    func plans() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            try await database.write { try fill($0) }
            let plans = try await database.read { store in
                try [
                    ExecutionQuery(kinds: Self.steps), ExecutionQuery(states: [.failed], search: "x"),
                    ExecutionQuery(states: [.failed, .canceled], search: "x"),
                ].map { query in
                    let explaining = ExplainingConnection(store)
                    _ = try explaining.listExecutions(query)
                    return explaining.plans.map { $0.joined(separator: "; ") }
                }
            }
            #expect(plans[0][0].contains("USING COVERING INDEX tasks_by_creation"))
            #expect(!plans[0][0].contains("TEMP B-TREE"))
            for plan in plans[1...] {
                #expect(plan[0].contains("USING COVERING INDEX tasks_by_state (state=?"), "\(plan)")
            }
            let reads = plans.joined().filter { $0.contains("tasks") }
            #expect(
                reads.allSatisfy { $0.contains("COVERING INDEX") || $0.contains("USING PRIMARY KEY") },
                "\(reads)"
            )
        }
    }
}
