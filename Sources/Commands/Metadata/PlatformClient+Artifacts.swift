import Model
import Wire

extension PlatformClient {
    /// Artifacts as the server sends them.
    /// - Parameter run: only what a task of this run read or wrote.
    func artifactRows(ofRun run: RunID?, query: ListQuery, limit: Int) async throws -> [JSONValue] {
        try await rows(
            .listArtifacts,
            [:],
            "artifacts",
            query,
            limit: limit,
            extra: QueryString.text(["run_id": run?.text])
        )
    }

    /// The artifact a person means: its id, or the beginning of its id (from 4 characters on).
    /// - Throws: ``PlatformError`` with `invalidArgument` if none or several fit.
    func artifactJSON(meant text: String) async throws -> JSONValue {
        do {
            return try await json(.getArtifact, ["artifact_id": text])
        } catch let error as PlatformError where error.code == .notFound || error.code == .invalidArgument {
            let beginning = text.lowercased()
            var candidates: [JSONValue] = []
            if beginning.count >= 4 {
                let fits = Predicate(key: "artifact_id", operation: .isSubstring, operand: .string(beginning))
                let rows = try await artifactRows(
                    ofRun: nil,
                    query: ListQuery(predicates: [fits], descending: true),
                    limit: Limits.pageSizeMax
                )
                candidates = rows.filter { $0["artifact_id"]?.string?.hasPrefix(beginning) == true }
            }
            if candidates.count == 1 { return candidates[0] }
            if candidates.isEmpty {
                throw PlatformError.invalid(
                    "no artifact has the id \(text), or an id that begins with it (at least 4 characters); "
                        + "see `martlet artifacts list`"
                )
            }
            let ids = candidates.prefix(10).compactMap { $0["artifact_id"]?.string }.joined(separator: ", ")
            throw PlatformError.invalid("\(text) fits several artifacts: \(ids); give more of the id")
        }
    }

    /// The steps of an artifact's lineage, all pages, as sent and as read.
    func lineageRows(
        of id: ArtifactID,
        direction: String,
        depth: Int
    ) async throws -> (rows: [JSONValue], steps: [LineageMessage.Step]) {
        var rows: [JSONValue] = []
        var steps: [LineageMessage.Step] = []
        var token: String?
        repeat {
            let json = try await json(
                .getArtifactLineage,
                ["artifact_id": id.text],
                query: QueryString.text(["direction": direction, "depth": String(depth), "page_token": token])
            )
            let page = try LineageMessage(json: json)
            rows += json["steps"]?.array ?? []
            steps += page.steps
            token = page.nextPageToken
        } while token != nil
        return (rows, steps)
    }

    /// The steps of an artifact's lineage; see ``lineageRows(of:direction:depth:)``.
    func lineage(of id: ArtifactID, direction: String, depth: Int) async throws -> [LineageMessage.Step] {
        try await lineageRows(of: id, direction: direction, depth: depth).steps
    }
}
