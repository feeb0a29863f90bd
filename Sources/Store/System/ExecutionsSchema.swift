extension Migration {
    /// What lists the tasks of all runs.
    ///
    /// The indexes hold all that such a list is filtered by, so that a search reads no tasks that it does not show. On a
    /// large database they take a while to make, about as long as reading all tasks does twice.
    static let executions = Migration(
        9,
        "lists of executions",
        [
            "CREATE INDEX tasks_by_creation ON tasks (created_at, run_id, path, kind, display_name)",
            "CREATE INDEX tasks_by_state ON tasks (state, created_at, run_id, path, kind, display_name)",
        ]
    )
}
