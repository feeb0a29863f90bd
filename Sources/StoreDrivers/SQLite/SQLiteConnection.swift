import FoundationEssentials
import GRDB
import Model
import Store
import Synchronization

/// One SQLite connection inside a transaction.
struct SQLiteConnection: SQLConnection {
    private let database: GRDB.Database
    private let statements: StatementTexts

    /// Wraps a connection for the length of one access.
    init(_ database: GRDB.Database, _ statements: StatementTexts) {
        self.database = database
        self.statements = statements
    }

    /// Whether a transaction is open; some errors, such as a full disk, end it.
    var isInsideTransaction: Bool { database.isInsideTransaction }

    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        do {
            try statement(sql, arguments).execute()
            return database.changesCount
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        do {
            let cursor = try Row.fetchCursor(statement(sql, arguments))
            var rows: [[SQLValue]] = []
            while let row = try cursor.next() {
                rows.append(row.databaseValues.map { SQLValue($0) })
            }
            return rows
        } catch let error as DatabaseError {
            throw PlatformError(error)
        }
    }

    private func statement(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        guard database.sqliteConnection != nil else { throw PlatformError.databaseClosed }
        let statement =
            statements.isWorthKeeping(sql)
            ? try database.cachedStatement(sql: sql) : try database.makeStatement(sql: sql)
        // Of that type because GRDB takes any other one apart by key paths, which costs more than the statement.
        let values: [(any DatabaseValueConvertible)?] = try arguments.map { try $0.databaseValue }
        try statement.setArguments(StatementArguments(values))
        return statement
    }
}

/// Which statements are kept compiled: the first ones met, up to a bound.
///
/// Lists make a new text for each combination of filters; without a bound, requests could fill the memory
/// with compiled statements.
final class StatementTexts: Sendable {
    private static let countMax = 256
    private let kept = Mutex<Set<String>>([])

    /// Whether to keep this statement; the answer for one text never changes from yes to no.
    func isWorthKeeping(_ sql: String) -> Bool {
        kept.withLock { kept in
            if kept.contains(sql) { return true }
            guard kept.count < Self.countMax else { return false }
            kept.insert(sql)
            return true
        }
    }
}

extension SQLValue {
    /// The value as GRDB has it.
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .double(let real): self = .real(real)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        }
    }

    /// The value for GRDB.
    /// - Throws: ``PlatformError`` for text with a NUL, where SQLite would silently end the text.
    fileprivate var databaseValue: DatabaseValue {
        get throws {
            switch self {
            case .null: return .null
            case .integer(let integer): return integer.databaseValue
            case .real(let real): return real.databaseValue
            case .text(let text):
                guard !text.utf8.contains(0) else {
                    throw PlatformError.invalid(
                        "text contains a NUL character, which cannot be stored: remove it"
                    )
                }
                return text.databaseValue
            case .blob(let bytes): return Data(bytes).databaseValue
            }
        }
    }
}
