import Foundation
import Model
import Store
import StoreDrivers
import Testing
import Upkeep

/// Real databases with noise in them, and what a doctor makes of them.
@Suite("Salvage of a damaged database", .timeLimit(.minutes(15)))
struct SalvageTests {
    private static let tables = [
        "runs", "tasks", "attempts", "artifacts", "artifact_edges", "specs", "experiments", "changes",
    ]

    /// How many runs there are; enough for tables with pages between their root and their leaves.
    private static let runs = 200

    private func fill(_ path: String) async throws {
        let database = try await SQLiteDatabase.open(path: path)
        for number in 0..<Self.runs {
            try await database.write { try Self.insert(number, $0) }
        }
        // Pages that hold nothing any more, but still look as if they did.
        for number in stride(from: 0, to: 40, by: 2) {
            try await database.write { _ = try $0.deleteRun(RunID("run-\(number)"), at: DataFolder.now) }
        }
        try database.close()
    }

    private static func insert(_ number: Int, _ store: any SQLConnection) throws {
        let id = RunID("run-\(number)")
        let long = String(repeating: "ü\(number) ", count: number % 50 == 0 ? 4_000 : 10)
        try store.insertSpec(
            PipelineSpecDocument(pipelineSpec: ["text": .string(long)], platformSpec: nil),
            id: "spec-\(number)"
        )
        var run = Run(
            id: id,
            experimentID: ExperimentID("e"),
            displayName: "run number \(number)",
            pipelineName: "birds",
            createdAt: DataFolder.now
        )
        run.enter(.succeeded, at: DataFolder.now)
        try store.insertRun(run, specID: "spec-\(number)")
        let paths = [TaskPath.root] + (0..<8).map { TaskPath("task-\($0)") }
        try store.upsertTasks(
            paths.map { path in
                var task = TaskRecord(
                    runID: id,
                    path: path,
                    parent: path == .root ? nil : .root,
                    name: path.text,
                    displayName: path.text,
                    kind: path == .root ? .root : .container,
                    createdAt: DataFolder.now
                )
                task.state = .succeeded
                task.endedAt = DataFolder.now
                return task
            }
        )
        try store.upsertAttempts(
            paths.dropFirst().map { Attempt(path: $0, number: 0, createdAt: DataFolder.now) },
            of: id
        )
        let artifacts = (0..<3).map {
            DataFolder.artifact("a-\(number)-\($0)", "s3://bucket/\(number)/\($0)")
        }
        try store.insertArtifacts(artifacts)
        try store.insertEdges(
            artifacts.map {
                ArtifactEdge(
                    artifactID: $0.id,
                    runID: id,
                    path: paths[1],
                    direction: .output,
                    key: $0.name,
                    position: 0
                )
            }
        )
        try store.appendChange(kind: "run", id: id.text, at: DataFolder.now)
    }

    /// Every row of a table, in words.
    private func rows(_ table: String, _ path: String) throws -> Set<String> {
        let file = try SQLiteFile(path: path)
        return Set(try file.read { try $0.query("SELECT * FROM \(table)", []).map { "\($0)" } })
    }

    /// How many rows of each table are lost with some pages: those in them, and those that end in them.
    private func rowsOn(_ pages: Set<Int>, _ path: String) throws -> [String: Int] {
        let file = try SQLiteFile(path: path)
        let found = try file.read { connection in
            try connection.query("SELECT name, pageno, ncell, pagetype FROM dbstat", [])
        }
        var counts: [String: Int] = [:]
        for row in found {
            guard case .text(let name) = row[0], case .integer(let page) = row[1], pages.contains(Int(page)),
                case .integer(let cells) = row[2], case .text(let kind) = row[3]
            else { continue }
            // Pages between hold rows only where a table is kept as an index is; too many do not matter here.
            counts[name, default: 0] += kind == "overflow" ? 1 : Int(cells)
        }
        return counts
    }

    private func overwrite(_ pages: Set<Int>, _ path: String, seed: UInt64) throws {
        var random = Noise(seed)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for page in pages {
            for index in 0..<4096 {
                bytes[(page - 1) * 4096 + index] = UInt8.random(in: 0...255, using: &random)
            }
        }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func pageCount(_ path: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: path)).count / 4096
    }

    @Test(
        "Every row outside of the damaged pages is in the new database, no row is invented, and what is lost is told",
        arguments: [UInt64](1...8)
    )
    func salvage(seed: UInt64) async throws {
        try await DataFolder.with { folder, _ in
            let path = folder.layout.database
            try FileManager.default.removeItem(atPath: path)
            try await fill(path)
            let before = try Dictionary(uniqueKeysWithValues: Self.tables.map { ($0, try rows($0, path)) })
            var random = Noise(seed)
            let count = try pageCount(path)
            // In the middle, and sometimes where the database begins or a tree does.
            var pages = Set((0..<Int(seed)).map { _ in Int.random(in: 2...count, using: &random) })
            if seed % 4 == 0 { pages.insert(1) }
            if seed % 3 == 0 { pages.formUnion(try roots(path)) }
            let mayGo = try rowsOn(pages, path)
            try overwrite(pages, path, seed: seed)
            let damaged = try Data(contentsOf: URL(fileURLWithPath: path))

            let told = await Doctor(folder.layout, mends: false, now: DataFolder.now).examine()
            #expect(told.contains { $0.subject == "integrity" && $0.state == .bad }, "\(told)")
            let findings = await Doctor(folder.layout, mends: true, now: DataFolder.now).examine()
            #expect(findings.contains { $0.subject == "integrity" && $0.state == .mended }, "\(findings)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".damaged-1")) == damaged)

            let after = try Dictionary(uniqueKeysWithValues: Self.tables.map { ($0, try rows($0, path)) })
            let lost = Dictionary(
                uniqueKeysWithValues: Self.tables.map { ($0, before[$0]!.subtracting(after[$0]!).count) }
            )
            for table in ["runs", "artifacts", "specs", "experiments", "changes"] {
                #expect(after[table]!.isSubset(of: before[table]!), "\(table) has rows that nobody wrote")
                #expect(lost[table]! <= mayGo[table] ?? 0, "\(table) lost \(lost[table]!), pages \(pages)")
            }
            // Rows of a run go with it.
            for (table, perRun) in [("tasks", 9), ("attempts", 8), ("artifact_edges", 3)] {
                #expect(after[table]!.isSubset(of: before[table]!), "\(table) has rows that nobody wrote")
                let most = (mayGo[table] ?? 0) + perRun * lost["runs"]! + lost["artifacts"]!
                #expect(lost[table]! <= most, "\(table) lost \(lost[table]!), pages \(pages)")
            }
            let words = findings.first { $0.subject == "lost rows" }
            // That something may be lost is said too often where even the beginning of a table is unknown, never too rarely.
            let isTold = words?.message != "None."
            let isLost = !lost.values.allSatisfy { $0 == 0 }
            #expect(isTold || !isLost, "\(lost)")
            let isDead = await Doctor(folder.layout, mends: false, now: DataFolder.now).examine()
                .contains { $0.subject == "integrity" && $0.state != .good }
            #expect(!isDead)
            let database = try await SQLiteDatabase.open(path: path)
            try database.close()
        }
    }

    @Test(
        "A file that ends too early is damaged, and what was beyond its end is told of as lost",
        arguments: [0.05, 0.1, 0.3, 0.5, 0.9, 0.99, 1]
    )
    func truncated(part: Double) async throws {
        try await DataFolder.with { folder, _ in
            let path = folder.layout.database
            try FileManager.default.removeItem(atPath: path)
            try await fill(path)
            let before = try Self.tables.map { try rows($0, path).count }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            // Less than a page as well, which SQLite does not notice.
            try whole.prefix(Int(Double(whole.count) * part) - 100).write(to: URL(fileURLWithPath: path))

            let told = await Doctor(folder.layout, mends: false, now: DataFolder.now).examine()
            #expect(told.contains { $0.subject == "integrity" && $0.state == .bad }, "\(told)")
            let findings = await Doctor(folder.layout, mends: true, now: DataFolder.now).examine()
            guard findings.contains(where: { $0.subject == "integrity" && $0.state == .mended }) else {
                #expect(findings.contains { $0.message.contains("No row of it can be read") }, "\(findings)")
                return
            }
            let lost = try #require(findings.first { $0.subject == "lost rows" })
            let after = try Self.tables.map { try rows($0, path).count }
            #expect(lost.state == .bad || before == after, "\(before) \(after)")
        }
    }

    /// Where the trees of the tables begin that most of the rows are in.
    private func roots(_ path: String) throws -> [Int] {
        let file = try SQLiteFile(path: path)
        let found = try file.read {
            try $0.query("SELECT rootpage FROM sqlite_master WHERE name IN ('runs', 'tasks', 'attempts')", [])
        }
        return found.compactMap { if case .integer(let page) = $0[0] { Int(page) } else { nil } }
    }

    @Test("The rows that a whole index tells of are counted exactly when their page is lost")
    func counted() async throws {
        try await DataFolder.with { folder, _ in
            let path = folder.layout.database
            try FileManager.default.removeItem(atPath: path)
            try await fill(path)
            let file = try SQLiteFile(path: path)
            let found = try file.read {
                try $0.query(
                    "SELECT pageno, ncell FROM dbstat WHERE name = 'runs' AND pagetype = 'leaf' ORDER BY pageno",
                    []
                )
            }
            guard case .integer(let page) = found[found.count / 2][0],
                case .integer(let cells) = found[found.count / 2][1]
            else { throw PlatformError.invalid("no pages of runs") }
            try overwrite([Int(page)], path, seed: 1)
            let findings = await Doctor(folder.layout, mends: true, now: DataFolder.now).examine()
            let lost = try #require(findings.first { $0.subject == "lost rows" }).message
            #expect(lost.contains("runs \(cells),") || lost.contains("runs \(cells)."), "\(lost)")
            #expect(lost.contains("tasks \(9 * cells) that belonged to rows that are lost"), "\(lost)")
        }
    }

    @Test("A file of which no row can be read is left as it is")
    func nothing() async throws {
        try await DataFolder.with { folder, _ in
            let path = folder.layout.database
            try overwrite(Set(1...(try pageCount(path))), path, seed: 9)
            let (before, names) = (try Data(contentsOf: URL(fileURLWithPath: path)), folder.names)
            let findings = await Doctor(folder.layout, mends: true, now: DataFolder.now).examine()
            #expect(findings.contains { $0.state == .bad && $0.message.contains("No row of it can be read") })
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
            #expect(folder.names == names)
        }
    }
}

/// The same noise for the same seed.
private struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// Source: splitmix64, by Sebastiano Vigna, in the public domain.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
