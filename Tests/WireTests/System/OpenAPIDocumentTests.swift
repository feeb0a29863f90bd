import Model
import TestKit
import Testing

@testable import Wire

@Suite("Description of the API")
struct OpenAPIDocumentTests {
    private let document = OpenAPIDocument.json(version: "1.2.3")

    private var operations: [(path: String, verb: String, operation: JSONValue)] {
        (document["paths"]?.object ?? [:]).flatMap { path, item in
            (item.object ?? [:]).map { (path, $0.key, $0.value) }
        }
    }

    @Test("Every row of the route table is an operation of its own, with all parameters of its path")
    func rows() throws {
        #expect(operations.count == RouteTable.rows.count + RouteTable.aliases.count)
        for row in RouteTable.rows + RouteTable.aliases {
            let operation = document["paths"]?[row.template]?[row.method.rawValue.lowercased()]
            #expect(operation?["summary"]?.string == row.summary, "\(row.template)")
            let parameters = (operation?["parameters"]?.array ?? []).filter { $0["in"] == "path" }
            for name in parameters.compactMap({ $0["name"]?.string }) {
                #expect(row.template.contains("{\(name)}"))
            }
            #expect(parameters.count == row.template.filter { $0 == "{" }.count, "\(row.template)")
        }
        let ids = operations.compactMap { $0.operation["operationId"]?.string }
        #expect(Set(ids).count == operations.count)
    }

    @Test("Every reference leads to a schema, and every schema is referred to")
    func references() {
        var named: Set<String> = []
        func collect(_ value: JSONValue) {
            if let reference = value["$ref"]?.string { named.insert(reference) }
            (value.array ?? []).forEach(collect)
            (value.object ?? [:]).values.forEach(collect)
        }
        collect(document)
        let schemas = (document["components"]?["schemas"]?.object ?? [:]).keys
        #expect(named == Set(schemas.map { "#/components/schemas/\($0)" }))
    }

    @Test("No two features describe a message of the same name")
    func distinct() {
        let groups = [
            MessageSchemas.pipelines, MessageSchemas.runs, MessageSchemas.recurringRuns,
            MessageSchemas.tasks, MessageSchemas.artifacts, MessageSchemas.v1,
        ]
        let names = groups.flatMap(\.keys)
        #expect(Set(names).count == names.count)
        #expect(MessageSchemas.all.keys.count > names.count)
    }

    @Test("Messages with all there is to say are as described, and have no field that is not")
    func samples() {
        let reason = Reason(.podLost, "It is gone.", details: ["pod": "x"])
        var run = sampleRun()
        run.enter(.failed, at: moment + .seconds(2))
        (run.error, run.notes) = (reason, [reason])
        run.rerun = Rerun(source: runID, from: TaskPath("work"))
        (run.recurringRunID, run.pipelineID) = (RecurringRunID("q"), PipelineID("p"))
        let artifact = Artifact(
            id: ArtifactID("a"),
            name: "data",
            schemaTitle: "system.Dataset",
            schemaVersion: "0.0.1",
            uri: "file:///data",
            metadata: ["rows": 3],
            createdAt: moment,
            digest: "sha256:0"
        )
        var task = sampleTask("work", .failed)
        (task.reason, task.cache, task.startedAt, task.endedAt) = (reason, reason, moment, moment)
        task.outputs = TaskValues(
            parameters: ["n": .null],
            artifacts: ["data": [artifact.id, ArtifactID("b")]]
        )
        task.inputs = task.outputs
        var attempt = Attempt(path: task.path, number: 1, createdAt: moment)
        (attempt.state, attempt.exitCode, attempt.reason, attempt.endedAt) = (.failed, 137, reason, moment)
        let tasks = TaskKind.allCases.map { kind in
            var task = task
            task.kind = kind
            return TaskMessage(
                task: task,
                attempts: [attempt],
                children: [TaskPath("work.a")],
                artifacts: [artifact.id: artifact]
            )
        }
        let checker = SchemaChecker(document: document)
        let messages: [(String, JSONValue)] = [
            ("Run", RunMessage(run: run, tasks: .full(tasks), taskCount: 3).json),
            ("Run", RunMessage(run: run, tasks: .details(tasks)).json),
            ("RunV1", RunMessage(run: run).jsonV1),
            (
                "Run",
                RunMessage(run: sampleRun(), spec: PipelineSpecDocument(pipelineSpec: ["root": [:]])).json
            ),
            ("Artifact", artifact.json), ("Error", ErrorEnvelope(PlatformError.invalid("x")).body),
            ("UploadError", ErrorEnvelope(PlatformError.invalid("x")).uploadBody),
            ("Health", HealthMessage(commit: "", version: "1").json),
            ("Trigger", Trigger(.periodic(seconds: 1)).json),
            ("Trigger", Trigger(.cron("@daily", timeZone: "Asia/Tokyo"), start: moment, end: moment).json),
            ("Firings", FiringsMessage(firings: [.init(at: moment, local: "x")], warnings: ["w"]).json),
        ]
        for (name, json) in messages {
            let schema: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
            #expect(checker.differences(json, schema, at: name) == [])
        }
        let misspelt: JSONValue = ["$ref": "#/components/schemas/Firings"]
        #expect(
            checker.differences(["firing": []], misspelt, at: "x") == ["x.firing: is not in the document"]
        )
    }

    /// Each message of a request with what reads it.
    private static let readers: [(name: String, read: @Sendable (JSONValue) throws -> Void)] = [
        ("ExperimentSubmission", { _ = try ExperimentSubmission(json: $0) }),
        ("ExperimentUpdate", { _ = try ExperimentUpdate(json: $0) }),
        ("RetentionRuleSubmission", { _ = try RetentionRule(json: $0) }),
        ("ExperimentSubmissionV1", { _ = try ExperimentSubmission(v1: $0) }),
        ("PipelineSubmission", { _ = try PipelineSubmission(json: $0) }),
        ("PipelineVersionSubmission", { _ = try PipelineVersionSubmission(json: $0) }),
        ("PipelineAndVersionSubmission", { _ = try PipelineAndVersionSubmission(json: $0) }),
        ("PipelineUpdate", { _ = try PipelineUpdate(pipeline: $0) }),
        ("PipelineVersionUpdate", { _ = try PipelineUpdate(version: $0) }),
        ("PipelineSubmissionV1", { _ = try PackageSubmissionV1(pipeline: $0) }),
        ("PipelineVersionSubmissionV1", { _ = try PackageSubmissionV1(version: $0) }),
        ("RunSubmission", { _ = try RunSubmission(json: $0) }),
        ("RunSubmissionV1", { _ = try RunSubmission(v1: $0) }),
        ("RerunSubmission", { _ = try RerunRequest(json: $0) }),
        ("RecurringRunSubmission", { _ = try RecurringRunSubmission(json: $0) }),
        ("RecurringRunUpdate", { _ = try RecurringRunUpdate(json: $0) }),
        ("PreviewRequest", { _ = try FiringsMessage.trigger(of: $0) }),
        ("TriggerSubmission", { _ = try Trigger(json: $0, at: "x") }),
        ("CronScheduleSubmission", { _ = try Trigger(json: ["cron_schedule": $0], at: "x") }),
        ("PeriodicScheduleSubmission", { _ = try Trigger(json: ["periodic_schedule": $0], at: "x") }),
        (
            "PackageURLSubmission",
            { _ = try PipelineVersionSubmission(json: ["name": "x", "package_url": $0]) }
        ),
        (
            "RuntimeConfigSubmission",
            {
                _ = try RunSubmission(json: [
                    "display_name": "x", "pipeline_version_id": "x", "runtime_config": $0,
                ])
            }
        ),
        (
            "PipelineVersionReferenceSubmission",
            { _ = try RunSubmission(json: ["display_name": "x", "pipeline_version_reference": $0]) }
        ),
        ("PipelineSpecSubmissionV1", { _ = try RunSubmission(v1: ["name": "x", "pipeline_spec": $0]) }),
        (
            "ParameterSubmissionV1",
            {
                _ = try RunSubmission(v1: [
                    "name": "x", "pipeline_spec": ["pipeline_id": "x", "parameters": [$0]],
                ])
            }
        ),
        ("ReferenceSubmissionV1", { _ = try RunSubmission(v1: ["name": "x", "resource_references": [$0]]) }),
    ]

    @Test("The reader of a request knows exactly the fields of its schema", arguments: readers.map(\.name))
    func requests(name: String) throws {
        let read = try #require(Self.readers.first { $0.name == name }).read
        let error = #expect(throws: PlatformError.self) { try read(["no such field": 1]) }
        let message = try #require(error?.message)
        let known = try #require(message.split(separator: "known are ").last).split(separator: ", ").map(
            String.init
        )
        let schema = try #require(MessageSchemas.all[name]).json
        #expect(Set(known) == Set((schema["properties"]?.object ?? [:]).keys))
        #expect(schema["additionalProperties"] == false)
    }

    @Test("Every message of a request has its reader here")
    func allRequests() {
        let strict = MessageSchemas.all.filter { $0.value.json["additionalProperties"] == false }.keys
        #expect(Set(strict) == Set(Self.readers.map(\.name)))
    }

    @Test("What is required by a schema is required by its reader", arguments: readers.map(\.name))
    func required(name: String) throws {
        let schema = try #require(MessageSchemas.all[name]).json
        let read = try #require(Self.readers.first { $0.name == name }).read
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        for field in required {
            var members = Self.sample.filter { required.contains($0.key) }
            members.merge(Self.sources[name] ?? [:]) { $1 }
            #expect(throws: Never.self, "\(name) with all that is required") { try read(.object(members)) }
            members[field] = nil
            #expect(throws: PlatformError.self, "\(name) without \(field)") { try read(.object(members)) }
        }
    }

    /// Where one of several fields must name the pipeline.
    private static let sources: [String: [String: JSONValue]] = [
        "RunSubmission": ["pipeline_version_id": "x"],
        "RunSubmissionV1": ["pipeline_spec": ["pipeline_id": "x"]],
        "RecurringRunSubmission": ["pipeline_version_id": "x"],
    ]

    /// One good value for each field that is required somewhere.
    private static let sample: [String: JSONValue] = [
        "display_name": "x", "name": "x", "from_task": "x", "cron": "0 0 9 * * *",
        "interval_second": "60", "pipeline_url": "https://example.org/p.yaml",
        "retention": ["age": "30d"], "trigger": ["cron_schedule": ["cron": "0 0 9 * * *"]],
        "pipeline": ["name": "x"],
        "pipeline_version": ["name": "x"], "url": ["pipeline_url": "https://example.org/p.yaml"],
        "package_url": ["pipeline_url": "https://example.org/p.yaml"],
        "resource_references": [["key": ["type": "PIPELINE", "id": "x"]]],
    ]
}
