import Dispatch
import Foundation
import Model
import Store
import StoreDrivers
import Testing

@Suite("The SQLite database", .timeLimit(.minutes(15)))
struct SQLiteDatabaseTests {
    @Test("A hundred writers at once share commits, and one that fails harms nobody else")
    func groupCommit() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            let before = database.commitCount
            let failures: [PlatformError] = try await whileWriting(database) { blocker in
                await withTaskGroup(of: PlatformError?.self) { group in
                    for index in 0..<100 {
                        group.addTask {
                            do {
                                try await database.write { store in
                                    try store.appendChange(kind: "test", id: "\(index)", at: .epoch)
                                    if index == 42 { throw PlatformError.invalid("I am 42") }
                                }
                                return nil
                            } catch {
                                return error as? PlatformError
                            }
                        }
                    }
                    while database.waitingWrites < 100 { await Task.yield() }
                    blocker.signal()
                    return await group.reduce(into: [PlatformError]()) { failures, error in
                        if let error { failures.append(error) }
                    }
                }
            }
            #expect(failures == [PlatformError.invalid("I am 42")])
            #expect(database.commitCount - before == 2, "one for the blocker, one for everybody else")
            let changes = try await database.read { try $0.changes(after: 0, limit: 1_000) }
            #expect(Set(changes.map(\.id)) == Set((0..<100).map(String.init)).subtracting(["42"]))
            try database.close()
        }
    }

    @Test("When the shared commit fails, all who share it hear of it, and the next write works")
    func failedCommit() async throws {
        let database = try await SQLiteDatabase.inMemory()
        let failures: [PlatformError.Code?] = try await whileWriting(database) { blocker in
            await withTaskGroup(of: PlatformError.Code?.self) { group in
                group.addTask {
                    await failure(of: database) { try $0.appendChange(kind: "test", id: "good", at: .epoch) }
                }
                group.addTask {
                    await failure(of: database) { store in
                        // A reference that is checked at the commit, which is why the schema has none.
                        _ = try store.query("PRAGMA defer_foreign_keys = ON", [])
                        try store.upsertAttempts(
                            [Attempt(path: .root, number: 0, createdAt: .epoch)],
                            of: RunID("nobody")
                        )
                    }
                }
                while database.waitingWrites < 2 { await Task.yield() }
                blocker.signal()
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(failures == [.failedPrecondition, .failedPrecondition])
        #expect(try await database.read { try $0.lastChange() } == 0)
        try await database.write { try $0.appendChange(kind: "test", id: "next", at: .epoch) }
        #expect(try await database.read { try $0.lastChange() } == 1)
    }

    @Test("A writer whose caller was cancelled still writes all or nothing")
    func cancelledCaller() async throws {
        let database = try await SQLiteDatabase.inMemory()
        try await whileWriting(database) { blocker in
            let writer = Task {
                try await database.write { try $0.appendChange(kind: "test", id: "late", at: .epoch) }
            }
            while database.waitingWrites < 1 { await Task.yield() }
            writer.cancel()
            blocker.signal()
            try await writer.value
        }
        #expect(try await database.read { try $0.changes(after: 0, limit: 9).map(\.id) } == ["late"])
    }

    @Test("What was written is there after the file is opened again")
    func reopen() async throws {
        try await withFile { path in
            let first = try await SQLiteDatabase.open(path: path)
            try await first.write { try $0.appendChange(kind: "test", id: "kept", at: .epoch) }
            try first.close()
            let second = try await SQLiteDatabase.open(path: path)
            #expect(try await second.read { try $0.changes(after: 0, limit: 9).map(\.id) } == ["kept"])
            try second.close()
        }
    }

    @Test("Files have a write-ahead log, checked references, and a commit that a program's crash cannot lose")
    func pragmas() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            let settings = try await database.write { store in
                try ["journal_mode", "synchronous", "foreign_keys"].map {
                    try store.query("PRAGMA \($0)", [])
                }
            }
            #expect(settings == [[[.text("wal")]], [[.integer(1)]], [[.integer(1)]]])
            try database.close()
        }
    }

    @Test("A closed database says so")
    func closed() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            try database.close()
            let writing = await #expect(throws: PlatformError.self) {
                try await database.write { try $0.appendChange(kind: "test", id: "x", at: .epoch) }
            }
            let reading = await #expect(throws: PlatformError.self) {
                _ = try await database.read { try $0.lastChange() }
            }
            #expect(writing?.code == .unavailable, "\(writing?.description ?? "")")
            #expect(reading?.code == .unavailable)
        }
    }

    @Test("A file that is no database, or cannot be, is refused by name")
    func unusableFiles() async throws {
        try await withFile { path in
            try Data(String(repeating: "This is a letter. ", count: 500).utf8).write(to: URL(filePath: path))
            let letter = await #expect(throws: PlatformError.self) {
                _ = try await SQLiteDatabase.open(path: path)
            }
            #expect(letter?.code == .failedPrecondition)
            #expect(letter?.message.contains("\(path): the file is not an SQLite database") == true)

            let nowhere = await #expect(throws: PlatformError.self) {
                _ = try await SQLiteDatabase.open(path: path + ".missing/x.db")
            }
            #expect(nowhere?.code == .failedPrecondition)
            #expect(nowhere?.message.contains("cannot be opened") == true)
        }
    }

    @Test("A file of a newer build is refused by name and by both schema numbers, and left alone")
    func newerFile() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            _ = try await database.write {
                try $0.execute("INSERT INTO schema_migrations VALUES (99, 'x', 0)", [])
            }
            try database.close()
            let error = await #expect(throws: PlatformError.self) {
                _ = try await SQLiteDatabase.open(path: path)
            }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message.contains("Database \(path): The database has schema 99") == true)
        }
    }

    @Test("A full disk is reported as such, and writing goes on once there is room")
    func fullDisk() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            let large = String(repeating: "x", count: 1 << 20)
            _ = try await database.write { try $0.query("PRAGMA max_page_count = 100", []) }
            let error = await #expect(throws: PlatformError.self) {
                try await database.write { try $0.appendChange(kind: large, id: "x", at: .epoch) }
            }
            #expect(error?.code == .resourceExhausted)
            _ = try await database.write { try $0.query("PRAGMA max_page_count = 1000000", []) }
            try await database.write { try $0.appendChange(kind: large, id: "x", at: .epoch) }
            #expect(try await database.read { try $0.lastChange() } == 1)
            try database.close()
        }
    }

    @Test("Text with a NUL is refused, where SQLite would cut it off without a word")
    func nulCharacter() async throws {
        let database = try await SQLiteDatabase.inMemory()
        let error = await #expect(throws: PlatformError.self) {
            try await database.write { try $0.appendChange(kind: "a\0b", id: "x", at: .epoch) }
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A reader cannot write")
    func readersCannotWrite() async throws {
        let database = try await SQLiteDatabase.inMemory()
        await #expect(throws: PlatformError.self) {
            try await database.read { try $0.appendChange(kind: "test", id: "x", at: .epoch) }
        }
    }

    @Test("More different statements than are kept compiled still work")
    func manyStatements() async throws {
        let database = try await SQLiteDatabase.inMemory()
        let sum = try await database.read { store in
            try (0..<1_000).reduce(into: Int64(0)) { sum, number in
                guard case .integer(let value)? = try store.query("SELECT \(number)", []).first?.first else {
                    return
                }
                sum += value
            }
        }
        #expect(sum == 499_500)
    }

    @Test("Of thousands of writes that are asked for at once, each is done")
    func manyWrites() async throws {
        try await withFile { path in
            let database = try await SQLiteDatabase.open(path: path)
            try await database.write { store in
                let run = Run(
                    id: RunID("r"),
                    experimentID: ExperimentID("e"),
                    displayName: "r",
                    pipelineName: "p",
                    createdAt: .epoch
                )
                try store.insertRun(run, specID: "s")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<5_000 {
                    group.addTask { try await Self.writeTask(database, "task\(index)") }
                }
                try await group.waitForAll()
            }
            let tasks = try await database.read { try $0.tasks(of: RunID("r")).count }
            #expect(tasks == 5_000)
            try database.close()
        }
    }

    private func failure(
        of database: SQLiteDatabase,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Void
    ) async -> PlatformError.Code? {
        do {
            try await database.write(body)
            return nil
        } catch {
            return (error as? PlatformError)?.code
        }
    }

    private static func writeTask(_ database: SQLiteDatabase, _ path: String) async throws {
        try await database.write { store in
            let task = TaskRecord(
                runID: RunID("r"),
                path: TaskPath(path),
                parent: .root,
                name: "t",
                displayName: "t",
                kind: .container,
                createdAt: .epoch
            )
            try store.upsertTasks([task])
        }
    }

    /// Runs `body` while a write is under way, which ends when `body` signals.
    private func whileWriting<Value>(
        _ database: SQLiteDatabase,
        _ body: (DispatchSemaphore) async throws -> Value
    ) async throws -> Value {
        let hasBegun = AsyncStream<Void>.makeStream()
        let blocker = DispatchSemaphore(value: 0)
        async let blocking: Void = database.write { _ in
            hasBegun.continuation.finish()
            blocker.wait()
        }
        for await _ in hasBegun.stream {}
        let value = try await body(blocker)
        try await blocking
        return value
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "test.db").path)
    }
}
