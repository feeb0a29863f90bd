import Foundation
import Store
import StoreDrivers

/// A kind of database that the whole suite runs on; another driver joins by one more case.
enum Backend: String, CaseIterable, Sendable {
    case sqliteInMemory
    case sqliteInFile

    /// Runs `body` on an empty database, which is gone afterwards.
    func withDatabase(_ body: (any Database) async throws -> Void) async throws {
        switch self {
        case .sqliteInMemory:
            try await body(try await SQLiteDatabase.inMemory())
        case .sqliteInFile:
            let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let database = try await SQLiteDatabase.open(path: folder.appending(path: "test.db").path)
            try await body(database)
            try database.close()
        }
    }
}
