import Model
import Store
import Testing

@Suite("Paging through lists")
struct PagingTests {
    private static let fields = [
        "created_at", "display_name", "finished_at", "scheduled_at", "id", "state", "storage_state",
        "experiment_id", "recurring_run_id", "description",
    ]

    @Test(
        "Each order shows each of 1,000 rows once, while other rows come and go",
        arguments: Backend.allCases
    )
    func walk(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for index in 0..<1_000 { try store.insertRun(Self.run("r\(index)", index), specID: "s") }
            }
            let expected = Set((0..<1_000).map { "r\($0)" })
            for (number, field) in Self.fields.enumerated() {
                for descending in [false, true] {
                    let walk = "\(number)\(descending ? "d" : "a")"
                    let seen = try await ids(
                        database,
                        ListQuery(sortField: field, descending: descending, pageSize: 97)
                    ) { page in
                        // Before, at and after the place where the walk stands, with ties in every field.
                        try await database.write { store in
                            for offset in 0..<3 {
                                try store.insertRun(
                                    Self.run("x\(walk)-\(page)-\(offset)", page * 331 + offset * 97),
                                    specID: "s"
                                )
                            }
                        }
                    }
                    #expect(Set(seen).count == seen.count, "\(field) \(descending): no row twice")
                    #expect(Set(seen).isSuperset(of: expected), "\(field) \(descending): no row lost")
                    try await database.write { store in
                        for id in try store.query("SELECT id FROM runs WHERE id LIKE 'x%'", []) {
                            guard case .text(let text)? = id.first else { continue }
                            _ = try store.deleteRun(RunID(text), at: Samples.start)
                        }
                    }
                }
            }
        }
    }

    @Test(
        "Pages are in order, ties by id in the same direction, and the last one has no next",
        arguments: Backend.allCases
    )
    func order(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for (id, at) in [("d", 1), ("a", 2), ("c", 1), ("b", 1)] {
                    try store.insertRun(Samples.run(id, at: Int64(at)), specID: "s")
                }
            }
            #expect(try await ids(database, ListQuery(pageSize: 2)) == ["b", "c", "d", "a"])
            #expect(
                try await ids(database, ListQuery(descending: true, pageSize: 3)) == ["a", "d", "c", "b"]
            )
            #expect(try await ids(database, ListQuery(pageSize: 4)) == ["b", "c", "d", "a"])
        }
    }

    @Test(
        "Lists walk an index in their order: no table is scanned and nothing is sorted",
        arguments: ["created_at", "display_name", "finished_at", "id"],
        [false, true]
    )
    func runPlans(field: String, descending: Bool) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let after = ListQuery.Cursor(
                value: field.hasSuffix("_at") ? .number(5) : .string("x"),
                id: "r"
            )
            for cursor in [nil, after] {
                let query = ListQuery(sortField: field, descending: descending, after: cursor)
                let plans = try await database.read {
                    try Self.plans($0) { _ = try $0.listRuns(query, experimentID: nil) }
                }
                expectIndexed(plans)
            }
        }
    }

    @Test(
        "The usual filters of runs have an index of their own",
        arguments: [
            (nil, [], "runs_by_creation"),
            (ExperimentID("e"), [], "runs_by_experiment"),
            (
                nil, [Predicate(key: "state", operation: .equals, operand: .string("RUNNING"))],
                "runs_by_state"
            ),
            (
                nil, [Predicate(key: "storage_state", operation: .equals, operand: .string("AVAILABLE"))],
                "runs_by_storage_state"
            ),
            (
                ExperimentID("e"),
                [Predicate(key: "storage_state", operation: .equals, operand: .string("AVAILABLE"))],
                "runs_by_experiment_and_storage"
            ),
        ] as [(ExperimentID?, [Predicate], String)]
    )
    func filteredPlans(experiment: ExperimentID?, predicates: [Predicate], index: String) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            for cursor in [nil, ListQuery.Cursor(value: 5, id: "r")] {
                let query = ListQuery(predicates: predicates, descending: true, after: cursor)
                let plans = try await database.read {
                    try Self.plans($0) { _ = try $0.listRuns(query, experimentID: experiment) }
                }
                expectIndexed(plans)
                #expect(
                    plans.joined().contains { "\($0) ".contains("USING INDEX \(index) ") },
                    "\(plans)"
                )
            }
        }
    }

    @Test("Few runs are found by their state and many in the order of the list, which is the same page")
    func twoWays() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let count = Limits.searchedRowsMax + 500
            try await database.write { store in
                for index in 0..<count {
                    var run = Samples.run("r\(String(count + index))", at: Int64(index))
                    run.displayName = "name \(String(2 * count - index))"
                    run.state = index % 1_000 == 3 ? .running : .succeeded
                    try store.insertRun(run, specID: "s")
                }
            }
            let stored = Predicate(key: "storage_state", operation: .equals, operand: .string("AVAILABLE"))
            func states(_ names: String...) -> Predicate {
                Predicate(key: "state", operation: .isIn, operand: .strings(names))
            }
            func look(_ predicates: [Predicate], by field: String) async throws -> ([String], [String]) {
                let query = ListQuery(predicates: predicates, sortField: field, descending: true, pageSize: 2)
                let plans = try await database.read {
                    try Self.plans($0) { _ = try $0.listRuns(query, experimentID: nil) }
                }
                return (try await ids(database, query), plans.last ?? [])
            }
            let (few, fewPlan) = try await look([stored, states("PENDING", "RUNNING")], by: "created_at")
            #expect(few == ["r\(count + 2_003)", "r\(count + 1_003)", "r\(count + 3)"])
            #expect(fewPlan.contains { $0.contains("runs_by_state ") }, "\(fewPlan)")
            let (many, manyPlan) = try await look([stored, states("SUCCEEDED")], by: "display_name")
            #expect(many.prefix(2) == ["r\(count)", "r\(count + 1)"] && many.count == count - 3)
            #expect(manyPlan.contains { $0.contains("runs_by_display_name") }, "\(manyPlan)")
            #expect(!manyPlan.contains { $0.contains("TEMP B-TREE") }, "\(manyPlan)")
            #expect(try await look([stored, states()], by: "display_name").0 == [])
            let named = Predicate(key: "name", operation: .isSubstring, operand: .string("nowhere"))
            let (none, namePlan) = try await look([stored, named], by: "created_at")
            #expect(none == [] && !namePlan.contains { $0.contains("runs_by_") }, "\(namePlan)")
        }
    }

    @Test(
        "Pipelines, versions and experiments are listed by index, too",
        arguments: ["created_at", "display_name"]
    )
    func otherPlans(field: String) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let query = ListQuery(
                sortField: field,
                after: ListQuery.Cursor(value: field == "created_at" ? 5 : "x", id: "r")
            )
            let plans = try await database.read {
                try Self.plans($0) {
                    _ = try $0.listPipelines(query)
                    _ = try $0.listExperiments(query)
                    _ = try $0.listVersions(of: PipelineID("p"), query)
                }
            }
            #expect(plans.count == 6)
            expectIndexed(plans)
        }
    }

    private func expectIndexed(_ plans: [[String]]) {
        for step in plans.flatMap({ $0 }) {
            #expect(!step.contains("TEMP B-TREE"), "\(plans)")
            // "SCAN t USING INDEX i" walks an index in order until the page is full; "SCAN t" reads
            // everything, which only tables of counts are small enough for.
            let isSmall = step.contains("matching") || step.contains("run_counts")
            #expect(!step.contains("SCAN") || step.contains("USING") || isSmall, "\(plans)")
        }
    }

    /// How SQLite would run each query that `body` makes.
    private static func plans(
        _ connection: any SQLConnection,
        _ body: (any SQLConnection) throws -> Void
    ) throws -> [[String]] {
        let explaining = ExplainingConnection(connection)
        try body(explaining)
        return explaining.plans
    }

    private static func run(_ id: String, _ index: Int) -> Run {
        var run = Samples.run(id, experiment: "e\(index % 3)", at: Int64(index * 7_919 % 500))
        run.displayName = "run \(index * 31 % 200)"
        run.description = String(repeating: "d", count: index % 5)
        run.scheduledAt = Samples.start + .seconds(index % 11)
        if index % 4 == 0 { run.enter(.succeeded, at: Samples.start + .seconds(index % 50)) }
        if index % 3 == 0 { run.storageState = .archived }
        return run
    }

    private func ids(
        _ database: any Database,
        _ query: ListQuery,
        afterPage: (Int) async throws -> Void = { _ in }
    ) async throws -> [String] {
        var query = query
        var seen: [String] = []
        var number = 0
        repeat {
            let page = try await database.read { [query] in try $0.listRuns(query, experimentID: nil) }
            seen += page.items.map(\.id.text)
            query.after = page.next
            number += 1
            try await afterPage(number)
        } while query.after != nil
        return seen
    }
}
