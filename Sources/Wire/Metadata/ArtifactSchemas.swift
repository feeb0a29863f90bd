import Model

extension MessageSchemas {
    /// Artifacts and what became of them.
    static let artifacts: [String: Schema] = [
        "Artifact": .answer(
            [
                "artifact_id": .name, "name": .text, "type": .text, "uri": .text, "metadata": .object,
                "created_at": .time, "schema_title": .text, "schema_version": .text, "digest": .text,
                "metadata_only": .bool,
            ],
            required: ["artifact_id"]
        ),
        "ArtifactTask": .answer(
            [
                "id": .name, "artifact_id": .name, "run_id": .name, "task_id": .name, "key": .text,
                "type": .choice(["OUTPUT", "TASK_OUTPUT_INPUT"]), "producer": .message("TaskProducer"),
            ],
            required: ["id", "artifact_id", "run_id", "task_id", "type"]
        ),
        "ArtifactPreview": .answer(
            [
                "artifact_id": .name, "path": .text, "kind": .choice(["FILE", "FOLDER"]), "text": .text,
                "data": .bytes, "size": .int64, "media_type": .text, "is_text": .bool, "truncated": .bool,
                "entries": .list(.message("ArtifactEntry")), "entry_count": .integer,
            ],
            required: ["artifact_id", "kind", "truncated"]
        ),
        "ArtifactEntry": .answer(
            [
                "name": .text, "modified_at": .time, "kind": .choice(["FILE", "FOLDER", "LINK"]),
                "size": .int64, "target": .text,
            ],
            required: ["name", "modified_at", "kind"]
        ),
        "Lineage": .answer(
            [
                "artifact": .message("Artifact"), "steps": .list(.message("LineageStep")),
                "total_size": .integer, "next_page_token": .text, "truncated": .bool,
            ],
            required: ["artifact"]
        ),
        "LineageStep": .answer(
            [
                "direction": .choice(["UPSTREAM", "DOWNSTREAM"]), "depth": .integer,
                "type": .choice(["OUTPUT", "TASK_OUTPUT_INPUT"]), "key": .text, "run_id": .name,
                "run_name": .text, "task_id": .name, "task_name": .text,
                "task_state": .choice(TaskState.allCases.map(\.rawValue)), "artifact": .message("Artifact"),
            ],
            required: ["direction", "depth", "run_id", "task_id", "artifact"]
        ),
        "ArtifactData": .answer(["data": .bytes], required: ["data"]),
    ]
}
