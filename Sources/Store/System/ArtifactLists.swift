extension Migration {
    /// What lists of artifacts, of their uses and of a run's tasks need.
    ///
    /// The views give rows of a composite key the one `id` that pages go by; it is the identity on the wire.
    static let artifactLists = Migration(6, "lists of artifacts and tasks", listStatements)
}

private let listStatements = [
    "CREATE INDEX artifacts_by_creation ON artifacts (created_at, id)",
    "CREATE INDEX artifacts_by_name ON artifacts (name, id)",
    "CREATE INDEX artifacts_by_type ON artifacts (schema_title, created_at, id)",
    "INSERT INTO row_counts (table_name, count) SELECT 'artifacts', COUNT(*) FROM artifacts",
    """
    CREATE TRIGGER artifacts_counted_in AFTER INSERT ON artifacts BEGIN
        UPDATE row_counts SET count = count + 1 WHERE table_name = 'artifacts'; END
    """,
    """
    CREATE TRIGGER artifacts_counted_out AFTER DELETE ON artifacts BEGIN
        UPDATE row_counts SET count = count - 1 WHERE table_name = 'artifacts'; END
    """,
    """
    CREATE VIEW run_tasks AS SELECT run_id || '.' || path AS id,
        CASE WHEN parent IS NULL THEN '' ELSE run_id || '.' || parent END AS parent_id,
        run_id, path, parent, name, display_name, iteration, kind, state, reason, cache, inputs, outputs,
        attempts_before, created_at, started_at, ended_at, state_history
        FROM tasks
    """,
    """
    CREATE VIEW artifact_links AS SELECT
        edges.run_id || '.' || edges.path || ':' || edges.direction || ':' || edges.key || ':' || edges.position
            AS id,
        edges.run_id || '.' || edges.path AS task_id,
        CASE WHEN edges.direction = 'INPUT' THEN 'TASK_OUTPUT_INPUT' ELSE 'OUTPUT' END AS type,
        edges.artifact_id, edges.run_id, edges.path, edges.direction, edges.key, edges.position,
        tasks.name, tasks.display_name, tasks.iteration, tasks.state, tasks.created_at
        FROM artifact_edges AS edges
        JOIN tasks ON tasks.run_id = edges.run_id AND tasks.path = edges.path
    """,
]
