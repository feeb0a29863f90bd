package import Model
import Wire

/// Named values: what went into a task or a run, or came out.
package struct ValuesView: Hashable, Sendable {
    /// A parameter.
    struct Parameter: Hashable, Sendable {
        let name: String
        /// The value; of a long one the beginning.
        let text: String
        /// The whole value, if it is long.
        let whole: String?
        /// Where it comes from, if that is worth saying.
        let note: String?
    }

    /// An artifact.
    struct Artifact: Hashable, Sendable {
        let name: String
        let href: String
        let type: String
        let uri: String
        let metadata: String?
    }

    let parameters: [Parameter]
    let artifacts: [Artifact]
    let isEmpty: Bool

    /// Makes the view.
    /// - Parameter defaults: values of what was not given.
    package init(
        _ values: TaskValues,
        artifacts known: [ArtifactID: Model.Artifact] = [:],
        defaults: [String: JSONValue] = [:]
    ) {
        let given = values.parameters.sorted { $0.key < $1.key }.map {
            Self.parameter($0.key, $0.value, note: nil)
        }
        let rest = defaults.filter { values.parameters[$0.key] == nil }.sorted { $0.key < $1.key }
            .map { Self.parameter($0.key, $0.value, note: "default") }
        parameters = given + rest
        artifacts = values.artifacts.sorted { $0.key < $1.key }.flatMap { name, ids in
            ids.enumerated().map { place, id in
                Self.artifact(ids.count == 1 ? name : "\(name) [\(place)]", id, known[id])
            }
        }
        isEmpty = parameters.isEmpty && artifacts.isEmpty
    }

    private static func parameter(_ name: String, _ value: JSONValue, note: String?) -> Parameter {
        let whole = value.string ?? value.jsonText
        let short = String(whole.prefix(240))
        return Parameter(
            // What the SDK puts before inputs of groups says nothing to those who wrote the pipeline.
            name: name.hasPrefix("pipelinechannel--") ? String(name.dropFirst(17)) : name,
            text: value.string == "" ? "(empty text)" : short,
            whole: short.utf8.count == whole.utf8.count ? nil : whole,
            note: note
        )
    }

    private static func artifact(_ name: String, _ id: ArtifactID, _ artifact: Model.Artifact?) -> Artifact {
        Artifact(
            name: name,
            href: "/artifacts/" + percentEncoded(id.text),
            type: artifact.map { typeText($0.schemaTitle) } ?? "Artifact",
            uri: artifact?.uri ?? "",
            metadata: artifact.map(Evaluation.rest).flatMap {
                $0.isEmpty ? nil : clipped(JSONValue.object($0).jsonText, 400)
            }
        )
    }
}
