package import Model
import Store

extension ExperimentService {
    /// One page of experiments with what is shown beside them.
    package struct Overview: Sendable {
        /// The experiments.
        package var page: Page<Experiment>
        /// The newest runs of each that are not put away, the newest first; of an experiment that was archived those that were
        /// archived with it.
        package var runs: [ExperimentID: [Run]]
    }

    /// One page of experiments and their newest runs, from one moment.
    /// - Parameter runs: how many runs of each.
    package func overview(_ query: ListQuery, runs count: Int) async throws -> Overview {
        try await context.database.read { connection in
            let page = try connection.listExperiments(query)
            var runs: [ExperimentID: [Run]] = [:]
            for experiment in page.items {
                runs[experiment.id] = try connection.newestRuns(
                    of: experiment.id,
                    experiment.storageState,
                    limit: count
                )
            }
            return Overview(page: page, runs: runs)
        }
    }
}
