extension Migration {
    /// Versions remember where their spec was fetched from.
    static let packageAddresses = Migration(
        4,
        "package addresses",
        ["ALTER TABLE pipeline_versions ADD COLUMN package_url TEXT NOT NULL DEFAULT ''"]
    )
}
