import Model
import Wire

/// The tables in which artifacts are shown.
enum ArtifactTables {
    /// A list of artifacts.
    static func artifacts(_ artifacts: [Artifact]) -> Table {
        Table(
            headings: ["ID", "NAME", "TYPE", "CREATED", "URI"],
            rows: artifacts.map { artifact in
                [
                    Cell(artifact.id.text), Cell(artifact.name, .strong), Cell(type(artifact)),
                    Cell(artifact.createdAt.rfc3339, .faint), Cell(artifact.uri, .faint),
                ]
            }
        )
    }

    /// Writes a list of artifacts to standard output.
    static func show(_ rows: [JSONValue], _ format: OutputFormat) throws {
        let artifacts = try rows.map(Artifact.init(json:))
        try Console.output.show(self.artifacts(artifacts), or: .array(rows), format)
    }

    /// One artifact with all that is known of it, one fact a line.
    static func details(_ artifact: Artifact, _ uses: [LineageMessage.Step]) -> Table {
        var facts = [
            ("id", artifact.id.text), ("name", artifact.name), ("type", artifact.schemaTitle),
            ("uri", artifact.uri), ("created", artifact.createdAt.rfc3339),
            ("digest", artifact.digest ?? ""),
            ("content", artifact.isMetadataOnly ? "none, metadata only" : ""),
        ]
        facts += artifact.metadata.sorted { $0.key < $1.key }.map {
            ("metadata.\($0)", $1.string ?? $1.jsonText)
        }
        facts += uses.map { use in
            let verb =
                use.isOutput ? (use.taskState == .cached ? "taken over by" : "written by") : "read by"
            return (verb, "\(use.task.path) of run \(use.task.runID) (\(use.runName))")
        }
        return Table(headings: [], rows: facts.filter { !$0.1.isEmpty }.map { [Cell($0, .faint), Cell($1)] })
    }

    /// The way from an artifact, near steps first.
    static func lineage(_ steps: [LineageMessage.Step]) -> Table {
        Table(
            headings: ["DIRECTION", "DEPTH", "TASK", "", "ARTIFACT", "TYPE", "ID", "RUN"],
            rows: steps.map { step in
                [
                    Cell(step.direction.lowercased()), Cell(String(step.depth)), Cell(step.taskName, .strong),
                    Cell(step.isOutput ? "wrote" : "read", .faint), Cell(step.artifact.name, .strong),
                    Cell(type(step.artifact)), Cell(step.artifact.id.text), Cell(step.runName, .faint),
                ]
            }
        )
    }

    private static func type(_ artifact: Artifact) -> String {
        let title = artifact.schemaTitle
        return title.hasPrefix("system.") ? String(title.dropFirst("system.".count)) : title
    }
}
