import Artifacts
import Engine
import Model
import PipelineIR
import Pods
import Store

/// Registers the artifacts of importers.
struct Importer: Sendable {
    let database: any Database
    let artifacts: any ArtifactStore
    let pods: any PodRuntime
    /// Whether the run has a workspace to copy to.
    let hasWorkspace: Bool
    let newID: @Sendable () -> String
    /// Paths at which tasks of the pipeline have volumes, of which the server sees nothing.
    let mountPaths: [String]

    /// Finds the artifact that an earlier run of the pipeline registered, or makes a new one.
    ///
    /// A path that leads nowhere is an error here, where its name stands, and not in whoever reads it. Other bytes are
    /// not looked at, unless they are to be copied to the workspace: an importer may name what only its consumers can
    /// reach. Repeating copies again. Waits for what may have run out.
    /// - Throws: ``PlatformError`` when the database cannot be read, which says nothing of the artifact;
    ///   `CancellationError` when nobody waits any more.
    func register(_ order: Import, of run: Run, now: Instant) async throws -> ImportResult {
        let known = order.reimport ? nil : try await known(order, of: run)
        do {
            if let missing = try await missing(order.uri) { return .failed(missing) }
            let artifact =
                if let known { known } else { try await newArtifact(order, now: now) }
            if order.downloadsToWorkspace { try await copyToWorkspace(artifact, of: run) }
            return .registered(artifact)
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(
                Reason(.importFailed, "The artifact at \(order.uri) cannot be registered: \(error.sentence)")
            )
        }
    }

    /// Why a path cannot be imported; `nil` if something is there, or may be in a volume.
    private func missing(_ uri: String) async throws -> Reason? {
        let isMounted = mountPaths.contains { uri == $0 || uri.hasPrefix($0 + "/") }
        let isThere = try await artifacts.exists(uri)
        guard !isMounted, !isThere else { return nil }
        return Reason(
            .importFailed,
            """
            There is nothing at '\(uri)' to import. Expected the path of a file or folder of this \
            machine, or a URI that begins with a scheme.
            """,
            details: ["uri": .string(uri)]
        )
    }

    /// What an earlier run of the pipeline registered.
    private func known(_ order: Import, of run: Run) async throws -> Artifact? {
        try await database.read { connection in
            try connection.artifact(
                uri: order.uri,
                schemaTitle: order.schemaTitle,
                metadata: order.metadata,
                ofPipeline: run.pipelineName
            )
        }
    }

    private func newArtifact(_ order: Import, now: Instant) async throws -> Artifact {
        let digest = try await patiently {
            try await artifacts.digest(of: order.uri, bytesMax: Limits.digestBytesMax)
        }
        return Artifact(
            id: ArtifactID(newID()),
            name: order.output,
            schemaTitle: order.schemaTitle,
            schemaVersion: order.schemaVersion,
            uri: order.uri,
            metadata: order.metadata,
            createdAt: now,
            digest: digest
        )
    }

    private func copyToWorkspace(_ artifact: Artifact, of run: Run) async throws {
        guard hasWorkspace else {
            throw PlatformError(
                .failedPrecondition,
                "It is to be copied to the run's workspace, but the pipeline has none. Give it one: "
                    + "dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi'))."
            )
        }
        let source = artifact.uri.hasPrefix("file://") ? String(artifact.uri.dropFirst(7)) : artifact.uri
        guard source.hasPrefix("/") else {
            throw PlatformError(
                .unimplemented,
                "It is to be copied to the run's workspace, and only files and folders of this machine can be: "
                    + "give an absolute path or a file:// URI."
            )
        }
        try await patiently {
            try await pods.copy(
                source,
                toVolume: Workspace.volumeName(of: run.id),
                at: artifact.workspacePath
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
            return .miss(Reason(.cacheMiss, "The cache could not be asked: \(error.sentence)"))
        }
    }
}
