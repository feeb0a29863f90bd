extension Migration {
    /// What decides how long runs are kept, and what removed runs have left to be taken away.
    static let retention = Migration(
        8,
        "retention",
        [
            "ALTER TABLE experiments ADD COLUMN retention TEXT NOT NULL DEFAULT '{}'",
            // Runs that are gone, of which the artifact store may still have something.
            """
            CREATE TABLE removed_runs (
                run_id TEXT NOT NULL PRIMARY KEY,
                pipeline_name TEXT NOT NULL,
                since INTEGER NOT NULL) WITHOUT ROWID
            """,
            "CREATE INDEX removed_runs_by_time ON removed_runs (since, run_id)",
            """
            CREATE INDEX runs_over_by_experiment ON runs (experiment_id, finished_at, id) \
            WHERE finished_at IS NOT NULL
            """,
            // A run that repeats another reads from it until it is over.
            """
            CREATE INDEX runs_under_way_by_source ON runs (rerun_source) \
            WHERE rerun_source IS NOT NULL AND finished_at IS NULL
            """,
        ]
    )
}
