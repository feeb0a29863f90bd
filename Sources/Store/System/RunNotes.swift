extension Migration {
    /// What people should know of a run besides how it goes: a list of reasons as JSON.
    static let runNotes = Migration(
        3,
        "notes on runs",
        ["ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '[]'"]
    )
}
