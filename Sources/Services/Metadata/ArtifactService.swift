import Artifacts
package import Model
import Store

/// What can be done with artifacts: find them, read them, see where they come from and go to.
package struct ArtifactService: Sendable {
    let context: ServiceContext

    /// One page of artifacts.
    /// - Parameter run: only what a task of this run read or wrote.
    package func list(_ query: ListQuery, of run: RunID?) async throws -> Page<Artifact> {
        try await context.database.read { connection in
            if let run { _ = try connection.requiredRun(run) }
            return try connection.listArtifacts(query, of: run)
        }
    }

    /// The artifact with an id.
    /// - Throws: `notFound`.
    package func get(_ id: ArtifactID) async throws -> Artifact {
        try await context.database.read { try $0.requiredArtifact(id) }
    }

    /// One page of the uses of artifacts; for each one that was read, who made it in the same run.
    package struct Links: Sendable {
        /// The uses.
        package var page: Page<ArtifactLink>
        /// Who wrote the artifacts that others of the same run read.
        package var producers: [ArtifactLink]
    }

    /// One page of the uses of artifacts.
    /// - Throws: `invalidArgument` unless artifacts, runs or tasks are named. Source: KFP 3.0.
    package func links(_ query: ListQuery, _ scope: ArtifactLinkScope) async throws -> Links {
        if scope.artifacts.isEmpty, scope.runs.isEmpty, scope.tasks.isEmpty {
            throw PlatformError.invalid(
                "None of run_ids, task_ids and artifact_ids is given; say whose artifacts are meant."
            )
        }
        return try await context.database.read { connection in
            let page = try connection.listArtifactLinks(query, scope)
            let read = Set(page.items.filter { $0.edge.direction == .input }.map(\.edge.artifactID))
            let runs = Set(page.items.map(\.edge.runID))
            let producers = try connection.links(
                ofArtifacts: read.sorted(),
                .output,
                limit: Limits.lineageLinksMax
            )
            return Links(page: page, producers: producers.filter { runs.contains($0.edge.runID) })
        }
    }

    /// An artifact, or a place within one, opened for reading.
    package struct Opened: Sendable {
        /// The artifact.
        package var artifact: Artifact
        /// The names that lead to the place; none for the artifact itself.
        package var path: [String]
        /// What is there.
        package var content: StoredContent

        /// What it is called when it is saved: the last part of its place.
        package var fileName: String {
            let last = path.last ?? artifact.uri.split(separator: "/").last.map(String.init) ?? artifact.name
            return last.isEmpty ? artifact.id.text : last
        }
    }

    /// Opens an artifact for reading.
    /// - Parameter path: a place within a folder, with slashes; `nil` or empty for the artifact itself.
    /// - Throws: `notFound` for the artifact, the place, and for bytes that are not here, each with a sentence;
    ///   `invalidArgument` for a path that would lead elsewhere.
    package func open(_ id: ArtifactID, path: String?) async throws -> Opened {
        try await open(try await get(id), path: path)
    }

    /// Opens an artifact of a task by the name of the output, or else the input, it is known by.
    ///
    /// Source: KFP 2.x `ReadArtifact`. Of a list the first one is meant.
    /// - Throws: `notFound`.
    package func open(named name: String, of run: RunID, _ path: TaskPath) async throws -> Opened {
        let artifact = try await context.database.read { connection in
            _ = try connection.requiredRun(run)
            guard let task = try connection.task(run, path) else {
                throw PlatformError.notFound("Task", "'\(path)' of run \(run)")
            }
            guard let id = task.outputs.artifacts[name]?.first ?? task.inputs.artifacts[name]?.first else {
                let names = Set(task.outputs.artifacts.keys).union(task.inputs.artifacts.keys).sorted()
                throw PlatformError(
                    .notFound,
                    "Task '\(path)' of run \(run) has no artifact '\(name)'; it has "
                        + (names.isEmpty ? "none." : names.joined(separator: ", ") + ".")
                )
            }
            return try connection.requiredArtifact(id)
        }
        return try await open(artifact, path: nil)
    }

    /// Opens a file in the artifact store by its place, which a step may have written down somewhere.
    ///
    /// Nothing but the store can be reached, whatever the place says.
    /// - Throws: `notFound` when nothing is there, or the place is not in the store; `invalidArgument` for a folder.
    package func open(at place: String) async throws -> StoredFile {
        let path = place.hasPrefix("file://") ? String(place.dropFirst(7)) : place
        switch try await context.artifacts.open(path, path: []) {
        case .file(let file): return StoredFile(file: file)
        case .folder: throw PlatformError.invalid("\(place.prefix(200)) is a folder, expected a file.")
        }
    }

    /// Everything in a folder that is open; nothing for a file.
    package func entries(of opened: Opened) -> EntryWalk {
        guard case .folder(let entries) = opened.content else { return EntryWalk(entries: []) { _ in nil } }
        return EntryWalk(entries: entries) { path in
            try await open(opened.artifact, at: opened.path + path)
        }
    }

    private func open(_ artifact: Artifact, at path: [String]) async throws -> StoredContent {
        switch try await context.artifacts.open(artifact.uri, path: path) {
        case .file(let file): .file(StoredFile(file: file))
        case .folder(let entries): .folder(entries)
        }
    }

    private func open(_ artifact: Artifact, path: String?) async throws -> Opened {
        let names = try Self.names(of: path ?? "")
        if artifact.isMetadataOnly {
            throw PlatformError(
                .notFound,
                "Artifact \(artifact.id) has no content, only metadata: its task wrote nothing at \(artifact.uri)."
            )
        }
        return Opened(artifact: artifact, path: names, content: try await open(artifact, at: names))
    }

    private static func names(of path: String) throws -> [String] {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !path.isEmpty else { return [] }
        // One slash at the end is how people write a folder.
        let significant = names.last == "" ? names.dropLast() : names[...]
        guard significant.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) })
        else {
            throw PlatformError.invalid(
                "path: expected names with slashes between them, such as model/weights.bin, without . or .., "
                    + "found \"\(path.prefix(200))\""
            )
        }
        return Array(significant)
    }
}

extension SQLConnection {
    func requiredArtifact(_ id: ArtifactID) throws -> Artifact {
        guard let artifact = try artifact(id) else { throw PlatformError.notFound("Artifact", id.text) }
        return artifact
    }
}
