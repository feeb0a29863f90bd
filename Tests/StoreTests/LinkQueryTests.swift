import Model
import Store
import Testing

@Suite("What tasks read and wrote")
struct LinkQueryTests {
    @Test("Of some tasks it is found by their keys")
    func links() async throws {
        try await Backend.sqliteInMemory.withDatabase { database in
            let plan = try await database.read { store in
                let explaining = ExplainingConnection(store)
                let tasks = ["a", "b"].map { TaskPlace(runID: RunID("r"), path: TaskPath($0)) }
                _ = try explaining.links(ofTasks: tasks, .output, limit: 10)
                return explaining.plans.joined().joined(separator: "; ")
            }
            #expect(!plan.contains("SCAN edges") && !plan.contains("SCAN tasks"), "\(plan)")
        }
    }
}
