import Model

extension MessageSchemas {
    /// Pipelines and their versions.
    static let pipelines: [String: Schema] = [
        "Pipeline": .answer(
            [
                "pipeline_id": .name, "name": .text, "display_name": .text, "description": .text,
                "created_at": .time, "tags": .map(.text),
            ],
            required: ["pipeline_id", "created_at"]
        ),
        "PipelineSubmission": .request([
            "name": .text.described("Unique; this or display_name must be there."), "display_name": .text,
            "description": .text, "tags": tags, "pipeline_id": .ignored, "created_at": .ignored,
            "namespace": .ignored, "error": .ignored,
        ]),
        "PipelineUpdate": .request([
            "display_name": .text, "tags": tags, "name": .ignored, "description": .ignored,
            "pipeline_id": .ignored, "created_at": .ignored, "namespace": .ignored, "error": .ignored,
        ]),
        "PipelineVersion": .answer(
            [
                "pipeline_id": .name, "pipeline_version_id": .name, "name": .text, "display_name": .text,
                "description": .text, "created_at": .time, "package_url": .message("PackageURL"),
                "code_source_url": .text, "pipeline_spec": spec, "tags": .map(.text),
            ],
            required: ["pipeline_id", "pipeline_version_id", "created_at"]
        ),
        "PipelineVersionSubmission": .request([
            "name": .text.described("Unique in the pipeline."), "display_name": .text, "description": .text,
            "package_url": .message("PackageURLSubmission"), "code_source_url": .text,
            "pipeline_spec": spec.described("The pipeline itself, instead of an address."), "tags": tags,
            "pipeline_id": .ignored, "pipeline_version_id": .ignored, "created_at": .ignored,
            "error": .ignored,
        ]),
        "PipelineVersionUpdate": .request([
            "display_name": .text, "tags": tags, "name": .ignored, "description": .ignored,
            "package_url": .ignored, "code_source_url": .ignored, "pipeline_spec": .ignored,
            "pipeline_id": .ignored, "pipeline_version_id": .ignored, "created_at": .ignored,
            "error": .ignored,
        ]),
        "PipelineAndVersionSubmission": .request(
            [
                "pipeline": .message("PipelineSubmission"),
                "pipeline_version": .message("PipelineVersionSubmission"),
            ],
            required: ["pipeline", "pipeline_version"]
        ),
        "PackageURL": .answer(["pipeline_url": .text]),
        "PackageURLSubmission": .request(["pipeline_url": .name], required: ["pipeline_url"]),
        "PipelineUpload": Schema([
            "type": "object", "required": ["uploadfile"],
            "properties": ["uploadfile": ["type": "string", "format": "binary"]],
        ]),
    ]

    /// A compiled pipeline. Source: KFP `PipelineSpec`, alone or beside a `PlatformSpec`.
    static let spec = Schema.object.described(
        "A compiled pipeline: a PipelineSpec, or pipeline_spec and platform_spec."
    )

    private static let tags = Schema.map(.text).described(
        "At most 20, keys and values of at most 63 characters."
    )
}
