import Model
import Store
import Testing

@Suite("Recurring runs in the store")
struct RecurringRunQueryTests {
    /// A recurring run with every field set.
    private static func full(_ id: String) -> RecurringRun {
        var recurring = RecurringRun(
            id: RecurringRunID(id),
            experimentID: ExperimentID("e"),
            displayName: "nightly 🐦",
            description: "a\nb",
            pipelineID: PipelineID("p"),
            pipelineVersionID: PipelineVersionID("v"),
            parameters: ["day": "[[ScheduledTime]]", "list": [1, .null]],
            pipelineRoot: "/data",
            serviceAccount: "robot",
            trigger: Trigger(
                .cron("0 0 9 * * *", timeZone: "Europe/Berlin"),
                start: Samples.start,
                end: Samples.start + .seconds(9)
            ),
            maxConcurrency: 7,
            noCatchup: true,
            isEnabled: false,
            createdAt: Samples.start
        )
        recurring.updatedAt = Samples.start + .seconds(1)
        recurring.progress = RecurringRun.Progress(
            anchor: Samples.start + .seconds(2),
            cursor: Samples.start + .seconds(3),
            next: Samples.start + .seconds(4),
            last: Samples.start + .seconds(5),
            count: 6
        )
        recurring.reason = Reason(.firingFailed, "no", details: ["why": 1])
        return recurring
    }

    /// An enabled one that is next due so many seconds after the start.
    private static func due(_ id: String, _ seconds: Int?, cursor: Int = 0) -> RecurringRun {
        var recurring = RecurringRun(
            id: RecurringRunID(id),
            experimentID: ExperimentID("e"),
            displayName: "r \(id)",
            trigger: Trigger(.periodic(seconds: .max)),
            createdAt: Samples.start
        )
        recurring.progress.cursor = Samples.start + .seconds(cursor)
        recurring.progress.next = seconds.map { Samples.start + .seconds($0) }
        return recurring
    }

    @Test(
        "A recurring run comes back with every field, before and after it changed",
        arguments: Backend.allCases
    )
    func roundTrip(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let (full, plain) = (Self.full("1"), Self.due("2", nil))
            try await database.write {
                try $0.insertRecurringRun(full, specID: "s")
                try $0.insertRecurringRun(plain, specID: nil)
            }
            #expect(try await database.read { try $0.recurringRun(full.id) } == full)
            #expect(try await database.read { try $0.recurringRun(plain.id) } == plain)
            #expect(try await database.read { try $0.specID(of: full.id) } == "s")
            #expect(try await database.read { try $0.specID(of: plain.id) } == nil)
            #expect(try await database.read { try $0.revision(of: full.id) } == 1)
            // Each takes the other's values.
            var changed = full
            changed.id = plain.id
            try await database.write { [changed] in try $0.updateRecurringRun(changed, specID: "s") }
            #expect(try await database.read { try $0.recurringRun(plain.id) } == changed)
            #expect(try await database.read { try $0.revision(of: plain.id) } == 2)
            await #expect(throws: PlatformError.self) {
                try await database.write { try $0.updateRecurringRun(Self.full("3"), specID: nil) }
            }
        }
    }

    @Test("A spec stays as long as a recurring run is pinned to it", arguments: Backend.allCases)
    func specs(backend: Backend) async throws {
        try await backend.withDatabase { database in
            func isThere(_ id: String) async throws -> Bool {
                try await database.read { try $0.spec(id) } != nil
            }
            try await database.write { store in
                for id in ["a", "b"] { try store.insertSpec(Samples.document, id: id) }
                try store.insertRecurringRun(Self.full("1"), specID: "a")
                try store.insertRun(Samples.run("r"), specID: "a")
                _ = try store.deleteRun(RunID("r"), at: Samples.start)
            }
            #expect(try await isThere("a"))
            try await database.write { try $0.updateRecurringRun(Self.full("1"), specID: "b") }
            #expect(try await !isThere("a"))
            #expect(try await isThere("b"))
            let (first, second) = try await database.write {
                (
                    try $0.deleteRecurringRun(RecurringRunID("1")),
                    try $0.deleteRecurringRun(RecurringRunID("1"))
                )
            }
            #expect(first)
            #expect(!second)
            #expect(try await !isThere("b"))
        }
    }

    @Test(
        "What is due is enabled, and due by now or dealt with up to later than now",
        arguments: Backend.allCases
    )
    func due(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                try store.insertRecurringRun(Self.due("late", 2), specID: nil)
                try store.insertRecurringRun(Self.due("now", 5), specID: nil)
                try store.insertRecurringRun(Self.due("later", 6), specID: nil)
                try store.insertRecurringRun(Self.due("never", nil), specID: nil)
                try store.insertRecurringRun(Self.due("ahead", 99, cursor: 6), specID: nil)
                var disabled = Self.due("disabled", 1)
                disabled.isEnabled = false
                try store.insertRecurringRun(disabled, specID: nil)
            }
            let now = Samples.start + .seconds(5)
            let due = try await database.read { try $0.dueRecurringRuns(at: now) }
            #expect(due.map(\.text) == ["late", "now", "ahead"])
            #expect(try await database.read { try $0.nextFiring() } == Samples.start + .seconds(2))
        }
    }

    @Test("Only runs that are not over count as under way, and runs are found by their recurring run")
    func underWay() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            try await database.write { store in
                for (id, recurring, isOver) in [
                    ("1", "x", false), ("2", "x", true), ("3", "x", false), ("4", "y", false),
                    ("5", nil, false),
                ] {
                    var run = isOver ? Samples.finishedRun(id) : Samples.run(id)
                    run.recurringRunID = recurring.map { RecurringRunID($0) }
                    try store.insertRun(run, specID: "s")
                }
            }
            #expect(try await database.read { try $0.unfinishedRunCount(of: RecurringRunID("x")) } == 2)
            #expect(try await database.read { try $0.unfinishedRunCount(of: RecurringRunID("z")) } == 0)
            let query = ListQuery(
                predicates: [Predicate(key: "recurring_run_id", operation: .equals, operand: .string("x"))],
                sortField: "id"
            )
            let page = try await database.read { try $0.listRuns(query, experimentID: nil) }
            #expect(page.items.map(\.id.text) == ["1", "2", "3"])
            #expect(page.items.allSatisfy { $0.recurringRunID?.text == "x" })
            // Neither question walks through all runs.
            for (sql, index) in [
                (
                    "SELECT COUNT(*) FROM runs WHERE recurring_run_id = 'x' AND finished_at IS NULL",
                    "runs_under_way_by_recurring_run"
                ),
                (
                    """
                    SELECT id FROM runs WHERE COALESCE(recurring_run_id, '') = 'x' \
                    ORDER BY created_at DESC, id DESC LIMIT 21
                    """, "runs_by_recurring_run"
                ),
                (
                    "SELECT MIN(next_at) FROM recurring_runs WHERE status = 'ENABLED'",
                    "recurring_runs_by_firing"
                ),
            ] {
                let plan = try await database.read { try $0.query("EXPLAIN QUERY PLAN \(sql)", []) }
                #expect("\(plan)".contains(index), "\(sql): \(plan)")
            }
        }
    }

    @Test(
        "Recurring runs are listed by what KFP sorts and filters by, page by page",
        arguments: [
            "id", "recurring_run_id", "name", "display_name", "created_at", "updated_at", "description",
        ]
    )
    func lists(field: String) async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            try await database.write { store in
                for number in 0..<5 {
                    var recurring = Self.due("\(number)", number)
                    recurring.description = "d\(number)"
                    recurring.createdAt = Samples.start + .seconds(number)
                    recurring.updatedAt = Samples.start + .seconds(number)
                    recurring.isEnabled = number != 2
                    recurring.experimentID = ExperimentID(number < 3 ? "a" : "b")
                    try store.insertRecurringRun(recurring, specID: nil)
                }
            }
            var query = ListQuery(sortField: field, descending: true, pageSize: 2)
            var seen: [String] = []
            repeat {
                let page = try await database.read { [query] in
                    try $0.listRecurringRuns(query, experimentID: nil)
                }
                #expect(page.totalSize == 5)
                seen += page.items.map(\.id.text)
                query.after = page.next
            } while query.after != nil
            #expect(seen == ["4", "3", "2", "1", "0"])
            let disabled = ListQuery(
                predicates: [Predicate(key: "status", operation: .equals, operand: .string("DISABLED"))]
            )
            let page = try await database.read {
                try $0.listRecurringRuns(disabled, experimentID: ExperimentID("a"))
            }
            #expect(page.items.map(\.id.text) == ["2"])
        }
    }
}
