extension Migration {
    /// What finds runs by a part of their name, and what counts them, however many there are.
    ///
    /// The search table holds no names, only which runs have which three characters in theirs; SQLite keeps rowids of
    /// `runs` in it. Counts are by all that pages of runs usually ask for at once, so that a total is a sum of a few.
    static let runSearch = Migration(7, "search and counts of runs", nameStatements + countStatements)
}

private let nameStatements = [
    "CREATE VIRTUAL TABLE run_names USING fts5 (display_name, content = 'runs', tokenize = 'trigram')",
    "INSERT INTO run_names (run_names) VALUES ('rebuild')",
    """
    CREATE TRIGGER run_named AFTER INSERT ON runs BEGIN
        INSERT INTO run_names (rowid, display_name) VALUES (new.rowid, new.display_name); END
    """,
    """
    CREATE TRIGGER run_renamed AFTER UPDATE OF display_name ON runs
    WHEN old.display_name <> new.display_name BEGIN
        INSERT INTO run_names (run_names, rowid, display_name) VALUES ('delete', old.rowid, old.display_name);
        INSERT INTO run_names (rowid, display_name) VALUES (new.rowid, new.display_name); END
    """,
    """
    CREATE TRIGGER run_unnamed AFTER DELETE ON runs BEGIN
        INSERT INTO run_names (run_names, rowid, display_name)
        VALUES ('delete', old.rowid, old.display_name); END
    """,
]

private let countStatements = [
    "DROP TRIGGER runs_counted_in",
    "DROP TRIGGER runs_counted_out",
    "DELETE FROM row_counts WHERE table_name = 'runs'",
    """
    CREATE TABLE run_counts (
        experiment_id TEXT NOT NULL,
        storage_state TEXT NOT NULL,
        state TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (experiment_id, storage_state, state)) WITHOUT ROWID
    """,
    """
    INSERT INTO run_counts (experiment_id, storage_state, state, count)
    SELECT experiment_id, storage_state, state, COUNT(*) FROM runs GROUP BY experiment_id, storage_state, state
    """,
    "CREATE TRIGGER run_counted_in AFTER INSERT ON runs BEGIN \(counted("new", "1")); END",
    "CREATE TRIGGER run_counted_out AFTER DELETE ON runs BEGIN \(counted("old", "-1")); END",
    """
    CREATE TRIGGER run_counted_anew AFTER UPDATE OF storage_state, state ON runs
    WHEN old.storage_state <> new.storage_state OR old.state <> new.state BEGIN
        \(counted("old", "-1")); \(counted("new", "1")); END
    """,
]

/// Adds to the count that a row belongs to.
private func counted(_ row: String, _ change: String) -> String {
    """
    INSERT INTO run_counts (experiment_id, storage_state, state, count)
    VALUES (\(row).experiment_id, \(row).storage_state, \(row).state, \(change))
    ON CONFLICT DO UPDATE SET count = count + excluded.count
    """
}
