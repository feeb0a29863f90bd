import Model
import Pods
import Store

/// Tells how the server is.
package struct HealthService: Sendable {
    let context: ServiceContext

    /// How the server is now.
    /// - Throws: ``PlatformError`` when the database cannot be asked; everything else is a problem among others.
    package func look() async throws -> ServerHealth {
        let facts = context.facts
        let runs = try await context.database.read { try $0.runCount() }
        let pods = await context.pods.load()
        let journal = context.sweeps.last
        var problems: [String] = []
        var disk: DiskRoom?
        do {
            let room = try facts.room()
            if room.isScarce {
                problems.append(
                    "Only \(byteText(room.free)) are free on the disk: make room, or keep fewer runs."
                )
            }
            disk = room
        } catch {
            problems.append((error as? PlatformError)?.message ?? "The disk cannot be looked at: \(error)")
        }
        if let shortage = pods.shortage { problems.append("Steps wait: " + shortage) }
        if let problem = journal.problem { problems.append(problem) }
        return ServerHealth(
            startedAt: facts.startedAt,
            drivers: facts.drivers,
            runs: runs,
            databaseBytes: facts.databaseBytes(),
            disk: disk,
            pods: pods,
            sweep: journal.sweep,
            problems: problems
        )
    }
}
