package import Model
import Store

extension ArtifactService {
    /// One page of artifacts with what is shown beside them.
    package struct Overview: Sendable {
        /// The artifacts.
        package var page: Page<Artifact>
        /// Who wrote each of them first; those that nobody wrote here are missing.
        package var writers: [ArtifactID: ArtifactLink]
        /// The names of the writers' runs.
        package var runNames: [RunID: String]
    }

    /// One page of artifacts and who wrote them, from one moment.
    /// - Throws: `invalidArgument` for a field that artifacts do not have.
    package func overview(_ query: ListQuery) async throws -> Overview {
        try await context.database.read { connection in
            let page = try connection.listArtifacts(query, of: nil)
            let links = try connection.links(
                ofArtifacts: page.items.map(\.id),
                .output,
                limit: Limits.lineageLinksMax
            )
            // A task that took an artifact over from an earlier execution has written it, too, in a way.
            let writers = Dictionary(links.map { ($0.edge.artifactID, $0) }) { first, second in
                first.taskState == .cached && second.taskState != .cached ? second : first
            }
            let runs = Set(writers.values.map(\.edge.runID)).sorted()
            return Overview(page: page, writers: writers, runNames: try connection.displayNames(of: runs))
        }
    }
}
