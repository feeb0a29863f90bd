extension Migration {
    /// Experiments, pipelines, runs and what belongs to them, in the dialect of SQLite.
    ///
    /// Times are milliseconds since the epoch, states are the words of the API, structured values are JSON.
    /// Each index that serves a list ends in `id`, so that pages go on exactly where the one before ended.
    /// Foreign keys are immediate: a deferred one would fail at `COMMIT`, which several writers share.
    static let initialSchema = Migration(
        1,
        "initial schema",
        pipelineTables + runTables + metadataTables + systemTables + rowCounts
    )
}

private let pipelineTables = [
    """
    CREATE TABLE pipelines (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        tags TEXT NOT NULL)
    """,
    "CREATE INDEX pipelines_by_creation ON pipelines (created_at, id)",
    "CREATE INDEX pipelines_by_display_name ON pipelines (display_name, id)",
    // Specs are blobs of up to megabytes; runs and versions that share one share its row.
    """
    CREATE TABLE specs (
        id TEXT NOT NULL PRIMARY KEY,
        pipeline_spec TEXT NOT NULL,
        platform_spec TEXT)
    """,
    """
    CREATE TABLE pipeline_versions (
        id TEXT NOT NULL PRIMARY KEY,
        pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE RESTRICT,
        name TEXT NOT NULL,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        code_source_url TEXT NOT NULL,
        tags TEXT NOT NULL,
        spec_id TEXT NOT NULL,
        UNIQUE (pipeline_id, name))
    """,
    "CREATE INDEX versions_by_creation ON pipeline_versions (pipeline_id, created_at, id)",
    "CREATE INDEX versions_by_display_name ON pipeline_versions (pipeline_id, display_name, id)",
    "CREATE INDEX versions_by_spec ON pipeline_versions (spec_id)",
]

private let runTables = [
    """
    CREATE TABLE experiments (
        id TEXT NOT NULL PRIMARY KEY,
        display_name TEXT NOT NULL UNIQUE,
        description TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_run_created_at INTEGER,
        storage_state TEXT NOT NULL)
    """,
    "CREATE INDEX experiments_by_creation ON experiments (created_at, id)",
    // No reference to experiments: a deleted experiment leaves its runs.
    """
    CREATE TABLE runs (
        id TEXT NOT NULL PRIMARY KEY,
        experiment_id TEXT NOT NULL,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        storage_state TEXT NOT NULL,
        pipeline_id TEXT,
        pipeline_version_id TEXT,
        pipeline_name TEXT NOT NULL,
        recurring_run_id TEXT,
        parameters TEXT NOT NULL,
        pipeline_root TEXT,
        service_account TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        scheduled_at INTEGER NOT NULL,
        finished_at INTEGER,
        state TEXT NOT NULL,
        error TEXT,
        state_history TEXT NOT NULL,
        outputs TEXT NOT NULL,
        spec_id TEXT NOT NULL,
        termination_requested_at INTEGER,
        revision INTEGER NOT NULL)
    """,
    "CREATE INDEX runs_by_creation ON runs (created_at, id)",
    "CREATE INDEX runs_by_display_name ON runs (display_name, id)",
    "CREATE INDEX runs_by_end ON runs (COALESCE(finished_at, 0), id)",
    "CREATE INDEX runs_by_experiment ON runs (experiment_id, created_at, id)",
    // What pages of an experiment ask for; without it SQLite would walk all runs with that storage state.
    "CREATE INDEX runs_by_experiment_and_storage ON runs (experiment_id, storage_state, created_at, id)",
    "CREATE INDEX runs_by_state ON runs (state, created_at, id)",
    "CREATE INDEX runs_by_storage_state ON runs (storage_state, created_at, id)",
    "CREATE INDEX runs_by_spec ON runs (spec_id)",
    """
    CREATE TABLE run_leases (
        run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        owner TEXT NOT NULL,
        expires_at INTEGER NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE tasks (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        parent TEXT,
        name TEXT NOT NULL,
        display_name TEXT NOT NULL,
        iteration INTEGER,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        cache TEXT,
        inputs TEXT NOT NULL,
        outputs TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        state_history TEXT NOT NULL,
        PRIMARY KEY (run_id, path)) WITHOUT ROWID
    """,
    """
    CREATE TABLE attempts (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        exit_code INTEGER,
        PRIMARY KEY (run_id, path, number)) WITHOUT ROWID
    """,
]

private let metadataTables = [
    """
    CREATE TABLE artifacts (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        schema_title TEXT NOT NULL,
        schema_version TEXT NOT NULL,
        uri TEXT NOT NULL,
        metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        digest TEXT,
        metadata_only INTEGER NOT NULL)
    """,
    "CREATE INDEX artifacts_by_uri ON artifacts (uri)",
    """
    CREATE TABLE artifact_edges (
        artifact_id TEXT NOT NULL REFERENCES artifacts (id),
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        direction TEXT NOT NULL,
        key TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (run_id, path, direction, key, position)) WITHOUT ROWID
    """,
    "CREATE INDEX edges_by_artifact ON artifact_edges (artifact_id)",
    // One entry a task: it says from what the outputs in the task's row were made.
    """
    CREATE TABLE cache_entries (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        scope TEXT NOT NULL,
        component TEXT NOT NULL,
        key_json TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (run_id, path))
    """,
    "CREATE INDEX cache_entries_by_fingerprint ON cache_entries (scope, fingerprint, created_at)",
    "CREATE INDEX cache_entries_by_component ON cache_entries (scope, component, created_at)",
    "CREATE INDEX cache_entries_by_task ON cache_entries (scope, component, path, created_at)",
]

private let systemTables = [
    """
    CREATE TABLE changes (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL)
    """
]

/// Triggers keep the totals of whole tables, so that a list's `total_size` never counts a table.
private let rowCounts =
    ["CREATE TABLE row_counts (table_name TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID"]
    + ["experiments", "pipelines", "runs"].flatMap { table in
        [
            "INSERT INTO row_counts (table_name, count) VALUES ('\(table)', 0)",
            """
            CREATE TRIGGER \(table)_counted_in AFTER INSERT ON \(table) BEGIN
                UPDATE row_counts SET count = count + 1 WHERE table_name = '\(table)'; END
            """,
            """
            CREATE TRIGGER \(table)_counted_out AFTER DELETE ON \(table) BEGIN
                UPDATE row_counts SET count = count - 1 WHERE table_name = '\(table)'; END
            """,
        ]
    }
