/// What the API calls the fields of a resource that can be listed, and which SQL stands for each.
///
/// The whitelist is what keeps text from outside out of SQL: a name that is not here is refused.
struct ListedResource: Sendable {
    /// One field to sort by or to compare.
    struct Field: Sendable {
        /// The kinds of values a field holds.
        enum Kind: Hashable, Sendable {
            /// Compared as text, byte by byte.
            case text
            /// Compared as milliseconds since the epoch.
            case time
        }

        /// A column, or an expression that is never `NULL`, so that every row has its place in every order.
        let sql: String
        /// What it holds.
        let kind: Kind
    }

    /// The table, which is also the resource's name in messages.
    let table: String
    /// Fields by name.
    let fields: [String: Field]
    /// Whether `tags.<key>` may be compared.
    let hasTags: Bool
    /// What knows how many rows there are without counting them.
    var counts = Counts.none
    /// What finds the rows whose display name has some text in it.
    var nameIndex: String?
    /// The column that says most where few rows fit; rows are counted by it.
    var tellingColumn: String?

    /// A table of numbers of rows, which triggers keep.
    enum Counts: Hashable, Sendable {
        /// There is none.
        case none
        /// `row_counts` has the number of all rows.
        case all
        /// A table has the numbers by these columns, which are called as in the resource's own.
        case by(Set<String>, table: String)
    }

    /// Runs.
    ///
    /// Source: KFP v2beta1, the sortable and filterable fields of `Run`.
    ///
    /// A run that has not ended sorts and compares as if it had ended in 1970, which is what the API shows.
    static let runs = ListedResource(
        table: "runs",
        fields: [
            "id": .text("id"), "run_id": .text("id"), "name": .text("display_name"),
            "display_name": .text("display_name"), "description": .text("description"),
            "created_at": .time("created_at"), "scheduled_at": .time("scheduled_at"),
            "finished_at": .time("COALESCE(finished_at, 0)"), "storage_state": .text("storage_state"),
            "state": .text("state"), "status": .text("state"), "experiment_id": .text("experiment_id"),
            "recurring_run_id": .text("COALESCE(recurring_run_id, '')"), "namespace": .nothing,
        ],
        hasTags: false,
        counts: .by(["experiment_id", "storage_state", "state"], table: "run_counts"),
        nameIndex: "run_names",
        tellingColumn: "state"
    )

    /// Recurring runs.
    ///
    /// Source: KFP v2beta1, the sortable and filterable fields of `RecurringRun`; status and experiment are ours.
    static let recurringRuns = ListedResource(
        table: "recurring_runs",
        fields: [
            "id": .text("id"), "recurring_run_id": .text("id"), "name": .text("display_name"),
            "display_name": .text("display_name"), "description": .text("description"),
            "created_at": .time("created_at"), "updated_at": .time("updated_at"),
            "status": .text("status"), "experiment_id": .text("experiment_id"), "namespace": .nothing,
        ],
        hasTags: false
    )

    /// Experiments.
    ///
    /// Source: KFP v2beta1, the sortable and filterable fields of `Experiment`.
    static let experiments = ListedResource(
        table: "experiments",
        fields: [
            "id": .text("id"), "experiment_id": .text("id"), "name": .text("display_name"),
            "display_name": .text("display_name"), "description": .text("description"),
            "created_at": .time("created_at"),
            "last_run_created_at": .time("COALESCE(last_run_created_at, 0)"),
            "storage_state": .text("storage_state"), "namespace": .nothing,
        ],
        hasTags: false,
        counts: .all
    )

    /// Pipelines.
    ///
    /// Source: KFP v2beta1, the sortable and filterable fields of `Pipeline`.
    static let pipelines = ListedResource(
        table: "pipelines",
        fields: [
            "id": .text("id"), "pipeline_id": .text("id"), "name": .text("name"),
            "display_name": .text("display_name"), "description": .text("description"),
            "created_at": .time("created_at"), "namespace": .nothing,
        ],
        hasTags: true,
        counts: .all
    )

    /// Versions of a pipeline.
    ///
    /// Source: KFP v2beta1, the sortable and filterable fields of `PipelineVersion`.
    static let versions = ListedResource(
        table: "pipeline_versions",
        fields: [
            "id": .text("id"), "pipeline_version_id": .text("id"), "name": .text("name"),
            "display_name": .text("display_name"), "description": .text("description"),
            "created_at": .time("created_at"),
        ],
        hasTags: true
    )

    /// Artifacts. Source: KFP 3.0, the sortable and filterable fields of `Artifact`; `schema_title` is ours.
    static let artifacts = ListedResource(
        table: "artifacts",
        fields: [
            "id": .text("id"), "artifact_id": .text("id"), "name": .text("name"), "uri": .text("uri"),
            "created_at": .time("created_at"), "schema_title": .text("schema_title"),
            "type": .text(artifactType),
        ],
        hasTags: false,
        counts: .all
    )

    /// The words of the API for the types of artifacts. Source: KFP 3.0 `Artifact.ArtifactType`.
    private static let artifactType = """
        (CASE schema_title WHEN 'system.Metrics' THEN 'Metric' \
        WHEN 'system.ClassificationMetrics' THEN 'ClassificationMetric' \
        WHEN 'system.SlicedClassificationMetrics' THEN 'SlicedClassificationMetric' \
        WHEN 'system.Model' THEN 'Model' WHEN 'system.Dataset' THEN 'Dataset' WHEN 'system.HTML' THEN 'HTML' \
        WHEN 'system.Markdown' THEN 'Markdown' ELSE 'Artifact' END)
        """

    /// Which tasks read and wrote which artifacts.
    ///
    /// Source: KFP 3.0, the sortable and filterable fields of `ArtifactTask`; `created_at` is ours, the task's.
    static let artifactLinks = ListedResource(
        table: "artifact_links",
        fields: [
            "id": .text("id"), "artifact_id": .text("artifact_id"), "run_id": .text("run_id"),
            "task_id": .text("task_id"), "type": .text("type"), "key": .text("key"),
            "created_at": .time("created_at"),
        ],
        hasTags: false
    )

    /// Tasks of a run. Source: KFP 3.0, the sortable and filterable fields of `PipelineTask`; `state` is ours.
    static let tasks = ListedResource(
        table: "run_tasks",
        fields: [
            "id": .text("id"), "task_id": .text("id"), "run_id": .text("run_id"), "name": .text("name"),
            "display_name": .text("display_name"), "created_at": .time("created_at"),
            "create_time": .time("created_at"), "start_time": .time("COALESCE(started_at, 0)"),
            "end_time": .time("COALESCE(ended_at, 0)"), "status": .text("state"), "state": .text("state"),
            "type": .text("kind"), "parent_task_id": .text("parent_id"),
        ],
        hasTags: false
    )
}

extension ListedResource.Field {
    fileprivate static func text(_ sql: String) -> Self { Self(sql: sql, kind: .text) }
    /// One user has no namespaces: every row's is empty. Source: KFP in single-user mode.
    fileprivate static let nothing = Self(sql: "''", kind: .text)
    fileprivate static func time(_ sql: String) -> Self { Self(sql: sql, kind: .time) }
}
