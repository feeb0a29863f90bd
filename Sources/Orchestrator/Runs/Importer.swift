import Artifacts
import Engine
import Model
import Store

/// Registers the artifacts of importers.
struct Importer: Sendable {
    let database: any Database
    let artifacts: any ArtifactStore
    let newID: @Sendable () -> String
    /// Paths at which tasks of the pipeline have volumes, of which the server sees nothing.
    let mountPaths: [String]

    /// Finds the artifact that an earlier run of the pipeline registered, or makes a new one.
    ///
    /// A path that leads nowhere is an error here, where its name stands, and not in whoever reads it. Other bytes
    /// are not looked at: an importer may name what only its consumers can reach.
    func register(_ order: Import, of run: Run, now: Instant) async -> ImportResult {
        do {
            let isMounted = mountPaths.contains { order.uri == $0 || order.uri.hasPrefix($0 + "/") }
            let isThere = try await artifacts.exists(order.uri)
            guard isMounted || isThere else {
                return .failed(
                    Reason(
                        .importFailed,
                        """
                        There is nothing at '\(order.uri)' to import. Expected the path of a file or folder of this \
                        machine, or a URI that begins with a scheme.
                        """,
                        details: ["uri": .string(order.uri)]
                    )
                )
            }
            if !order.reimport,
                let known = try await database.read({ connection in
                    try connection.artifact(
                        uri: order.uri,
                        schemaTitle: order.schemaTitle,
                        metadata: order.metadata,
                        ofPipeline: run.pipelineName
                    )
                })
            {
                return .registered(known)
            }
            let digest = try await artifacts.digest(of: order.uri, bytesMax: Limits.digestBytesMax)
            return .registered(
                Artifact(
                    id: ArtifactID(newID()),
                    name: order.output,
                    schemaTitle: order.schemaTitle,
                    schemaVersion: order.schemaVersion,
                    uri: order.uri,
                    metadata: order.metadata,
                    createdAt: now,
                    digest: digest
                )
            )
        } catch {
            let message = (error as? PlatformError)?.message ?? "\(error)"
            return .failed(
                Reason(.importFailed, "The artifact at \(order.uri) cannot be registered: \(message)")
            )
        }
    }
}

extension CacheKeeper {
    /// The answer; a cache that cannot be asked is one that has nothing, so that the task runs.
    func certainAnswer(_ key: CacheKey, for path: TaskPath, now: Instant) async -> CacheAnswer {
        do {
            return try await answer(key, for: path, now: now)
        } catch {
            let message = (error as? PlatformError)?.message ?? "\(error)"
            return .miss(Reason(.cacheMiss, "The cache could not be asked: \(message)"))
        }
    }
}
