package import Model
import Store

extension ArtifactService {
    /// Walks from an artifact along the tasks that wrote and read it.
    ///
    /// Upstream, a step is the task that wrote an artifact, then what that task read, and so on; downstream the other
    /// way round. No task and no artifact is visited twice in one direction.
    /// - Parameters:
    ///   - directions: which ways to go.
    ///   - depth: how many tasks far, 1 to ``Limits/lineageDepthMax``.
    /// - Throws: `notFound` for the artifact, `invalidArgument` for the depth.
    package func lineage(
        of id: ArtifactID,
        _ directions: [Lineage.Direction],
        depth: Int
    ) async throws -> Lineage {
        guard (1...Limits.lineageDepthMax).contains(depth) else {
            throw PlatformError.invalid("depth is \(depth), expected 1 to \(Limits.lineageDepthMax)")
        }
        return try await context.database.read { connection in
            var lineage = Lineage(
                artifact: try connection.requiredArtifact(id),
                steps: [],
                artifacts: [:],
                runNames: [:],
                isCut: false
            )
            for direction in directions {
                try connection.walk(from: id, direction, depth: depth, &lineage)
            }
            let steps = lineage.steps
            lineage.artifacts = try connection.artifacts(Set(steps.map(\.link.edge.artifactID)).sorted())
            lineage.runNames = try connection.displayNames(of: Set(steps.map(\.link.edge.runID)).sorted())
            return lineage
        }
    }
}

extension SQLConnection {
    fileprivate func walk(
        from id: ArtifactID,
        _ direction: Lineage.Direction,
        depth: Int,
        _ lineage: inout Lineage
    ) throws {
        let (near, far): (ArtifactEdge.Direction, ArtifactEdge.Direction) =
            direction == .upstream ? (.output, .input) : (.input, .output)
        var seenArtifacts: Set<ArtifactID> = [id]
        var seenTasks: Set<TaskPlace> = []
        var frontier = [id]
        for level in 1...depth where !frontier.isEmpty {
            let touching = try links(ofArtifacts: frontier, near, limit: lineage.room + 1)
            lineage.add(touching, direction, level)
            let tasks = Self.unseen(touching.map(\.place), &seenTasks)
            let beyond = try links(ofTasks: tasks, far, limit: lineage.room + 1)
            lineage.add(beyond, direction, level)
            frontier = Self.unseen(beyond.map(\.edge.artifactID), &seenArtifacts)
        }
    }

    private static func unseen<Element: Hashable>(
        _ elements: [Element],
        _ seen: inout Set<Element>
    ) -> [Element] {
        elements.filter { seen.insert($0).inserted }
    }
}

extension Lineage {
    /// How many more steps there may be.
    fileprivate var room: Int { max(0, Limits.lineageLinksMax - steps.count) }

    fileprivate mutating func add(_ links: [ArtifactLink], _ direction: Direction, _ depth: Int) {
        if links.count > room { isCut = true }
        steps += links.prefix(room).map { Step(direction: direction, depth: depth, link: $0) }
    }
}

extension ArtifactLink {
    fileprivate var place: TaskPlace { TaskPlace(runID: edge.runID, path: edge.path) }
}
