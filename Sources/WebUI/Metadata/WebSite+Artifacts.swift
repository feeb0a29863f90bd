import HTTPTypes
import Hummingbird
import Model
import Services

extension WebSite {
    /// The list of artifacts.
    func artifacts(_ request: WebRequest) async throws -> Response {
        let address = try ArtifactsAddress(query: request.query)
        let query = try address.query(pageSize: 50)
        let view = ArtifactsView(try await useCases.artifacts.overview(query), address, query, now: now())
        return try show(view, title: "Artifacts", section: .artifacts, live: "artifacts")
    }

    /// The page of an artifact, or of a place in one.
    func artifact(_ id: ArtifactID, _ request: WebRequest) async throws -> Response {
        let address = try ArtifactAddress(id, query: request.query)
        let isLineage = address.tab == .lineage
        let directions: [Lineage.Direction] =
            switch isLineage ? address.way : .both {
            case .both: Lineage.Direction.allCases
            case .upstream: [.upstream]
            case .downstream: [.downstream]
            }
        let lineage = try await useCases.artifacts.lineage(
            of: id,
            directions,
            depth: isLineage ? address.depth : 1
        )
        let content = isLineage ? nil : try await look(at: lineage.artifact, address, .page)
        let view = ArtifactView(lineage, address, content: content, now: now())
        return try show(view, title: view.name, section: .artifacts, live: "artifact/\(id)")
    }
}
