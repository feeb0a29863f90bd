extension Migration {
    /// What finds runs by one or two characters of their name, too.
    ///
    /// The search knows three characters that follow each other. Two marks after each name make every character of it the
    /// first of three, so that what is shorter is the beginning of some. A million names take seconds to look through.
    static let shortRunSearch = Migration(
        10,
        "search for runs by one or two characters",
        [
            "DROP TRIGGER run_named",
            "DROP TRIGGER run_renamed",
            "DROP TRIGGER run_unnamed",
            "DROP TABLE run_names",
            "CREATE VIEW run_names_marked AS SELECT rowid AS run, \(marked("display_name")) AS display_name FROM runs",
            """
            CREATE VIRTUAL TABLE run_names USING fts5 (
                display_name, content = 'run_names_marked', content_rowid = 'run', tokenize = 'trigram')
            """,
            "INSERT INTO run_names (run_names) VALUES ('rebuild')",
            """
            CREATE TRIGGER run_named AFTER INSERT ON runs BEGIN
                INSERT INTO run_names (rowid, display_name) VALUES (new.rowid, \(marked("new.display_name"))); END
            """,
            """
            CREATE TRIGGER run_renamed AFTER UPDATE OF display_name ON runs
            WHEN old.display_name <> new.display_name BEGIN
                INSERT INTO run_names (run_names, rowid, display_name)
                VALUES ('delete', old.rowid, \(marked("old.display_name")));
                INSERT INTO run_names (rowid, display_name) VALUES (new.rowid, \(marked("new.display_name"))); END
            """,
            """
            CREATE TRIGGER run_unnamed AFTER DELETE ON runs BEGIN
                INSERT INTO run_names (run_names, rowid, display_name)
                VALUES ('delete', old.rowid, \(marked("old.display_name"))); END
            """,
            "CREATE VIRTUAL TABLE run_names_parts USING fts5vocab (run_names, instance)",
        ]
    )
}

/// A name with what nobody types after it: the control character that ends a text.
private func marked(_ name: String) -> String { "\(name) || char(3, 3)" }
