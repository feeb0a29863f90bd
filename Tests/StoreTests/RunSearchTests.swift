import Model
import Store
import Testing

@Suite("Finding runs by name, and counting them")
struct RunSearchTests {
    @Test(
        "A part of a name finds the same runs whether many match or few, in the order of the list",
        arguments: Backend.allCases
    )
    func ways(backend: Backend) async throws {
        try await backend.withDatabase { database in
            // So many that `often` is walked for, and `seldom` is looked up.
            let count = Limits.searchedRowsMax + 500
            try await database.write { store in
                for index in 0..<count {
                    var run = Samples.run("r\(String(count + index))", at: Int64(index))
                    run.displayName = index % 500 == 3 ? "Seldom \"often\" \(index)" : "oFTen \(index)"
                    try store.insertRun(run, specID: "s")
                }
            }
            let seldom = stride(from: 3, to: count, by: 500).map { "r\(count + $0)" }
            for text in ["seldom", "SELDOM", "dom \"oft", "\"often\" ", "om"] {
                let found = try await page(database, text, pageSize: 3)
                #expect(found.items.map(\.id.text) == Array(seldom.reversed().prefix(3)), "\(text)")
                #expect(found.totalSize == seldom.count, "\(text)")
                let after = try #require(found.next)
                let rest = try await page(database, text, after: after, pageSize: 200)
                #expect(rest.items.map(\.id.text) == Array(seldom.reversed().dropFirst(3)), "\(text)")
            }
            let often = try await page(database, "often", pageSize: 2)
            #expect(often.items.map(\.id.text) == ["r\(2 * count - 1)", "r\(2 * count - 2)"])
            #expect(often.totalSize == count)
            for text in ["never", "\"", "\"\"\"", "oft*", "seldom OR often", "%of", "of_en"] {
                let found = try await page(database, text, pageSize: 2)
                #expect(found.items.isEmpty == (text != "\""), "\(text)")
            }
        }
    }

    @Test("One or two characters are found wherever in a name they are", arguments: Backend.allCases)
    func short(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let names = [
                "Alpha beta", "q", "Q-", "a q", "tail of qz", "Ähre", "ähnlich", "日本", "50 %", "under_score",
                "\u{10FFFF}",
                "\u{D7FF}\u{E000}", "say \"no\"", "\u{3}",
            ]
            try await database.write { store in
                for (index, name) in names.enumerated() {
                    var run = Samples.run("r\(100 + index)", at: Int64(index))
                    run.displayName = name
                    try store.insertRun(run, specID: "s")
                }
            }
            let parts = names.flatMap { name in
                let characters = Array(name.unicodeScalars)
                return characters.indices.flatMap { place in
                    (1...2).map { String(String.UnicodeScalarView(characters[place...].prefix($0))) }
                }
            }
            for text in Set(parts + parts.map { $0.uppercased() } + ["~", "zz", "zq", "qq", "*", "Ü"]) {
                let wanted = names.indices.filter {
                    // Scalars, as the database has them, and not what looks the same.
                    let (name, part) = (
                        names[$0].lowercased().unicodeScalars, text.lowercased().unicodeScalars
                    )
                    return name.indices.contains { name[$0...].starts(with: part) }
                }
                let found = try await page(database, text, pageSize: 100)
                #expect(found.items.map(\.displayName) == wanted.reversed().map { names[$0] }, "\(text)")
                #expect(found.totalSize == wanted.count, "\(text)")
            }
        }
    }

    @Test(
        "Who only looks is told of as many as were counted, and that there may be more",
        arguments: Backend.allCases
    )
    func glance(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let count = Limits.searchedRowsMax + 500
            try await database.write { store in
                for index in 0..<count {
                    var run = Samples.run("r\(String(count + index))", at: Int64(index))
                    run.displayName = "run \(index)"
                    try store.insertRun(run, specID: "s")
                    run.storageState = index % 5 == 0 ? .archived : .available
                    run.state = index == 7 ? .failed : .succeeded
                    try store.updateRun(run)
                }
            }
            let bound = Limits.glanceCountMax
            // The conditions beside the name, the total at a glance and whether there may be more, and the total.
            let questions: [([String: String], Int, Bool, Int)] = [
                ([:], bound, true, count),
                (["storage_state": "AVAILABLE"], bound, true, count * 4 / 5),
                (["storage_state": "ARCHIVED"], count / 5, false, count / 5),
                (["state": "FAILED"], 1, false, 1), (["state": "CANCELED"], 0, false, 0),
                (["state": "SUCCEEDED", "storage_state": "ARCHIVED"], count / 5, false, count / 5),
            ]
            for sort in ["created_at", "name"] {
                for (conditions, total, isBounded, exact) in questions {
                    var query = ListQuery(
                        predicates: [Predicate(key: "name", operation: .isSubstring, operand: .string("run"))]
                            + conditions.map {
                                Predicate(key: $0, operation: .equals, operand: .string($1))
                            },
                        sortField: sort,
                        pageSize: 2,
                        counting: .glance
                    )
                    let glance = try await database.read { [query] in
                        try $0.listRuns(query, experimentID: nil)
                    }
                    #expect(glance.totalSize == total && glance.isTotalBounded == isBounded, "\(conditions)")
                    query.counting = .exact
                    let page = try await database.read { [query] in
                        try $0.listRuns(query, experimentID: nil)
                    }
                    #expect(page.totalSize == exact && !page.isTotalBounded, "\(conditions)")
                    #expect(page.items.map(\.id) == glance.items.map(\.id))
                }
            }
        }
    }

    @Test("A run is found by the name it has now, and not once it is gone", arguments: Backend.allCases)
    func renamed(backend: Backend) async throws {
        try await backend.withDatabase { database in
            var run = Samples.run("r", at: 1)
            run.displayName = "first"
            try await database.write { [run] in try $0.insertRun(run, specID: "s") }
            run.displayName = "second"
            try await database.write { [run] in try $0.updateRun(run) }
            #expect(try await page(database, "first").items.isEmpty)
            #expect(try await page(database, "second").items.map(\.id.text) == ["r"])
            try await database.write { _ = try $0.deleteRun(RunID("r"), at: Samples.start) }
            #expect(try await page(database, "second").items.isEmpty)
            let indexed = try await database.read {
                try $0.query("SELECT rowid FROM run_names WHERE run_names MATCH '\"sec\"'", [])
                    + $0.query("SELECT doc FROM run_names_parts", [])
            }
            #expect(indexed.isEmpty, "the index forgets, too")
        }
    }

    @Test(
        "Totals by experiment, state and storage state are exact after every kind of change",
        arguments: Backend.allCases
    )
    func totals(backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.write { store in
                for index in 0..<60 {
                    var run = Samples.run("r\(index)", experiment: "e\(index % 3)", at: Int64(index))
                    try store.insertRun(run, specID: "s")
                    if index % 2 == 0 { run.state = .succeeded }
                    if index % 5 == 0 { run.storageState = .archived }
                    try store.updateRun(run)
                    if index % 6 == 0 { _ = try store.deleteRun(run.id, at: Samples.start) }
                }
            }
            let questions: [(Predicate.Operation, String, String)] = [
                (.equals, "state", "SUCCEEDED"), (.notEquals, "status", "SUCCEEDED"),
                (.equals, "storage_state", "ARCHIVED"), (.equals, "experiment_id", "e1"),
                (.equals, "state", "CANCELED"), (.equals, "description", ""), (.lessThan, "id", "r3"),
            ]
            for first in questions {
                for second in questions {
                    for experiment in [nil, ExperimentID("e2")] {
                        let query = ListQuery(
                            predicates: [first, second].map {
                                Predicate(key: $1, operation: $0, operand: .string($2))
                            },
                            pageSize: 200
                        )
                        let found = try await database.read { store in
                            try store.listRuns(query, experimentID: experiment)
                        }
                        #expect(found.totalSize == found.items.count, "\(first) \(second)")
                    }
                }
            }
            let all = try await database.read { try $0.listRuns(ListQuery(), experimentID: nil) }
            #expect(all.totalSize == 50)
        }
    }

    private func page(
        _ database: any Database,
        _ text: String,
        after: ListQuery.Cursor? = nil,
        pageSize: Int = 20
    ) async throws -> Page<Run> {
        let query = ListQuery(
            predicates: [Predicate(key: "name", operation: .isSubstring, operand: .string(text))],
            descending: true,
            pageSize: pageSize,
            after: after
        )
        return try await database.read { try $0.listRuns(query, experimentID: nil) }
    }
}
