import Model
import Store
import Testing

@Suite("Filters and totals of lists")
struct ListTests {
    private static let start = Samples.start  // 1_700_000_000_123, that is 123 ms into its second

    @Test(
        "Filters on runs find what they say",
        arguments: [
            (Predicate(key: "display_name", operation: .equals, operand: .string("run 2")), ["2"]),
            (Predicate(key: "name", operation: .notEquals, operand: .string("run 2")), ["0", "1", "3"]),
            (Predicate(key: "run_id", operation: .isIn, operand: .strings(["1", "3", "9"])), ["1", "3"]),
            (Predicate(key: "id", operation: .isIn, operand: .strings([])), []),
            (Predicate(key: "state", operation: .equals, operand: .string("RUNNING")), ["1", "3"]),
            (Predicate(key: "status", operation: .isIn, operand: .strings(["PENDING"])), ["0", "2"]),
            (
                Predicate(key: "storage_state", operation: .notEquals, operand: .string("ARCHIVED")),
                ["0", "1", "2", "3"]
            ),
            (Predicate(key: "id", operation: .greaterThan, operand: .string("1")), ["2", "3"]),
            (Predicate(key: "id", operation: .greaterThanEquals, operand: .string("1")), ["1", "2", "3"]),
            (Predicate(key: "id", operation: .lessThan, operand: .string("1")), ["0"]),
            (Predicate(key: "id", operation: .lessThanEquals, operand: .string("1")), ["0", "1"]),
            (Predicate(key: "display_name", operation: .isSubstring, operand: .string("UN 3")), ["3"]),
            (Predicate(key: "display_name", operation: .isSubstring, operand: .string("_")), []),
            (Predicate(key: "description", operation: .isSubstring, operand: .string("0%_\\")), ["0"]),
            (
                Predicate(key: "recurring_run_id", operation: .equals, operand: .string("")),
                ["0", "1", "2", "3"]
            ),
            // Run n was created n × 400 ms after 0.123 s: 0.123, 0.523, 0.923, 1.323.
            (Predicate(key: "created_at", operation: .equals, operand: .timestamp(start)), ["0", "1", "2"]),
            (Predicate(key: "created_at", operation: .notEquals, operand: .timestamp(start)), ["3"]),
            (Predicate(key: "created_at", operation: .greaterThan, operand: .timestamp(start)), ["3"]),
            (
                Predicate(key: "created_at", operation: .greaterThanEquals, operand: .timestamp(start)),
                ["0", "1", "2", "3"]
            ),
            (Predicate(key: "created_at", operation: .lessThan, operand: .timestamp(start)), []),
            (
                Predicate(key: "created_at", operation: .lessThanEquals, operand: .timestamp(start)),
                ["0", "1", "2"]
            ),
            (
                Predicate(key: "created_at", operation: .greaterThan, operand: .string(start.rfc3339)),
                ["3"]
            ),
            (Predicate(key: "created_at", operation: .equals, operand: .integer(1_700_000_001)), ["3"]),
            (
                Predicate(key: "created_at", operation: .isIn, operand: .integers([5, 1_700_000_000])),
                ["0", "1", "2"]
            ),
            (Predicate(key: "created_at", operation: .isIn, operand: .strings([])), []),
            (Predicate(key: "namespace", operation: .equals, operand: .string("")), ["0", "1", "2", "3"]),
            (Predicate(key: "namespace", operation: .equals, operand: .string("kubeflow")), []),
            (
                Predicate(key: "finished_at", operation: .lessThan, operand: .timestamp(start)),
                ["0", "1", "2", "3"]
            ),
        ]
    )
    func runFilters(predicate: Predicate, expected: [String]) async throws {
        try await withRuns(.sqliteInMemory) { database in
            let page = try await database.read {
                try $0.listRuns(ListQuery(predicates: [predicate]), experimentID: nil)
            }
            #expect(page.items.map(\.id.text) == expected)
            #expect(page.totalSize == expected.count)
            #expect(page.next == nil)
        }
    }

    @Test("Conditions must all hold, and the experiment counts as one", arguments: Backend.allCases)
    func conjunction(backend: Backend) async throws {
        try await withRuns(backend) { database in
            let query = ListQuery(
                predicates: [
                    Predicate(key: "state", operation: .equals, operand: .string("RUNNING")),
                    Predicate(key: "id", operation: .greaterThan, operand: .string("1")),
                ])
            let pages = try await database.read {
                (
                    try $0.listRuns(query, experimentID: nil),
                    try $0.listRuns(query, experimentID: ExperimentID("e")),
                    try $0.listRuns(query, experimentID: ExperimentID("other")),
                    try $0.listRuns(ListQuery(pageSize: 1), experimentID: ExperimentID("e"))
                )
            }
            #expect(pages.0.items.map(\.id.text) == ["3"])
            #expect(pages.1.items.map(\.id.text) == ["3"])
            #expect(pages.2.items.isEmpty && pages.2.totalSize == 0)
            #expect(pages.3.items.count == 1 && pages.3.totalSize == 4)
        }
    }

    @Test("Pipelines and versions are found by tag, whatever the tag is called", arguments: Backend.allCases)
    func tags(backend: Backend) async throws {
        let names = ["team", "0", "$", "a.b", "with \"quotes\"", "back\\slash", "ключ", "it's", "["]
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertPipeline(Samples.pipeline("none", tags: [:]))
                for (index, name) in names.enumerated() {
                    try store.insertPipeline(
                        Samples.pipeline("p\(index)", tags: [name: "x'\"", "other": name])
                    )
                    try store.insertVersion(
                        Samples.version("v\(index)", of: "none", tags: [name: "x'\""]),
                        specID: "s"
                    )
                }
            }
            for (index, name) in names.enumerated() {
                let query = ListQuery(
                    predicates: [Predicate(key: "tags.\(name)", operation: .equals, operand: .string("x'\""))]
                )
                let (pipelines, versions) = try await database.read {
                    (try $0.listPipelines(query), try $0.listVersions(of: PipelineID("none"), query))
                }
                #expect(pipelines.items.map(\.id.text) == ["p\(index)"], "tag \(name)")
                #expect(versions.items.map(\.id.text) == ["v\(index)"], "tag \(name)")
            }
        }
    }

    @Test("A version list holds one pipeline's versions only, with their number", arguments: Backend.allCases)
    func versionsOfOnePipeline(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let page = try await database.write { store in
                for pipeline in ["p1", "p2"] {
                    try store.insertPipeline(Samples.pipeline(pipeline))
                    for index in 1...3 {
                        try store.insertVersion(
                            Samples.version("\(pipeline)-\(index)", of: pipeline),
                            specID: "s"
                        )
                    }
                }
                return try store.listVersions(of: PipelineID("p1"), ListQuery(descending: true, pageSize: 2))
            }
            #expect(page.items.map(\.id.text) == ["p1-3", "p1-2"])
            #expect(page.totalSize == 3)
            #expect(page.next?.id == "p1-2")
        }
    }

    @Test("Totals follow inserts, deletes and failed transactions", arguments: Backend.allCases)
    func totals(backend: Backend) async throws {
        try await withRuns(backend) { database in
            try await database.write { _ = try $0.deleteRun(RunID("1"), at: Samples.start) }
            await #expect(throws: PlatformError.self) {
                try await database.write {
                    try $0.insertRun(Samples.run("9"), specID: "s")
                    throw PlatformError.invalid("no")
                }
            }
            let page = try await database.read { try $0.listRuns(ListQuery(pageSize: 2), experimentID: nil) }
            #expect(page.totalSize == 3)
            #expect(page.items.map(\.id.text) == ["0", "2"])
        }
    }

    @Test(
        "A query that does not fit is refused with a sentence",
        arguments: [
            (ListQuery(sortField: "colour"), "colour: unknown sort field for runs; known are created_at, "),
            (ListQuery(sortField: "id; DROP TABLE runs"), "unknown sort field"),
            (filter("colour", .equals, .string("x")), "colour: unknown filter field for runs; known are "),
            (filter("tags.team", .equals, .string("x")), "tags.team: unknown filter field"),
            (filter("state", .isIn, .string("x")), "IN with a string, expected a list of strings"),
            (
                filter("state", .isIn, .integers([1])),
                "IN with a list of whole numbers"
            ),
            (filter("state", .equals, .strings(["x"])), "EQUALS with a list of strings, expected a string"),
            (filter("state", .equals, .integer(1)), "EQUALS with a whole number, expected a string"),
            (
                filter("state", .isSubstring, .integer(1)),
                "IS_SUBSTRING with a whole number, expected a string"
            ),
            (filter("created_at", .equals, .string("noon")), "EQUALS with a string, expected a time such as"),
            (filter("created_at", .isIn, .strings(["noon"])), "IN with a list of strings, expected a time"),
            (filter("created_at", .equals, .integer(.max)), "EQUALS with a whole number, expected seconds"),
            (filter("created_at", .isSubstring, .timestamp(.epoch)), "IS_SUBSTRING does not apply to times"),
            (
                filter("id", .isSubstring, .string(String(repeating: "x", count: 1_001))),
                "a value has more than 1000 characters"
            ),
            (
                filter("id", .isIn, .strings(Array(repeating: "x", count: 501))),
                "501 values, expected at most 500"
            ),
            (filter("id", .equals, .string("a\0b")), "NUL"),
            (
                ListQuery(predicates: Array(repeating: predicate("id", .equals, .string("x")), count: 51)),
                "51 conditions, expected at most 50"
            ),
            (ListQuery(pageSize: 0), "page size is 0, expected 1 to 200"),
            (ListQuery(pageSize: 201), "page size is 201"),
            (ListQuery(after: .init(value: "text", id: "x")), "goes on after a string, which does not fit"),
            (ListQuery(after: .init(value: 1.5, id: "x")), "does not fit the sort field created_at"),
            (ListQuery(sortField: "name", after: .init(value: 1, id: "x")), "goes on after a number"),
        ]
    )
    func refused(query: ListQuery, expected: String) async throws {
        try await withRuns(.sqliteInMemory) { database in
            let error = await #expect(throws: PlatformError.self) {
                try await database.read { _ = try $0.listRuns(query, experimentID: nil) }
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "no error")")
        }
    }

    @Test("The largest query that is allowed works", arguments: Backend.allCases)
    func largestQuery(backend: Backend) async throws {
        try await withRuns(backend) { database in
            let text = String(repeating: "%", count: Limits.listOperandCharactersMax)
            let list = Self.predicate(
                "id",
                .isIn,
                .strings(Array(repeating: "1", count: Limits.listOperandsMax))
            )
            let substring = Self.predicate("id", .isSubstring, .string(text))
            let predicates = Array(repeating: list, count: Limits.listPredicatesMax - 1) + [substring]
            let page = try await database.read {
                try $0.listRuns(
                    ListQuery(predicates: predicates, pageSize: Limits.pageSizeMax),
                    experimentID: nil
                )
            }
            #expect(page.items.isEmpty)
        }
    }

    private static func predicate(
        _ key: String,
        _ operation: Predicate.Operation,
        _ operand: Predicate.Operand
    ) -> Predicate {
        Predicate(key: key, operation: operation, operand: operand)
    }

    private static func filter(
        _ key: String,
        _ operation: Predicate.Operation,
        _ operand: Predicate.Operand
    ) -> ListQuery {
        ListQuery(predicates: [predicate(key, operation, operand)])
    }

    /// Runs 0 to 3, 400 ms apart; the odd ones run.
    private func withRuns(_ backend: Backend, _ body: (any Database) async throws -> Void) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for index in 0...3 {
                    var run = Samples.run("\(index)", at: Int64(index) * 400)
                    run.description = "\(index)%_\\"
                    if index % 2 == 1 { run.enter(.running, at: run.createdAt) }
                    try store.insertRun(run, specID: "s")
                }
            }
            try await body(database)
        }
    }
}
