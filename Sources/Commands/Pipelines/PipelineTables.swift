import Model
import Wire

/// The tables in which pipelines and their versions are shown.
enum PipelineTables {
    /// A list of pipelines.
    static func pipelines(_ pipelines: [Pipeline]) -> Table {
        Table(
            headings: ["ID", "NAME", "CREATED", "DESCRIPTION"],
            rows: pipelines.map { pipeline in
                [
                    Cell(pipeline.id.text), Cell(pipeline.name, .strong),
                    Cell(pipeline.createdAt.rfc3339, .faint), Cell(pipeline.description),
                ]
            }
        )
    }

    /// A list of versions.
    static func versions(_ versions: [PipelineVersion]) -> Table {
        Table(
            headings: ["VERSION", "NAME", "CREATED", "DESCRIPTION"],
            rows: versions.map { version in
                [
                    Cell(version.id.text), Cell(version.name, .strong),
                    Cell(version.createdAt.rfc3339, .faint), Cell(version.description),
                ]
            }
        )
    }

    /// One pipeline, a line for each thing there is to say.
    static func details(_ pipeline: Pipeline) -> Table {
        Table(facts: [
            ("id", Cell(pipeline.id.text)), ("name", Cell(pipeline.name, .strong)),
            ("display name", Cell(pipeline.displayName == pipeline.name ? "" : pipeline.displayName)),
            ("description", Cell(pipeline.description)), ("created", Cell(pipeline.createdAt.rfc3339)),
            ("tags", Cell(text(pipeline.tags))),
        ])
    }

    /// One version with the inputs of its pipeline.
    static func details(_ message: PipelineVersionMessage) -> Table {
        let version = message.version
        let inputs = message.spec.map { PipelineInputs(spec: $0.pipelineSpec).lines } ?? []
        return Table(
            facts: [
                ("id", Cell(version.id.text)), ("name", Cell(version.name, .strong)),
                ("display name", Cell(version.displayName == version.name ? "" : version.displayName)),
                ("description", Cell(version.description)), ("created", Cell(version.createdAt.rfc3339)),
                ("pipeline", Cell(version.pipelineID.text)), ("from", Cell(version.packageURL)),
                ("source code", Cell(version.codeSourceURL)), ("tags", Cell(text(version.tags))),
            ] + inputs.map { ("input", Cell($0)) }
        )
    }

    private static func text(_ tags: [String: String]) -> String {
        tags.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ", ")
    }
}
