import Foundation
import GRDB
import Store

/// Databases as earlier releases wrote them: their schema, and rows in SQL that knows nothing of our types.
enum ReleasedSchemas {
    /// Writes a database that has the first migrations, and rows with everything that they brought.
    static func write(_ number: Int, to path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE schema_migrations (
                        number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)
                    """
            )
            for migration in Migration.all.prefix(number) {
                for statement in migration.statements { try database.execute(sql: statement) }
                try database.execute(
                    sql: "INSERT INTO schema_migrations VALUES (?, ?, 1700000000000)",
                    arguments: [migration.number, migration.name]
                )
                for statement in rows[migration.number] ?? [] { try database.execute(sql: statement) }
            }
        }
        try queue.close()
    }

    /// A number that changes with every character of a migration.
    static func fingerprint(of migration: Migration) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in ([migration.name] + migration.statements).joined(separator: ";").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }

    /// Rows that a release with a migration would have added.
    private static let rows: [Int: [String]] = [
        1: pipelineRows + runRows + metadataRows,
        2: [
            """
            INSERT INTO runs (id, experiment_id, display_name, description, storage_state, pipeline_name,
                parameters, service_account, created_at, scheduled_at, finished_at, state, state_history,
                outputs, spec_id, revision, rerun_source, rerun_from)
            VALUES ('again', 'birds', 'Again', '', 'AVAILABLE', 'nests', '{}', '', 5000, 5000, 6000, 'SUCCEEDED',
                '[]', '{}', 'spec', 2, 'done', 'build')
            """,
            "UPDATE runs SET retry_requested_at = 7000 WHERE id = 'open'",
            "UPDATE tasks SET attempts_before = 1 WHERE run_id = 'done' AND path = 'build'",
        ],
        3: [
            #"UPDATE runs SET notes = '[{"code":"SETTING_IGNORED","message":"no nodes"}]' WHERE id = 'done'"#
        ],
        4: ["UPDATE pipeline_versions SET package_url = 'https://example.org/nests.yaml' WHERE id = 'first'"],
        5: [
            """
            INSERT INTO recurring_runs (id, experiment_id, display_name, description, pipeline_id, parameters,
                service_account, cron, time_zone, max_concurrency, no_catchup, status, created_at, updated_at,
                anchor_at, cursor_at, next_at, firing_count)
            VALUES ('daily', 'birds', 'Daily', '', 'nests', '{"height":3}', '', '0 0 6 * * *', 'UTC', 2, 0,
                'ENABLED', 1000, 1000, 1000, 1000, 9000, 4)
            """
        ],
    ]

    private static let pipelineRows = [
        """
        INSERT INTO pipelines (id, name, display_name, description, created_at, tags)
        VALUES ('nests', 'nests', 'Nests', 'where martlets live', 1000, '{"team":"birds"}')
        """,
        #"INSERT INTO specs (id, pipeline_spec) VALUES ('spec', '{"pipelineInfo":{"name":"nests"}}')"#,
        """
        INSERT INTO pipeline_versions (id, pipeline_id, name, display_name, description, created_at,
            code_source_url, tags, spec_id)
        VALUES ('first', 'nests', 'v1', 'First', '', 1000, '', '{}', 'spec')
        """,
    ]

    private static let runRows = [
        """
        INSERT INTO experiments (id, display_name, description, created_at, last_run_created_at, storage_state)
        VALUES ('birds', 'Birds', 'all of them', 1000, 3000, 'AVAILABLE')
        """,
        """
        INSERT INTO runs (id, experiment_id, display_name, description, storage_state, pipeline_id,
            pipeline_version_id, pipeline_name, parameters, service_account, created_at, scheduled_at,
            finished_at, state, state_history, outputs, spec_id, revision)
        VALUES ('done', 'birds', 'Done with Straw', '', 'ARCHIVED', 'nests', 'first', 'nests', '{"height":2.5}',
            'robot', 2000, 2000, 2500, 'SUCCEEDED',
            '[{"at":2000,"state":"PENDING"},{"at":2500,"state":"SUCCEEDED"}]',
            '{"parameters":{"eggs":4}}', 'spec', 7)
        """,
        """
        INSERT INTO runs (id, experiment_id, display_name, description, storage_state, pipeline_name,
            parameters, service_account, created_at, scheduled_at, state, state_history, outputs, spec_id,
            termination_requested_at, revision)
        VALUES ('open', 'birds', 'Open', '', 'AVAILABLE', 'nests', '{}', '', 3000, 3000, 'RUNNING',
            '[{"at":3000,"state":"RUNNING"}]', '{}', 'spec', 3500, 3)
        """,
        "INSERT INTO run_leases (run_id, owner, expires_at) VALUES ('open', 'server', 4000)",
        """
        INSERT INTO tasks (run_id, path, parent, name, display_name, kind, state, inputs, outputs, created_at,
            started_at, ended_at, state_history)
        VALUES ('done', 'root', NULL, 'root', 'root', 'ROOT', 'SUCCEEDED', '{}', '{}', 2000, 2000, 2500, '[]'),
            ('done', 'build', 'root', 'build', 'Build', 'RUNTIME', 'SUCCEEDED', '{"parameters":{"n":1}}',
                '{"artifacts":{"nest":["nest"]}}', 2000, 2100, 2400, '[{"at":2400,"state":"SUCCEEDED"}]'),
            ('open', 'root', NULL, 'root', 'root', 'ROOT', 'RUNNING', '{}', '{}', 3000, 3000, NULL, '[]')
        """,
        """
        INSERT INTO attempts (run_id, path, number, state, reason, created_at, started_at, ended_at, exit_code)
        VALUES ('done', 'build', 0, 'FAILED', '{"code":"EXITED_NON_ZERO","message":"no straw"}', 2000, 2100,
                2200, 3),
            ('done', 'build', 1, 'SUCCEEDED', NULL, 2200, 2300, 2400, 0)
        """,
    ]

    private static let metadataRows = [
        """
        INSERT INTO artifacts (id, name, schema_title, schema_version, uri, metadata, created_at, digest,
            metadata_only)
        VALUES ('nest', 'nest', 'system.Model', '0.0.1', '/data/nest', '{"twigs":99}', 2400, 'sha256:1', 0)
        """,
        "INSERT INTO artifact_edges VALUES ('nest', 'done', 'build', 'OUTPUT', 'nest', 0)",
        """
        INSERT INTO cache_entries (run_id, path, fingerprint, scope, component, key_json, created_at)
        VALUES ('done', 'build', 'abc', 'pipeline', 'build', '{}', 2400)
        """,
        "INSERT INTO changes (kind, id, at) VALUES ('run', 'done', 2500)",
    ]
}
