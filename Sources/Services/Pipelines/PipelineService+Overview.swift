package import Model
package import PipelineIR
import Store

extension PipelineService {
    /// One page of pipelines with what is shown beside them.
    package struct Overview: Sendable {
        /// The pipelines.
        package var page: Page<Pipeline>
        /// The newest version of each that has one.
        package var newest: [PipelineID: PipelineVersion]
        /// How many versions each has.
        package var versionCounts: [PipelineID: Int]
    }

    /// A pipeline with one of its versions.
    package struct Details: Sendable {
        /// The pipeline.
        package var pipeline: Pipeline
        /// Some of its versions.
        package var versions: Page<PipelineVersion>
        /// The version that is looked at; `nil` for a pipeline without versions.
        package var chosen: Chosen?

        /// A version and what it runs.
        package struct Chosen: Sendable {
            /// The version.
            package var version: PipelineVersion
            /// Its spec.
            package var document: PipelineSpecDocument
            /// Its spec made ready to run.
            package var graph: TaskGraph
        }
    }

    /// One page of pipelines and their newest versions, from one moment, without specs.
    package func overview(_ query: ListQuery) async throws -> Overview {
        try await context.database.read { connection in
            let page = try connection.listPipelines(query)
            var (newest, counts): ([PipelineID: PipelineVersion], [PipelineID: Int]) = ([:], [:])
            for pipeline in page.items {
                newest[pipeline.id] = try connection.newestVersion(of: pipeline.id)
                counts[pipeline.id] = try connection.versionCount(of: pipeline.id)
            }
            return Overview(page: page, newest: newest, versionCounts: counts)
        }
    }

    /// A pipeline, one page of its versions, and one of them with its spec, from one moment.
    /// - Parameter version: which version; `nil` for the newest.
    /// - Throws: `notFound` for the pipeline or the version.
    package func details(
        _ id: PipelineID,
        version: PipelineVersionID?,
        _ query: ListQuery
    ) async throws -> Details {
        let (pipeline, versions, found) = try await context.database.read { connection in
            let pipeline = try connection.requiredPipeline(id)
            let versions = try connection.listVersions(of: id, query)
            let chosen =
                try version.map { try connection.requiredVersion($0, of: id) }
                ?? connection.newestVersion(of: id)
            let found = try chosen.map { version in
                guard
                    let document = try connection.specID(of: version.id).flatMap({ try connection.spec($0) })
                else {
                    throw PlatformError(
                        .internalError,
                        "The spec of pipeline version \(version.id) is missing."
                    )
                }
                return (version, document)
            }
            return (pipeline, versions, found)
        }
        // Outside of the transaction: it takes a while for large pipelines.
        let chosen = try found.map { version, document in
            Details.Chosen(version: version, document: document, graph: try PipelinePackage(document).graph)
        }
        return Details(pipeline: pipeline, versions: versions, chosen: chosen)
    }
}
