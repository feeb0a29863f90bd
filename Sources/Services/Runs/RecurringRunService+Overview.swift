package import Model
package import PipelineIR
import Store

extension RecurringRunService {
    /// One page of recurring runs with what is shown beside them.
    package struct Overview: Sendable {
        /// The recurring runs.
        package var page: Page<RecurringRun>
        /// Names of their experiments; those that were deleted are missing.
        package var experimentNames: [ExperimentID: String]
    }

    /// Everything there is to say of one recurring run.
    package struct Details: Sendable {
        /// The recurring run and what a person may not have meant.
        package var described: Described
        /// Its experiment; `nil` when that was deleted.
        package var experiment: Experiment?
        /// The stored pipeline that it runs; `nil` when it brought its own, or when that was deleted.
        package var pipeline: Pipeline?
        /// The version that it is pinned to, unless that was deleted.
        package var version: PipelineVersion?
        /// What would run now; `nil` when there is nothing any more.
        package var document: PipelineSpecDocument?
        /// The same made ready to run.
        package var graph: TaskGraph?
        /// The newest runs that it has started.
        package var runs: Page<Run>
    }

    /// One page of recurring runs, without specs, from one moment.
    package func overview(_ query: ListQuery, experimentID: ExperimentID?) async throws -> Overview {
        try await context.database.read { connection in
            let page = try connection.listRecurringRuns(query, experimentID: experimentID)
            var names: [ExperimentID: String] = [:]
            for id in Set(page.items.map(\.experimentID)) {
                names[id] = try connection.experiment(id)?.displayName
            }
            return Overview(page: page, experimentNames: names)
        }
    }

    /// The enabled recurring runs that are due next, the first one first.
    package func upcoming(limit: Int) async throws -> [RecurringRun] {
        try await context.database.read { try $0.upcomingRecurringRuns(limit: limit) }
    }

    /// A recurring run with all that belongs to it.
    /// - Parameter runs: how many of its runs, the newest first.
    /// - Throws: `notFound`.
    package func details(_ id: RecurringRunID, runs count: Int) async throws -> Details {
        let described = try await get(id)
        let recurring = described.recurring
        let mine = Predicate(key: "recurring_run_id", operation: .equals, operand: .string(id.text))
        let query = ListQuery(predicates: [mine], descending: true, pageSize: count, counting: .glance)
        var details = try await context.database.read { connection in
            Details(
                described: described,
                experiment: try connection.experiment(recurring.experimentID),
                pipeline: try recurring.pipelineID.flatMap { try connection.pipeline($0) },
                version: try recurring.pipelineVersionID.flatMap { try connection.version($0) },
                document: try connection.document(of: recurring),
                runs: try connection.listRuns(query, experimentID: nil)
            )
        }
        details.graph = try details.document.map { try PipelinePackage($0).graph }
        return details
    }
}

extension SQLConnection {
    /// What a recurring run would run now; `nil` when its pipeline is gone or has no versions left.
    fileprivate func document(of recurring: RecurringRun) throws -> PipelineSpecDocument? {
        do {
            return try resolve(source(of: recurring)).document
        } catch let error as PlatformError where error.code == .notFound || error.code == .invalidArgument {
            return nil
        }
    }
}
