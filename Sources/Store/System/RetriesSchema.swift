extension Migration {
    /// What retrying a run, and repeating one from some task on, have to remember.
    static let retriesSchema = Migration(
        2,
        "retries and reruns",
        [
            "ALTER TABLE runs ADD COLUMN retry_requested_at INTEGER",
            // No reference: a run outlives the one it repeats.
            "ALTER TABLE runs ADD COLUMN rerun_source TEXT",
            "ALTER TABLE runs ADD COLUMN rerun_from TEXT",
            "ALTER TABLE tasks ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0",
        ]
    )
}
