import Model

extension MessageSchemas {
    /// The messages of KFP's first API generation.
    static let v1: [String: Schema] = [
        "ExperimentV1": .answer([
            "id": .name, "name": .text, "description": .text, "created_at": .time, "storage_state": .text,
            "resource_references": references,
        ]),
        "ExperimentSubmissionV1": .request(
            [
                "name": .name, "description": .text, "id": .ignored, "created_at": .ignored,
                "resource_references": .ignored, "storage_state": .ignored,
            ],
            required: ["name"]
        ),
        "PipelineV1": .answer([
            "id": .name, "name": .text, "description": .text, "created_at": .time,
            "parameters": .list(.message("ParameterV1")), "url": .message("PackageURL"),
            "default_version": .message("PipelineVersionV1"),
        ]),
        "PipelineVersionV1": .answer([
            "id": .name, "name": .text, "description": .text, "created_at": .time,
            "parameters": .list(.message("ParameterV1")), "code_source_url": .text,
            "package_url": .message("PackageURL"), "resource_references": references,
        ]),
        "PipelineSubmissionV1": .request(
            [
                "name": .name, "description": .text, "url": .message("PackageURLSubmission"), "id": .ignored,
                "created_at": .ignored, "parameters": .ignored, "error": .ignored,
                "default_version": .ignored, "resource_references": .ignored,
            ],
            required: ["name", "url"]
        ),
        "PipelineVersionSubmissionV1": .request(
            [
                "name": .name, "description": .text, "package_url": .message("PackageURLSubmission"),
                "code_source_url": .text, "resource_references": .list(.message("ReferenceSubmissionV1")),
                "id": .ignored, "created_at": .ignored, "parameters": .ignored,
            ],
            required: ["name", "package_url", "resource_references"]
        ),
        "TemplateV1": .answer(["template": .text]),
        "ParameterV1": .answer(["name": .text, "value": .text]),
        "ReferenceV1": .answer([
            "key": .answer(["type": .text, "id": .text]), "name": .text, "relationship": .text,
        ]),
        "ReferenceSubmissionV1": .request([
            "key": .request(["type": .anyChoice(kinds, unspecified: "UNSPECIFIED"), "id": .text]),
            "name": .ignored, "relationship": .ignored,
        ]),
        "RunV1": .answer([
            "id": .name, "name": .text, "description": .text, "service_account": .text,
            "storage_state": .text, "created_at": .time, "scheduled_at": .time, "finished_at": .time,
            "status": .text, "pipeline_spec": .message("PipelineSpecV1"), "resource_references": references,
        ]),
        "RunDetailV1": .answer(["run": .message("RunV1"), "pipeline_runtime": .object]),
        "PipelineSpecV1": .answer([
            "pipeline_id": .text, "pipeline_name": .text, "pipeline_manifest": .text,
            "runtime_config": .message("RuntimeConfig"),
        ]),
        "RunSubmissionV1": .request(
            [
                "name": .name, "description": .text, "pipeline_spec": .message("PipelineSpecSubmissionV1"),
                "resource_references": .list(.message("ReferenceSubmissionV1")), "service_account": .text,
                "id": .ignored, "storage_state": .ignored, "created_at": .ignored, "scheduled_at": .ignored,
                "finished_at": .ignored, "status": .ignored, "error": .ignored, "metrics": .ignored,
            ],
            required: ["name"]
        ),
        "PipelineSpecSubmissionV1": .request([
            "pipeline_id": .text, "pipeline_name": .ignored, "workflow_manifest": .text,
            "pipeline_manifest": .text, "parameters": .list(.message("ParameterSubmissionV1")),
            "runtime_config": .message("RuntimeConfigSubmission"),
        ]),
        "ParameterSubmissionV1": .request(["name": .name, "value": .text], required: ["name"]),
    ]

    private static let references = Schema.list(.message("ReferenceV1"))
    private static let kinds = ResourceReferences.Kind.allCases.map(\.rawValue)
}
