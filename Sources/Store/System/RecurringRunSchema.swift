extension Migration {
    /// Recurring runs, and what finds their runs.
    static let recurringRuns = Migration(
        5,
        "recurring runs",
        [
            // No reference to experiments, pipelines or versions: they may go, as with runs.
            """
            CREATE TABLE recurring_runs (
                id TEXT NOT NULL PRIMARY KEY,
                experiment_id TEXT NOT NULL,
                display_name TEXT NOT NULL,
                description TEXT NOT NULL,
                pipeline_id TEXT,
                pipeline_version_id TEXT,
                spec_id TEXT,
                parameters TEXT NOT NULL,
                pipeline_root TEXT,
                service_account TEXT NOT NULL,
                cron TEXT,
                time_zone TEXT,
                interval_seconds INTEGER,
                starts_at INTEGER,
                ends_at INTEGER,
                max_concurrency INTEGER NOT NULL,
                no_catchup INTEGER NOT NULL,
                status TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                anchor_at INTEGER NOT NULL,
                cursor_at INTEGER NOT NULL,
                next_at INTEGER,
                last_at INTEGER,
                firing_count INTEGER NOT NULL,
                reason TEXT,
                revision INTEGER NOT NULL DEFAULT 1)
            """,
            "CREATE INDEX recurring_runs_by_creation ON recurring_runs (created_at, id)",
            "CREATE INDEX recurring_runs_by_experiment ON recurring_runs (experiment_id, created_at, id)",
            "CREATE INDEX recurring_runs_by_spec ON recurring_runs (spec_id)",
            "CREATE INDEX recurring_runs_by_firing ON recurring_runs (status, next_at)",
            "CREATE INDEX recurring_runs_by_cursor ON recurring_runs (status, cursor_at)",
            // What is listed by recurring run, and what counts against its concurrency.
            """
            CREATE INDEX runs_by_recurring_run ON runs \
            (COALESCE(recurring_run_id, ''), created_at, id)
            """,
            """
            CREATE INDEX runs_under_way_by_recurring_run ON runs (recurring_run_id) \
            WHERE recurring_run_id IS NOT NULL AND finished_at IS NULL
            """,
        ]
    )
}
