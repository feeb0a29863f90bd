import Engine
import Model
import TestKit
import Testing

@Suite("Inputs of tasks")
struct InputResolutionTests {
    /// Runs a pipeline with the one task `t`, whose component takes `inputs`, and says what `t` got or why it failed.
    private func resolve(
        _ inputs: JSONValue,
        given parameters: [String: JSONValue],
        root: JSONValue = [:],
        submitted: [String: JSONValue] = [:]
    ) throws -> (inputs: [String: JSONValue], failure: String?) {
        let json = TestRun.spec(
            ["t": SpecBuilder.task("take", parameters: parameters)],
            root: ["inputDefinitions": ["parameters": root]]
        ) {
            $0.container("take")
        }
        guard var members = json.object, var components = members["components"]?.object,
            var take = components["take"]?.object
        else { return ([:], "the spec has no components") }
        take["inputDefinitions"] = ["parameters": inputs]
        components["take"] = .object(take)
        members["components"] = .object(components)
        let run = try TestRun(.object(members), parameters: submitted)
        let task = try run.task("t")
        if task.state == .failed {
            #expect(task.reason?.code == .inputResolutionFailed)
            #expect(run.launched == [])
            return ([:], task.reason?.message)
        }
        #expect(try run.launch("t").parameters == task.inputs.parameters)
        return (task.inputs.parameters, nil)
    }

    private static let text: JSONValue = ["parameterType": "STRING"]
    private static let optional: JSONValue = ["parameterType": "STRING", "isOptional": true]
    private static let constant = SpecBuilder.constant

    @Test("Constants, inputs of the pipeline and defaults arrive")
    func values() throws {
        let resolved = try resolve(
            [
                "a": Self.text, "b": ["parameterType": "NUMBER_INTEGER"],
                "c": ["parameterType": "LIST", "defaultValue": [1]], "d": Self.optional,
                "e": ["parameterType": "STRUCT", "defaultValue": [:]],
            ],
            given: [
                "a": Self.constant("x"), "b": SpecBuilder.input("n"), "e": Self.constant(["k": 1]),
                "extra": Self.constant(true),
            ],
            root: ["n": ["parameterType": "NUMBER_INTEGER"]],
            submitted: ["n": 3]
        )
        #expect(resolved.inputs == ["a": "x", "b": 3, "c": [1], "e": ["k": 1], "extra": true])
    }

    @Test("An explicit null counts as nothing given: the default applies, or the input stays away")
    func null() throws {
        let resolved = try resolve(
            ["a": ["parameterType": "STRING", "defaultValue": "d"], "b": Self.optional],
            given: ["a": Self.constant(.null), "b": SpecBuilder.input("n")],
            root: ["n": Self.optional],
            submitted: ["n": .null]
        )
        #expect(resolved.inputs == ["a": "d"])
    }

    @Test("What is no text becomes text where text is wanted")
    func coercion() throws {
        let resolved = try resolve(
            ["a": Self.text, "b": Self.text],
            given: ["a": Self.constant(0.5), "b": Self.constant([1, "x"])]
        )
        #expect(resolved.inputs == ["a": "0.5", "b": #"[1,"x"]"#])
    }

    @Test("Constants may be written in terms of other inputs, in a chain, and in terms of the run")
    func chain() throws {
        let resolved = try resolve(
            ["a": Self.text, "b": Self.text, "z": Self.text, "l": ["parameterType": "LIST"]],
            given: [
                "a": Self.constant("<{{$.inputs.parameters['b']}}>"),
                "b": Self.constant(#"{{$.inputs.parameters["z"]}} and {{$.inputs.parameters['n']}}"#),
                "z": Self.constant("{{$.pipeline_task_name}} of {{$.pipeline_job_name}}"),
                "n": SpecBuilder.input("n"), "l": Self.constant(["{{$.inputs.parameters['n']}}", 1]),
            ],
            root: ["n": ["parameterType": "NUMBER_DOUBLE"]],
            submitted: ["n": 3]
        )
        #expect(
            resolved.inputs == [
                "a": "<t of my run and 3>", "b": "t of my run and 3", "z": "t of my run", "n": 3,
                "l": ["3", 1],
            ]
        )
    }

    @Test("Data never acts as a placeholder")
    func data() throws {
        let trap: JSONValue = "{{$.inputs.parameters['secret']}}"
        let resolved = try resolve(
            ["a": Self.text],
            given: [
                "a": Self.constant("[{{$.inputs.parameters['n']}}]"), "n": SpecBuilder.input("n"),
                "secret": Self.constant("s"),
            ],
            root: ["n": Self.text],
            submitted: ["n": trap]
        )
        #expect(resolved.inputs["a"] == "[{{$.inputs.parameters['secret']}}]")
    }

    @Test("Facts of the run stand for its name, id, times and task")
    func facts() throws {
        let names = [
            "pipeline_job_name", "pipeline_job_resource_name", "pipeline_job_uuid", "pipeline_task_name",
            "pipeline_task_uuid", "pipeline_job_create_time_utc", "pipeline_job_schedule_time_utc",
            "pipeline_google_cloud_location",
        ]
        let text = names.map { "{{$.\($0)}}" }.joined(separator: "|")
        let resolved = try resolve(["a": Self.text], given: ["a": Self.constant(.string(text))])
        #expect(
            resolved.inputs["a"]
                == .string(
                    "my run|test-r|r|t|r.t|1970-01-01T00:00:00Z|1970-01-01T00:00:00Z|"
                        + "{{$.pipeline_google_cloud_location}}"
                )
        )
    }

    // MARK: Failures

    private static let failures: [(JSONValue, [String: JSONValue], String)] = [
        (
            ["a": text], ["a": SpecBuilder.input("n")],
            "Input 'a' has no value: the pipeline around the task has none for 'n'."
        ),
        (["a": text], ["a": constant(.null)], "Input 'a' has no value: the pipeline gives null."),
        (
            ["a": ["parameterType": "NUMBER_INTEGER"]], ["a": constant(1.5)],
            "Input 'a': expected a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found a number (1.5)."
        ),
        (
            ["a": ["parameterType": "BOOLEAN"]], ["a": constant("true")],
            "Input 'a': expected true or false (BOOLEAN), found a string (\"true\")."
        ),
        (
            ["a": ["parameterType": "LIST"]], ["a": constant([:])],
            "Input 'a': expected a list (LIST), found an object ({})."
        ),
        (
            ["a": ["parameterType": "STRING", "literals": ["x", "y"]]], ["a": constant("z")],
            "Input 'a': expected one of \"x\", \"y\", found a string (\"z\")."
        ),
        (
            ["t": text], ["t": constant("{{$.inputs.parameters['gone']}}"), "b": constant(1)],
            "Input 't': {{$.inputs.parameters['gone']}}: the task has no input parameter 'gone'; it has: b"
        ),
        (
            ["a": text], ["a": constant("{{$.inputs.parameters['a']}}")],
            "Input 'a': {{$.inputs.parameters['a']}}: the task has no input parameter 'a'"
        ),
        (
            ["a": text],
            [
                "a": constant("{{$.inputs.parameters['b']}}"),
                "b": constant(["{{$.inputs.parameters['c']}}"]),
                "c": constant("{{$.inputs.parameters['a']}}"), "d": constant("fine"),
            ],
            "The inputs a, b, c are written in terms of each other."
        ),
    ]

    @Test("Inputs that cannot be worked out fail the task and say why", arguments: failures)
    func failure(inputs: JSONValue, given: [String: JSONValue], message: String) throws {
        let resolved = try resolve(inputs, given: given, root: ["n": Self.optional])
        #expect(resolved.failure == message)
    }

    @Test("An output that was promised and not given is named")
    func missingOutput() throws {
        let json = TestRun.spec([
            "a": TestRun.work(),
            "t": SpecBuilder.task("take", parameters: ["x": SpecBuilder.output("a", "y")]),
        ]) {
            $0.container("take", inputs: ["x": "STRING"])
        }
        // An optional input may go without.
        var run = try TestRun(json)
        run.succeed("a", [:])
        #expect(run.launched == ["t/0"])
        #expect(try run.launch("t").parameters == [:])
        // A required one may not.
        let required = TestRun.spec([
            "a": TestRun.work(),
            "g": SpecBuilder.task("group", parameters: ["x": SpecBuilder.output("a", "y")]),
        ]) {
            $0.pipeline(
                "group",
                tasks: ["t": TestRun.work(["s": SpecBuilder.input("x")])],
                rest: ["inputDefinitions": ["parameters": ["x": ["parameterType": "STRING"]]]]
            )
        }
        run = try TestRun(required)
        run.succeed("a", [:])
        #expect(run.states == ["a SUCCEEDED", "g FAILED"])
        #expect(
            try run.task("g").reason?.message
                == "Input 'x' has no value: the task before it gave none for 'y'."
        )
        #expect(run.machine.run.error?.details["task"] == "g")
    }

    @Test("An artifact that was promised and not given fails the task that reads it")
    func missingArtifact() throws {
        var run = try TestRun(tasks: [
            "a": TestRun.work(),
            "t": SpecBuilder.task("read", artifacts: ["data": SpecBuilder.artifact("a", "data")]),
        ])
        run.succeed("a")
        #expect(
            try run.task("t").reason?.message
                == "Input artifact 'data' is not there: nothing has produced it."
        )
        #expect(run.states == ["a SUCCEEDED", "t FAILED"])
    }
}
