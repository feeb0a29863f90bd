package import Model
import Store

/// What can be done with pipelines and their versions.
package struct PipelineService: Sendable {
    let context: ServiceContext

    /// What a new pipeline or version is called.
    package struct Naming: Sendable {
        /// Unique name.
        package var name: String
        /// Name for people; the name when empty.
        package var displayName: String
        /// Free text.
        package var description: String
        /// Where the spec was fetched from; empty when it was handed in.
        package var packageURL: String
        /// Where the source code lives.
        package var codeSourceURL: String
        /// Labels.
        package var tags: [String: String]

        /// Makes a naming.
        package init(
            name: String,
            displayName: String = "",
            description: String = "",
            packageURL: String = "",
            codeSourceURL: String = "",
            tags: [String: String] = [:]
        ) {
            self.name = name
            self.displayName = displayName.isEmpty ? name : displayName
            self.description = description
            self.packageURL = packageURL
            self.codeSourceURL = codeSourceURL
            self.tags = tags
        }
    }

    /// The pipeline file at an address, read and checked.
    /// - Throws: what fetching it throws, and `invalidArgument` for anything that is no pipeline.
    package func package(at url: String) async throws -> PipelinePackage {
        let file = try await context.fetchPackage(url)
        return try PipelinePackage(file: file.bytes, named: file.name)
    }

    /// Creates a pipeline, with a first version of the same name if there is a package.
    /// - Throws: `invalidArgument` for bad names, `alreadyExists` for one that is taken; then nothing is
    ///   stored.
    package func create(_ naming: Naming, version: Naming? = nil, package: PipelinePackage?) async throws
        -> Pipeline
    {
        try checkName(naming.name, of: "pipeline", charactersMax: Limits.nameCharactersMax)
        try checkTags(naming.tags)
        let pipeline = Pipeline(
            id: PipelineID(context.newID()),
            name: naming.name,
            displayName: naming.displayName,
            description: naming.description,
            createdAt: context.now(),
            tags: naming.tags
        )
        let first = try package.map { ($0, try newVersion(version ?? naming, of: pipeline.id)) }
        try await context.database.write { connection in
            if try connection.pipeline(named: pipeline.name) != nil {
                throw PlatformError(
                    .alreadyExists,
                    "There is a pipeline named '\(pipeline.name)' already; choose another name, or "
                        + "add a version to it."
                )
            }
            try connection.insertPipeline(pipeline)
            if let (package, version) = first { try connection.insertVersion(version, package) }
            try connection.appendChange(kind: "pipeline", id: pipeline.id.text, at: pipeline.createdAt)
        }
        return pipeline
    }

    /// Adds a version to a pipeline.
    /// - Throws: `notFound` for the pipeline, `alreadyExists` for a name that is taken within it.
    package func createVersion(
        of id: PipelineID,
        _ naming: Naming,
        package: PipelinePackage
    ) async throws -> PipelineVersion {
        let version = try newVersion(naming, of: id)
        try await context.database.write { connection in
            _ = try connection.requiredPipeline(id)
            do {
                try connection.insertVersion(version, package)
            } catch let error as PlatformError where error.code == .alreadyExists {
                throw PlatformError(
                    .alreadyExists,
                    "The pipeline has a version named '\(version.name)' already; choose another name.",
                    cause: error.message
                )
            }
            try connection.appendChange(kind: "pipeline", id: id.text, at: version.createdAt)
        }
        return version
    }

    /// The pipeline with an id.
    /// - Throws: `notFound`.
    package func get(_ id: PipelineID) async throws -> Pipeline {
        try await context.database.read { try $0.requiredPipeline(id) }
    }

    /// The pipeline with a name.
    /// - Throws: `notFound`.
    package func get(named name: String) async throws -> Pipeline {
        try await context.database.read { connection in
            guard let pipeline = try connection.pipeline(named: name) else {
                throw PlatformError.notFound("Pipeline", "named '\(name)'")
            }
            return pipeline
        }
    }

    /// One page of pipelines.
    package func list(_ query: ListQuery) async throws -> Page<Pipeline> {
        try await context.database.read { try $0.listPipelines(query) }
    }

    /// Changes a pipeline's display name and labels; `nil` leaves them.
    package func update(_ id: PipelineID, displayName: String?, tags: [String: String]?) async throws
        -> Pipeline
    {
        if let tags { try checkTags(tags) }
        let now = context.now()
        return try await context.database.write { connection in
            var pipeline = try connection.requiredPipeline(id)
            pipeline.displayName = displayName ?? pipeline.displayName
            pipeline.tags = tags ?? pipeline.tags
            try connection.updatePipeline(pipeline)
            try connection.appendChange(kind: "pipeline", id: id.text, at: now)
            return pipeline
        }
    }

    /// Deletes a pipeline; one that has versions only with `cascade`. Runs stay. Source: KFP.
    package func delete(_ id: PipelineID, cascade: Bool) async throws {
        let now = context.now()
        try await context.database.write { connection in
            _ = try connection.requiredPipeline(id)
            let count = try connection.versionCount(of: id)
            if count > 0, !cascade {
                throw PlatformError.invalid(
                    "The pipeline has \(count) version(s); delete them first, or ask for the "
                        + "deletion to cascade."
                )
            }
            while let version = try connection.newestVersion(of: id) {
                _ = try connection.deleteVersion(version.id)
            }
            _ = try connection.deletePipeline(id)
            try connection.appendChange(kind: "pipeline", id: id.text, at: now)
        }
    }

    /// A version with its spec.
    /// - Parameter pipeline: the pipeline it must belong to; `nil` when any will do.
    /// - Throws: `notFound`, also when the version belongs to another pipeline.
    package func version(
        _ id: PipelineVersionID,
        of pipeline: PipelineID?
    ) async throws -> (PipelineVersion, PipelineSpecDocument?) {
        try await context.database.read { connection in
            let version = try connection.requiredVersion(id, of: pipeline)
            return (version, try connection.specID(of: id).flatMap { try connection.spec($0) })
        }
    }

    /// One page of a pipeline's versions, with their specs: the SDK reads them from the list.
    package func versions(
        of id: PipelineID,
        _ query: ListQuery
    ) async throws -> (page: Page<PipelineVersion>, specs: [PipelineVersionID: PipelineSpecDocument]) {
        try await context.database.read { connection in
            _ = try connection.requiredPipeline(id)
            let page = try connection.listVersions(of: id, query)
            var specs: [PipelineVersionID: PipelineSpecDocument] = [:]
            for version in page.items {
                specs[version.id] = try connection.specID(of: version.id).flatMap { try connection.spec($0) }
            }
            return (page, specs)
        }
    }

    /// The newest version of each of some pipelines, with its spec; those without versions are left out.
    package func newestVersions(
        of pipelines: [PipelineID]
    ) async throws -> [PipelineID: (version: PipelineVersion, spec: PipelineSpecDocument?)] {
        try await context.database.read { connection in
            var newest: [PipelineID: (version: PipelineVersion, spec: PipelineSpecDocument?)] = [:]
            for id in pipelines {
                guard let version = try connection.newestVersion(of: id) else { continue }
                newest[id] = (
                    version, try connection.specID(of: version.id).flatMap { try connection.spec($0) }
                )
            }
            return newest
        }
    }

    /// Changes a version's display name and labels; `nil` leaves them.
    package func updateVersion(
        _ id: PipelineVersionID,
        of pipeline: PipelineID,
        displayName: String?,
        tags: [String: String]?
    ) async throws -> PipelineVersion {
        if let tags { try checkTags(tags) }
        return try await context.database.write { connection in
            var version = try connection.requiredVersion(id, of: pipeline)
            version.displayName = displayName ?? version.displayName
            version.tags = tags ?? version.tags
            try connection.updateVersion(version)
            return version
        }
    }

    /// Deletes a version; runs stay.
    package func deleteVersion(_ id: PipelineVersionID, of pipeline: PipelineID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            _ = try connection.requiredVersion(id, of: pipeline)
            _ = try connection.deleteVersion(id)
            try connection.appendChange(kind: "pipeline", id: pipeline.text, at: now)
        }
    }

    private func newVersion(_ naming: Naming, of pipeline: PipelineID) throws -> PipelineVersion {
        try checkName(naming.name, of: "pipeline version", charactersMax: Limits.versionNameCharactersMax)
        try checkTags(naming.tags)
        return PipelineVersion(
            id: PipelineVersionID(context.newID()),
            pipelineID: pipeline,
            name: naming.name,
            displayName: naming.displayName,
            description: naming.description,
            createdAt: context.now(),
            packageURL: naming.packageURL,
            codeSourceURL: naming.codeSourceURL,
            tags: naming.tags
        )
    }
}

extension SQLConnection {
    func requiredPipeline(_ id: PipelineID) throws -> Pipeline {
        guard let pipeline = try pipeline(id) else { throw PlatformError.notFound("Pipeline", id.text) }
        return pipeline
    }

    func requiredVersion(_ id: PipelineVersionID, of pipeline: PipelineID?) throws -> PipelineVersion {
        guard let version = try version(id), pipeline == nil || version.pipelineID == pipeline else {
            let place = pipeline.map { " of pipeline \($0)" } ?? ""
            throw PlatformError.notFound("Pipeline version", id.text + place)
        }
        return version
    }

    fileprivate func insertVersion(_ version: PipelineVersion, _ package: PipelinePackage) throws {
        let id = package.specID
        try insertSpec(package.document, id: id)
        try insertVersion(version, specID: id)
    }
}
