import Model
import ServerKit
import Testing

/// Expects a use case to be refused and to leave every table as it was.
func expectRefusal(
    _ server: TestServer,
    _ code: PlatformError.Code,
    _ fragment: String = "",
    _ comment: Comment? = nil,
    _ body: () async throws -> Void
) async throws {
    let before = try await server.rowCounts()
    do {
        try await body()
        Issue.record("was not refused: \(comment?.rawValue ?? fragment)")
    } catch let error as PlatformError {
        #expect(error.code == code, "\(error)")
        #expect(error.message.contains(fragment), "\(error)")
    }
    #expect(try await server.rowCounts() == before, comment)
    #expect(try await server.contradictions() == [])
}
