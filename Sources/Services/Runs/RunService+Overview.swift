package import Model
package import PipelineIR
import Store

extension RunService {
    /// One page of runs with what is shown beside them.
    package struct Overview: Sendable {
        /// The runs.
        package var page: Page<Run>
        /// Names of their experiments; those that were deleted are missing.
        package var experimentNames: [ExperimentID: String]
    }

    /// Everything there is to say of one run.
    package struct Details: Sendable {
        /// The run.
        package var run: Run
        /// Its experiment; `nil` when that was deleted.
        package var experiment: Experiment?
        /// The recurring run that started it; `nil` when none did or it was deleted.
        package var recurring: RecurringRun?
        /// Its stored pipeline, and the version that it runs; `nil` for what there never was or was deleted.
        package var pipeline: (id: PipelineID, version: PipelineVersionID?)?
        /// The pipeline it runs, also when the version it came from is gone.
        package var document: PipelineSpecDocument
        /// The pipeline made ready to run.
        package var graph: TaskGraph
        /// Its tasks, attempts and artifacts.
        package var listing: TaskService.Listing
    }

    /// One page of runs, without their specs, and the names of their experiments, from one moment.
    package func overview(_ query: ListQuery, experimentID: ExperimentID?) async throws -> Overview {
        try await context.database.read { connection in
            let page = try connection.listRuns(query, experimentID: experimentID)
            var names: [ExperimentID: String] = [:]
            for id in Set(page.items.map(\.experimentID)) {
                names[id] = try connection.experiment(id)?.displayName
            }
            return Overview(page: page, experimentNames: names)
        }
    }

    /// A run with all that belongs to it, from one moment.
    /// - Throws: `notFound`.
    package func details(_ id: RunID) async throws -> Details {
        let (run, experiment, recurring, pipeline, document, listing) = try await context.database.read {
            connection in
            let run = try connection.requiredRun(id)
            let listing = try connection.listing(all: connection.tasks(of: id), of: id, withArtifacts: true)
            guard let document = try connection.specID(of: id).flatMap({ try connection.spec($0) }) else {
                throw PlatformError(.internalError, "The spec of run \(id) is missing.")
            }
            let pipeline = try connection.storedPipeline(of: run)
            let experiment = try connection.experiment(run.experimentID)
            let recurring = try run.recurringRunID.flatMap { try connection.recurringRun($0) }
            return (run, experiment, recurring, pipeline, document, listing)
        }
        // Outside of the transaction: it takes a while for large pipelines.
        let graph = try PipelinePackage(document).graph
        return Details(
            run: run,
            experiment: experiment,
            recurring: recurring,
            pipeline: pipeline,
            document: document,
            graph: graph,
            listing: listing
        )
    }
}

extension SQLConnection {
    fileprivate func storedPipeline(of run: Run) throws -> (id: PipelineID, version: PipelineVersionID?)? {
        guard let id = run.pipelineID, try pipeline(id) != nil else { return nil }
        return (id, try run.pipelineVersionID.flatMap { try version($0)?.id })
    }
}
