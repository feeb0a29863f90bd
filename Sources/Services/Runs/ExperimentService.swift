package import Model
import Store

/// What can be done with experiments.
package struct ExperimentService: Sendable {
    let context: ServiceContext

    /// Makes the experiment of runs that name none, unless it exists. Done at every start of the server.
    package func ensureDefault() async throws {
        let experiment = new(Experiment.defaultName, "Runs that name no experiment.")
        try await context.database.write { connection in
            if try connection.experiment(named: Experiment.defaultName) == nil {
                try connection.insertExperiment(experiment)
            }
        }
    }

    /// Creates an experiment.
    /// - Throws: `invalidArgument` for a bad name, `alreadyExists` for one that is taken.
    package func create(
        displayName: String,
        description: String,
        retention: RetentionRule = RetentionRule()
    ) async throws -> Experiment {
        try checkName(displayName, of: "experiment", charactersMax: Limits.nameCharactersMax)
        let experiment = new(displayName, description, retention)
        try await context.database.write { connection in
            if try connection.experiment(named: displayName) != nil {
                throw PlatformError(
                    .alreadyExists,
                    "There is an experiment named '\(displayName)' already; choose another name."
                )
            }
            try connection.insertExperiment(experiment)
            try connection.appendChange(kind: "experiment", id: experiment.id.text, at: experiment.createdAt)
        }
        return experiment
    }

    /// The experiment with an id.
    /// - Throws: `notFound`.
    package func get(_ id: ExperimentID) async throws -> Experiment {
        try await context.database.read { try $0.requiredExperiment(id) }
    }

    /// One page of experiments.
    package func list(_ query: ListQuery) async throws -> Page<Experiment> {
        try await context.database.read { try $0.listExperiments(query) }
    }

    /// Deletes an experiment; its runs stay, and its recurring runs stay disabled. The default one cannot be
    /// deleted. Source: KFP, where recurring runs would go on unseen.
    package func delete(_ id: ExperimentID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            let experiment = try connection.requiredExperiment(id)
            if experiment.displayName == Experiment.defaultName {
                throw PlatformError.invalid(
                    "The experiment '\(Experiment.defaultName)' cannot be deleted: runs that name "
                        + "none belong to it."
                )
            }
            _ = try connection.deleteExperiment(id)
            try connection.disableRecurringRuns(of: id, because: "Its experiment was deleted.", at: now)
            try connection.appendChange(kind: "experiment", id: id.text, at: now)
        }
    }

    /// Puts an experiment away or brings it back. Putting away takes its runs along and disables its
    /// recurring runs; bringing back does not undo that. Source: KFP.
    package func setStorageState(_ state: StorageState, of id: ExperimentID) async throws {
        let now = context.now()
        try await context.database.write { connection in
            var experiment = try connection.requiredExperiment(id)
            experiment.storageState = state
            try connection.updateExperiment(experiment)
            if state == .archived {
                try connection.archiveRuns(of: id)
                try connection.disableRecurringRuns(of: id, because: "Its experiment was archived.", at: now)
            }
            try connection.appendChange(kind: "experiment", id: id.text, at: now)
        }
    }

    /// Sets which finished runs of an experiment are kept; what the rule leaves open is up to the server.
    /// - Throws: `notFound`.
    package func setRetention(_ rule: RetentionRule, of id: ExperimentID) async throws -> Experiment {
        let now = context.now()
        return try await context.database.write { connection in
            var experiment = try connection.requiredExperiment(id)
            experiment.retention = rule
            try connection.updateExperiment(experiment)
            try connection.appendChange(kind: "experiment", id: id.text, at: now)
            return experiment
        }
    }

    private func new(
        _ displayName: String,
        _ description: String,
        _ retention: RetentionRule = RetentionRule()
    ) -> Experiment {
        var experiment = Experiment(
            id: ExperimentID(context.newID()),
            displayName: displayName,
            description: description,
            createdAt: context.now()
        )
        experiment.retention = retention
        return experiment
    }
}

extension SQLConnection {
    func requiredExperiment(_ id: ExperimentID) throws -> Experiment {
        guard let experiment = try experiment(id) else { throw PlatformError.notFound("Experiment", id.text) }
        return experiment
    }
}
