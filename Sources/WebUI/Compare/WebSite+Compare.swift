import HTTPTypes
import Hummingbird
import Model
import Services

extension WebSite {
    /// Two to ten runs side by side.
    func compare(_ request: WebRequest) async throws -> Response {
        let address = try CompareAddress(query: request.query)
        var runs: [RunService.Details] = []
        for id in address.runs { runs.append(try await useCases.runs.details(id)) }
        let comparison = Comparison(runs, measured: try await measured(runs))
        let view = CompareView(
            runs,
            comparison,
            address,
            galleries: try await galleries(runs, comparison),
            now: now()
        )
        let topic = "compare/" + address.runs.map(\.text).joined(separator: ",")
        return try show(view, title: view.title, section: .runs, live: topic)
    }

    /// The pages and texts that the runs wrote, those of one place side by side.
    private func galleries(_ runs: [RunService.Details], _ comparison: Comparison) async throws
        -> [CompareView.Gallery]
    {
        var galleries: [CompareView.Gallery] = []
        let written = comparison.findings.filter { finding in
            finding.artifacts.contains {
                $0?.schemaTitle == "system.HTML" || $0?.schemaTitle == "system.Markdown"
                    || $0.map { Visualization.isFile(named: $0.name) } ?? false
            }
        }
        // Each is a file to read.
        for finding in written.prefix(6) {
            var panes: [CompareView.Pane] = []
            for (place, artifact) in finding.artifacts.enumerated() {
                guard let artifact else { continue }
                panes.append(
                    CompareView.Pane(
                        letter: CompareAddress.letter(place),
                        look: "c\(place)",
                        name: runs[place].run.displayName,
                        content: try await look(at: artifact, ArtifactAddress(artifact.id), .panel)
                    )
                )
            }
            galleries.append(CompareView.Gallery(title: finding.origin, panes: panes))
        }
        return galleries
    }
}
