import Store

/// Passes queries on and notes how SQLite would run them.
final class ExplainingConnection: SQLConnection {
    private let connection: any SQLConnection
    private(set) var plans: [[String]] = []

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try connection.execute(sql, arguments)
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        let steps = try connection.query("EXPLAIN QUERY PLAN \(sql)", arguments)
        plans.append(
            steps.map { step in
                guard case .text(let text)? = step.last else { return "" }
                return text
            }
        )
        return try connection.query(sql, arguments)
    }
}
