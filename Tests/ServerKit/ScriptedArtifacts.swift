package import Artifacts
package import Model
package import Synchronization

/// An artifact store that only remembers what was put where.
package final class ScriptedArtifacts: ArtifactStore {
    private let copies = Mutex<[String: String]>([:])

    /// Why nothing can be removed; `nil` while it can.
    package let refusal = Mutex<String?>(nil)

    /// An empty store.
    package init() {}

    /// The source of what was put, by URI.
    package var sources: [String: String] { copies.withLock { $0 } }

    package func folder(pipelineName: String, runID: RunID, path: TaskPath, attempt: Int) -> String {
        "/artifacts/\(pipelineName)/\(runID)/\(path)/\(attempt)"
    }

    /// Sources below `/missing` cannot be read.
    package func put(contentsOf source: String, to uri: String) async throws {
        if source.hasPrefix("/missing") {
            throw PlatformError(.notFound, "There is nothing at \(source).")
        }
        copies.withLock { $0[uri] = source }
    }

    /// Nothing is ever read.
    package func digest(of uri: String, bytesMax: Int) async throws -> String? { nil }

    package func exists(_ uri: String) async throws -> Bool { sources[uri] != nil }

    package func open(_ uri: String, path: [String]) async throws -> ArtifactContent {
        throw PlatformError(.notFound, "Nothing is kept here.")
    }

    package func folder(pipelineName: String, runID: RunID) -> String {
        "/artifacts/\(pipelineName)/\(runID)"
    }

    package func remove(_ place: String, keeping uris: [String]) async throws -> Int {
        if let message = refusal.withLock({ $0 }) { throw PlatformError(.permissionDenied, message) }
        return 0
    }
}
