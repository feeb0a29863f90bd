package import Model

extension SQLConnection {
    /// Inserts an experiment.
    /// - Throws: ``PlatformError``; `alreadyExists` when its name or id is taken.
    package func insertExperiment(_ experiment: Experiment) throws {
        try insert(
            [
                "id": .text(experiment.id.text),
                "display_name": .text(experiment.displayName),
                "description": .text(experiment.description),
                "created_at": .time(experiment.createdAt),
                "last_run_created_at": .time(experiment.lastRunCreatedAt),
                "storage_state": .text(experiment.storageState.rawValue),
                "retention": .json(experiment.retention.json),
            ],
            into: "experiments"
        )
    }

    /// The experiment with an id.
    package func experiment(_ id: ExperimentID) throws -> Experiment? {
        try row(experiments, "WHERE id = ?", [.text(id.text)], as: decode)
    }

    /// The experiment with a ``Experiment/displayName``.
    package func experiment(named name: String) throws -> Experiment? {
        try row(experiments, "WHERE display_name = ?", [.text(name)], as: decode)
    }

    /// One page of all experiments.
    /// - Throws: ``PlatformError``; `invalidArgument` when the query names what does not exist.
    package func listExperiments(_ query: ListQuery) throws -> Page<Experiment> {
        try page(query, of: .experiments, experiments, as: decode)
    }

    /// Writes everything of an experiment but its id and time of creation.
    /// - Throws: ``PlatformError``; `notFound`, or `alreadyExists` when the name is taken.
    package func updateExperiment(_ experiment: Experiment) throws {
        let isThere = try update(
            "experiments",
            id: experiment.id.text,
            set: [
                "display_name": .text(experiment.displayName),
                "description": .text(experiment.description),
                "last_run_created_at": .time(experiment.lastRunCreatedAt),
                "storage_state": .text(experiment.storageState.rawValue),
                "retention": .json(experiment.retention.json),
            ]
        )
        guard isThere else { throw PlatformError.notFound("Experiment", experiment.id.text) }
    }

    /// Deletes an experiment and leaves its runs.
    /// - Returns: whether there was one.
    package func deleteExperiment(_ id: ExperimentID) throws -> Bool {
        try delete(from: "experiments", id: id.text)
    }

    /// Remembers that a run was created in an experiment; does nothing when there is no such experiment.
    func noteRun(createdAt: Instant, in experiment: ExperimentID) throws {
        try execute(
            """
            UPDATE experiments SET last_run_created_at = ? \
            WHERE id = ? AND (last_run_created_at IS NULL OR last_run_created_at < ?)
            """,
            [.time(createdAt), .text(experiment.text), .time(createdAt)]
        )
    }
}

private let experiments = Selection(
    "experiments",
    key: ["id"],
    ["display_name", "description", "created_at", "last_run_created_at", "storage_state", "retention"]
)

private func decode(_ row: Row) throws -> Experiment {
    var experiment = Experiment(
        id: ExperimentID(try row.text("id")),
        displayName: try row.text("display_name"),
        description: try row.text("description"),
        createdAt: try row.time("created_at"),
        lastRunCreatedAt: try row.optionalTime("last_run_created_at"),
        storageState: try row.choice("storage_state")
    )
    experiment.retention = try RetentionRule(json: try row.json("retention"))
    return experiment
}
