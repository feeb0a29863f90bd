import Model

/// Every message that has a name, for the description of the API; each feature describes its own.
enum MessageSchemas {
    /// The messages by name.
    static let all: [String: Schema] = [
        system, pipelines, runs, recurringRuns, tasks, artifacts, v1,
    ].reduce(into: [:]) { all, some in all.merge(some) { $1 } }

    private static let system: [String: Schema] = [
        "Health": .answer(
            ["commit_sha": .text, "tag_name": .text, "multi_user": .bool, "pipeline_store": .text],
            required: ["multi_user", "pipeline_store"]
        ),
        "Empty": .answer([:]),
        "Error": .answer(
            [
                "code": .integer.described("The gRPC code, see google.rpc.Code."),
                "message": .text.described("What was found, what was expected, and where."),
                "error": .text.described("The same sentence, for older clients."),
                "details": .list(.message("ErrorDetail")),
            ],
            required: ["code", "message", "error", "details"]
        ),
        "ErrorDetail": .answer(
            ["@type": .text, "code": .integer, "message": .text],
            required: ["@type", "code", "message"]
        ),
        "UploadError": .answer(
            ["error_message": .text, "error_details": .text],
            required: ["error_message", "error_details"]
        ),
        "Status": .answer(["code": .integer, "message": .text]),
        "Reason": .answer(
            [
                "code": .text.described("For programs, in upper snake case; later versions may add others."),
                "message": .text.described("For people."),
                "details": .object.described("Facts behind the sentence."),
            ],
            required: ["code", "message"]
        ),
    ]
}
