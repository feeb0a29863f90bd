import Hummingbird
import Model
import Services
import Wire

extension APIResponder {
    func listArtifacts(_ request: APIRequest) async throws -> Response {
        let query = try request.listQuery()
        let run = try request.query()["run_id"].map { RunID($0) }
        return .json(
            try await useCases.artifacts.list(query, of: run).json("artifacts", of: query) { $0.json }
        )
    }

    func getArtifact(_ request: APIRequest) async throws -> Response {
        .json(try await useCases.artifacts.get(request.id("artifact_id")).json)
    }

    func listArtifactTasks(_ request: APIRequest) async throws -> Response {
        let repeated: Set<String> = ["task_ids", "run_ids", "artifact_ids"]
        let query = try request.listQuery(repeated: repeated)
        let parameters = try request.query(repeated: repeated)
        let scope = ArtifactLinkScope(
            artifacts: try parameters.list("artifact_ids").map { ArtifactID($0) },
            runs: try parameters.list("run_ids").map { RunID($0) },
            tasks: try parameters.list("task_ids").map { text in
                guard let id = TaskID(text) else {
                    throw PlatformError.invalid(
                        "task_ids: expected the task_id of a task, <run id>.<path>, found \"\(text.prefix(80))\""
                    )
                }
                return TaskPlace(runID: id.runID, path: id.path)
            },
            direction: try parameters["type"].flatMap(Self.direction)
        )
        let links = try await useCases.artifacts.links(query, scope)
        return .json(links.page.json("artifact_tasks", of: query) { $0.json(writers: links.producers) })
    }

    func getArtifactLineage(_ request: APIRequest) async throws -> Response {
        let query = try request.query()
        let directions: [Lineage.Direction]
        switch query["direction"] {
        case nil, "BOTH": directions = Lineage.Direction.allCases
        case let text?:
            guard let direction = Lineage.Direction(rawValue: text) else {
                throw PlatformError.invalid(
                    "direction: expected UPSTREAM, DOWNSTREAM or BOTH, found \"\(text.prefix(80))\""
                )
            }
            directions = [direction]
        }
        let size = try query.count("page_size") ?? 0
        let lineage = try await useCases.artifacts.lineage(
            of: request.id("artifact_id"),
            directions,
            depth: try query.count("depth") ?? 3
        )
        let steps = lineage.steps.compactMap { step in
            lineage.artifacts[step.link.edge.artifactID].map { artifact in
                LineageMessage.Step(
                    direction: step.direction.rawValue,
                    depth: step.depth,
                    link: step.link,
                    artifact: artifact,
                    runName: lineage.runNames[step.link.edge.runID] ?? ""
                )
            }
        }
        return .json(
            LineageMessage(
                artifact: lineage.artifact,
                steps: steps,
                from: min(try query.count("page_token") ?? 0, steps.count),
                pageSize: size == 0 ? Limits.pageSizeMax : min(size, Limits.pageSizeMax),
                isCut: lineage.isCut
            ).json
        )
    }

    /// Reading or writing, whichever the type is a kind of. Source: KFP 3.0 `IOType`.
    private static func direction(_ type: String) throws -> ArtifactEdge.Direction? {
        switch type {
        case "UNSPECIFIED", "0": return nil
        case "OUTPUT", "ITERATOR_OUTPUT", "ONE_OF_OUTPUT", "9", "8", "10": return .output
        case "COMPONENT_DEFAULT_INPUT", "TASK_OUTPUT_INPUT", "COMPONENT_INPUT", "RUNTIME_VALUE_INPUT",
            "COLLECTED_INPUTS", "ITERATOR_INPUT", "ITERATOR_INPUT_RAW", "1", "2", "3", "4", "5", "6", "7":
            return .input
        default:
            throw PlatformError.invalid(
                "type: expected OUTPUT or TASK_OUTPUT_INPUT, found \"\(type.prefix(80))\""
            )
        }
    }
}
