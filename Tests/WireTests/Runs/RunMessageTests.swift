import Model
import Testing
import Wire

@Suite("Run messages")
struct RunMessageTests {
    @Test("A live run ends in 1970, keeps its zero parameters and shows its spec")
    func liveRun() {
        let spec = PipelineSpecDocument(pipelineSpec: ["pipelineInfo": ["name": "hello"]])
        let json = RunMessage(run: sampleRun(), spec: spec).json
        #expect(
            json.jsonText
                == #"{"created_at":"2026-08-22T10:00:02Z","display_name":"r1","experiment_id":"e-1","#
                + #""finished_at":"1970-01-01T00:00:00Z","pipeline_spec":{"pipelineInfo":{"name":"hello"}},"#
                + #""run_id":"0a6c2f4e-7d3b-4a51-9c0e-1f2d3b4c5a69","#
                + #""runtime_config":{"parameters":{"n":0,"text":""}},"scheduled_at":"2026-08-22T10:00:02Z","#
                + #""state":"RUNNING","state_history":[{"state":"PENDING","update_time":"2026-08-22T10:00:02Z"},"#
                + #"{"state":"RUNNING","update_time":"2026-08-22T10:00:03Z"}],"storage_state":"AVAILABLE","#
                + #""timing":{"created_at":"2026-08-22T10:00:02.345Z"}}"#
        )
    }

    @Test("A run from a stored version shows the reference, not the spec")
    func reference() {
        var run = sampleRun()
        run.pipelineID = PipelineID("p")
        run.pipelineVersionID = PipelineVersionID("v")
        let json = RunMessage(run: run, spec: PipelineSpecDocument(pipelineSpec: ["root": [:]])).json
        #expect(json["pipeline_spec"] == nil)
        #expect(json["pipeline_version_reference"] == ["pipeline_id": "p", "pipeline_version_id": "v"])
    }

    @Test("A failed run shows google.rpc.Status and, as ours, the whole reason")
    func failure() {
        var run = sampleRun()
        run.enter(
            .failed,
            at: moment,
            reason: Reason(.exitedNonZero, "train exited with 3", details: ["code": 3])
        )
        let json = RunMessage(run: run).json
        #expect(json["error"] == ["code": 2, "message": "train exited with 3"])
        #expect(json["reason"]?["details"] == ["code": 3])
    }

    @Test("A run reads back to the millisecond")
    func roundTrip() throws {
        var run = sampleRun()
        run.pipelineRoot = "/data"
        run.notes = [Reason(.settingIgnored, "no nodes", details: ["tasks": ["a"]])]
        run.enter(.failed, at: moment + .milliseconds(1_234), reason: Reason(.runInvalid, "no"))
        let back = try RunMessage(json: JSONValue(json: RunMessage(run: run).json.jsonText)).run
        #expect(back.createdAt == run.createdAt)
        #expect(back.finishedAt == run.finishedAt)
        #expect(back.state == .failed)
        #expect(back.error == run.error)
        #expect(back.notes == run.notes)
        #expect(back.parameters == run.parameters)
        #expect(back.stateHistory.map(\.state) == run.stateHistory.map(\.state))
        #expect(try RunMessage(json: RunMessage(run: sampleRun()).json).run.finishedAt == nil)
    }

    @Test(
        "A request is taken in either spelling",
        arguments: [
            #"{"display_name":"r1","pipeline_spec":{"root":{}},"experiment_id":null,"#
                + #""runtime_config":{"parameters":{"n":3,"x":null},"pipeline_root":"/d"}}"#,
            #"{"displayName":"r1","pipelineSpec":{"root":{}},"state":"PENDING","#
                + #""runtimeConfig":{"parameters":{"n":3,"x":null},"pipelineRoot":"/d"}}"#,
        ]
    )
    func submission(text: String) throws {
        let expected = RunSubmission(
            displayName: "r1",
            source: .spec(PipelineSpecDocument(pipelineSpec: ["root": [:]])),
            parameters: ["n": 3, "x": .null],
            pipelineRoot: "/d"
        )
        let submission = try RunSubmission(json: JSONValue(json: text))
        #expect(submission == expected)
        #expect(try RunSubmission(json: submission.json) == expected)
    }

    @Test("A request may name a version, a pipeline, or both")
    func versions() throws {
        func source(_ text: String) throws -> RunSubmission.Source {
            try RunSubmission(json: JSONValue(json: #"{"display_name":"r",\#(text)}"#)).source
        }
        #expect(
            try source(#""pipeline_version_reference":{"pipelineId":"p"}"#)
                == .version(pipelineID: PipelineID("p"), versionID: nil)
        )
        #expect(
            try source(#""pipeline_version_id":"v""#)
                == .version(pipelineID: nil, versionID: PipelineVersionID("v"))
        )
    }

    @Test(
        "A wrong request is refused with field and place",
        arguments: [
            ("[]", "run: expected an object, found a list"),
            (#"{"display_name":"r"}"#, "run: no pipeline"),
            (#"{"pipeline_spec":{}}"#, "run.display_name: missing"),
            (
                #"{"display_name":3,"pipeline_spec":{}}"#,
                "run.display_name: expected a string, found a number"
            ),
            (#"{"display_name":"r","displayName":"s"}"#, "run.display_name: given twice"),
            (#"{"display_name":"r","pipeline_spec":[]}"#, "run.pipeline_spec: expected an object"),
            (
                #"{"display_name":"r","pipeline_spec":{},"runtime_config":{"paramaters":{}}}"#,
                "run.runtime_config.paramaters: unknown field; known are parameters, pipeline_root"
            ),
            (#"{"display_name":"r","pipeline_spec":{},"pipeline_version_id":"v"}"#, "are both set"),
            (
                #"{"display_name":"r","pipeline_version_reference":{}}"#,
                "run.pipeline_version_reference: empty"
            ),
            (#"{"display_name":"r","pipeline_spec":{},"nonsense":1}"#, "run.nonsense: unknown field"),
        ]
    )
    func refused(text: String, expected: String) {
        let error = #expect(throws: PlatformError.self) { _ = try RunSubmission(json: JSONValue(json: text)) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Whatever is sent or answered, there is a value or an error with a sentence",
        arguments: 0..<20 as Range<UInt64>
    )
    func anything(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let names = [
            "display_name", "pipeline_spec", "runtime_config", "run_id", "task_id", "state", "created_at",
            "inputs",
            "parameters", "artifacts", "artifact_id", "parameter_key", "timing", "child_tasks", "attempts",
            "type",
            "type_attributes", "iteration_index", "state_history", "update_time", "name", "pipeline_id",
            "tags",
            "pipeline_version_reference", "create_time", "experiment_id", "storage_state", "phase",
        ]
        let readers: [(JSONValue) throws -> Void] = [
            { _ = try RunSubmission(json: $0) }, { _ = try RunMessage(json: $0) },
            { _ = try TaskMessage(json: $0) },
            { _ = try Experiment(json: $0) }, { _ = try ExperimentSubmission(json: $0) },
            { _ = try Artifact(json: $0) },
            { _ = try Pipeline(json: $0) }, { _ = try PipelineVersionMessage(json: $0) },
            { _ = try PipelineAndVersionSubmission(json: $0) }, { _ = try PipelineUpdate(pipeline: $0) },
            { _ = try HealthMessage(json: $0) },
        ]
        for _ in 0..<500 {
            let json = numbers.json(names: names)
            for read in readers {
                do {
                    try read(json)
                } catch {
                    #expect((error as? PlatformError)?.message.isEmpty == false)
                }
            }
        }
    }
}

@Suite("Experiment messages")
struct ExperimentMessageTests {
    @Test("An experiment without a run had its last one in 1970, and reads back as without")
    func epoch() throws {
        let experiment = Experiment(
            id: ExperimentID("e"),
            displayName: "Default",
            description: "",
            createdAt: .epoch
        )
        #expect(
            experiment.json.jsonText
                == #"{"created_at":"1970-01-01T00:00:00Z","display_name":"Default","experiment_id":"e","#
                + #""last_run_created_at":"1970-01-01T00:00:00Z","storage_state":"AVAILABLE"}"#
        )
        #expect(try Experiment(json: experiment.json) == experiment)
    }

    @Test("Enums are taken by name or number, 0 is unset")
    func enums() throws {
        func state(_ value: JSONValue) throws -> StorageState {
            try Experiment(
                json: ["experiment_id": "e", "created_at": "1970-01-01T00:00:00Z", "storage_state": value]
            ).storageState
        }
        #expect(try state("ARCHIVED") == .archived)
        #expect(try state(2) == .archived)
        #expect(try state(0) == .available)
        #expect(try state("STORAGE_STATE_UNSPECIFIED") == .available)
        #expect(throws: PlatformError.self) { _ = try state(3) }
        #expect(throws: PlatformError.self) { _ = try state("GONE") }
    }
}

@Suite("Health message")
struct HealthMessageTests {
    @Test("multi_user and pipeline_store are there even though one is false")
    func always() throws {
        let health = HealthMessage(commit: "", version: "0.1.0")
        #expect(
            health.json.jsonText == #"{"multi_user":false,"pipeline_store":"database","tag_name":"0.1.0"}"#
        )
        #expect(try HealthMessage(json: health.json) == health)
    }
}
