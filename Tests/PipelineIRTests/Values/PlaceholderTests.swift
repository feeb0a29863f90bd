import Model
import Testing

@testable import PipelineIR

@Suite("Placeholders")
struct PlaceholderTests {
    private static let resolver: PlaceholderResolver = {
        var values = PlaceholderValues()
        values.parameters = [
            "text": "it's \"so\"", "three": 3, "tenth": 0.1, "huge": 1e21, "tiny": 1e-7,
            "minus": .number(-0.0),
            "yes": true, "list": [1, "a", .null], "object": ["b": 1, "a": [true]], "nothing": .null,
            "empty": "",
            "trap": "{{$.inputs.parameters['three']}} {{$}}", "a}}b": "braces", "with space": "spaced",
        ]
        values.inputArtifacts = [
            "table": [
                Artifact(
                    id: ArtifactID("7f"),
                    name: "table",
                    schemaTitle: "system.Dataset",
                    schemaVersion: "0.0.1",
                    uri: "/store/table",
                    metadata: ["rows": 10, "who's": "me", "nested": ["a": 1]],
                    createdAt: .epoch
                )
            ],
            "tables": [artifact("one"), artifact("two")], "none": [],
            "only": [artifact("one")],
        ]
        values.listInputs = ["tables", "none", "only"]
        values.outputFiles = ["count": "/out/count"]
        values.outputArtifacts = ["model": artifact("model", metadata: ["kind": "tree"])]
        values.executorInput = #"{"inputs":{}}"#
        values.executorOutputFile = "/out/executor_output.json"
        values.facts = ["pipeline_job_name": "my run", "pipeline_task_name": "train"]
        return PlaceholderResolver(values)
    }()

    private static let texts: [(String, String)] = [
        ("plain", "plain"),
        ("", ""),
        ("{{$}}", #"{"inputs":{}}"#),
        ("--in={{$}} --x", #"--in={"inputs":{}} --x"#),
        ("{{$}}{{$}}", #"{"inputs":{}}{"inputs":{}}"#),
        ("{{$.inputs.parameters['text']}}", #"it's "so""#),
        (#"{{$.inputs.parameters["three"]}}"#, "3"),
        ("{{$.inputs.parameters['tenth']}}", "0.1"),
        ("{{$.inputs.parameters['huge']}}", "1000000000000000000000"),
        ("{{$.inputs.parameters['tiny']}}", "0.0000001"),
        ("{{$.inputs.parameters['minus']}}", "0"),
        ("{{$.inputs.parameters['yes']}}", "true"),
        ("{{$.inputs.parameters['list']}}", #"[1,"a",null]"#),
        ("{{$.inputs.parameters['object']}}", #"{"a":[true],"b":1}"#),
        ("{{$.inputs.parameters['nothing']}}", ""),
        ("{{$.inputs.parameters['empty']}}|", "|"),
        ("{{$.inputs.parameters['a}}b']}}", "braces"),
        ("{{$.inputs.parameters['with space']}}", "spaced"),
        ("a {{$.inputs.parameters['three']}} b {{$.inputs.parameters['yes']}} c", "a 3 b true c"),
        ("{{$.inputs.artifacts['table'].uri}}", "/store/table"),
        ("{{$.inputs.artifacts['table'].path}}", "/store/table"),
        ("{{$.inputs.artifacts['table'].name}}", "7f"),
        ("{{$.inputs.artifacts['table'].metadata}}", #"{"nested":{"a":1},"rows":10,"who's":"me"}"#),
        ("{{$.inputs.artifacts['table'].metadata['rows']}}", "10"),
        ("{{$.inputs.artifacts['table'].metadata['nested']}}", #"{"a":1}"#),
        (#"{{$.inputs.artifacts['table'].metadata["who's"]}}"#, "me"),
        (
            "{{$.inputs.artifacts['table']}}",
            #"{"metadata":{"nested":{"a":1},"rows":10,"who's":"me"},"name":"7f","#
                + #""type":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},"uri":"/store/table"}"#
        ),
        (
            "{{$.inputs.artifacts['tables']}}",
            #"[{"name":"one","type":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},"uri":"/store/one"},"#
                + #"{"name":"two","type":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},"uri":"/store/two"}]"#
        ),
        (
            "{{$.inputs.artifacts['only']}}",
            #"[{"name":"one","type":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},"uri":"/store/one"}]"#
        ),
        ("{{$.inputs.artifacts['none']}}", "[]"),
        ("{{$.inputs.artifacts['tables'].uri}}", "/store/one"),
        ("{{$.outputs.parameters['count'].output_file}}", "/out/count"),
        ("{{$.outputs.artifacts['model'].uri}}", "/store/model"),
        ("{{$.outputs.artifacts['model'].path}}", "/store/model"),
        ("{{$.outputs.artifacts['model'].metadata}}", #"{"kind":"tree"}"#),
        ("{{$.outputs.artifacts['model'].metadata['kind']}}", "tree"),
        ("{{$.outputs.output_file}}", "/out/executor_output.json"),
        ("{{$.outputMetadataUri}}", "/out/executor_output.json"),
        ("{{$.pipeline_job_name}}/{{$.pipeline_task_name}}", "my run/train"),
        // What belongs to other platforms stays.
        ("{{$.pipeline_google_cloud_location}}", "{{$.pipeline_google_cloud_location}}"),
        ("{{$.json_escape[1]}}", "{{$.json_escape[1]}}"),
        ("{{$.outputs.parameters['count'].value}}", "{{$.outputs.parameters['count'].value}}"),
        ("{{$.inputs}}", "{{$.inputs}}"),
        ("{{$x}}", "{{$x}}"),
        ("{{$ := 'a' }}", "{{$ := 'a' }}"),
        ("{{ .Values }} {{}} {$}", "{{ .Values }} {{}} {$}"),
        // What has no end stays, and hides nothing behind it.
        ("{{$", "{{$"),
        ("{{$.inputs.parameters['three'", "{{$.inputs.parameters['three'"),
        ("{{$.inputs.parameters['three']}", "{{$.inputs.parameters['three']}"),
        ("{{$ {{$.inputs.parameters['three']}}", "{{$ 3"),
        ("{{$.x isn't one, {{$.inputs.parameters['three']}} is", "{{$.x isn't one, 3 is"),
        // Data is not read again.
        ("{{$.inputs.parameters['trap']}}", "{{$.inputs.parameters['three']}} {{$}}"),
    ]

    @Test("Each placeholder stands for what KFP says, alone and within text", arguments: texts)
    func text(text: String, expected: String) throws {
        #expect(try Self.resolver.text(text) == expected)
        #expect(try Self.resolver.argument(text) == [expected])
    }

    private static let structures: [(String, [String])] = [
        (#"{"Concat": ["a", "{{$.inputs.parameters['three']}}", "b"]}"#, ["a3b"]),
        (#"{"Concat": []}"#, [""]),
        (#"{"Concat": ["a", 1, true, null, 0.5]}"#, ["a1true0.5"]),
        (#" {"Concat": ["a"]} "#, ["a"]),
        (#"{"IfPresent": {"InputName": "three", "Then": "x"}}"#, ["x"]),
        (#"{"IfPresent": {"InputName": "gone", "Then": "x"}}"#, []),
        (#"{"IfPresent": {"InputName": "nothing", "Then": "x", "Else": "y"}}"#, ["y"]),
        (#"{"IfPresent": {"InputName": "empty", "Then": "x", "Else": "y"}}"#, ["x"]),
        (#"{"IfPresent": {"InputName": "table", "Then": "x", "Else": "y"}}"#, ["x"]),
        (#"{"IfPresent": {"InputName": "none", "Then": "x", "Else": "y"}}"#, ["y"]),
        (
            #"{"IfPresent": {"InputName": "three", "Then": ["--n", "{{$.inputs.parameters['three']}}"]}}"#,
            ["--n", "3"]
        ),
        (
            #"{"IfPresent": {"InputName": "gone", "Then": "x", "Else": ["--a", "--b", "--c"]}}"#,
            ["--a", "--b", "--c"]
        ),
        (#"{"IfPresent": {"InputName": "three", "Then": []}}"#, []),
        // One within the other.
        (
            #"{"Concat": ["a", {"IfPresent": {"InputName": "three", "Then": "{{$.inputs.parameters['three']}}"}}, "b"]}"#,
            ["a3b"]
        ),
        (#"{"Concat": ["a", {"IfPresent": {"InputName": "gone", "Then": "x"}}, "b"]}"#, ["ab"]),
        (#"{"Concat": ["a", {"IfPresent": {"InputName": "three", "Then": ["x", "y"]}}]}"#, ["axy"]),
        (
            #"{"IfPresent": {"InputName": "three", "Then": {"Concat": ["n=", "{{$.inputs.parameters['three']}}"]}}}"#,
            ["n=3"]
        ),
        (
            #"{"IfPresent": {"InputName": "three", "Then": ["--n", {"Concat": ["<", {"Concat": ["{{$}}"]}, ">"]}]}}"#,
            ["--n", #"<{"inputs":{}}>"#]
        ),
        (
            #"{"IfPresent": {"InputName": "three", "Then": {"IfPresent": {"InputName": "gone", "Then": "x", "Else": "y"}}}}"#,
            ["y"]
        ),
        (
            #"{"IfPresent": {"InputName": "three", "Then": ["a", {"IfPresent": {"InputName": "gone", "Then": "x"}}, "b"]}}"#,
            ["a", "b"]
        ),
        // Quotes within quotes: what was replaced is neither escaped nor read again.
        (#"{"Concat": ["\"", "{{$.inputs.parameters['text']}}", "\""]}"#, [#""it's "so"""#]),
        (#"{"Concat": ["{{$.inputs.parameters['trap']}}"]}"#, ["{{$.inputs.parameters['three']}} {{$}}"]),
        // What only looks like a structure is text.
        (#"{"Concat": ["a"], "more": 1}"#, [#"{"Concat": ["a"], "more": 1}"#]),
        (#"{"Concat": "#, [#"{"Concat": "#]),
        (#"x {"Concat": ["a"]}"#, [#"x {"Concat": ["a"]}"#]),
        (#"{"a": "{{$.inputs.parameters['three']}}"}"#, [#"{"a": "3"}"#]),
    ]

    @Test(
        "Concat and IfPresent give none, one or several arguments, one within the other",
        arguments: structures
    )
    func structure(argument: String, expected: [String]) throws {
        #expect(try Self.resolver.argument(argument) == expected)
    }

    @Test("A list of arguments keeps its order while structures grow and vanish")
    func arguments() throws {
        let arguments = [
            "first", #"{"IfPresent": {"InputName": "gone", "Then": "x"}}"#,
            #"{"IfPresent": {"InputName": "three", "Then": ["--n", "{{$.inputs.parameters['three']}}"]}}"#,
            "last",
        ]
        #expect(try Self.resolver.arguments(arguments) == ["first", "--n", "3", "last"])
    }

    private static let failures: [(String, String)] = [
        (
            "{{$.inputs.artifacts['gone'].uri}}",
            "{{$.inputs.artifacts['gone'].uri}}: the task has no input artifact 'gone'; it has: none, only, table, tables"
        ),
        (
            "{{$.outputs.parameters['gone'].output_file}}",
            "{{$.outputs.parameters['gone'].output_file}}: the task has no output parameter 'gone'; it has: count"
        ),
        (
            "{{$.outputs.artifacts['gone'].uri}}",
            "{{$.outputs.artifacts['gone'].uri}}: the task has no output artifact 'gone'; it has: model"
        ),
        (
            "{{$.inputs.artifacts['table'].size}}",
            "{{$.inputs.artifacts['table'].size}}: an artifact has no 'size'; it has uri, path, name, metadata"
        ),
        (
            "{{$.inputs.artifacts['table'].metadata['gone']}}",
            "{{$.inputs.artifacts['table'].metadata['gone']}}: the artifact's metadata has no 'gone'; "
                + "it has: nested, rows, who's"
        ),
        (
            #"{"IfPresent": {"Then": "x"}}"#, #"IfPresent: expected 'InputName', found {"Then":"x"}"#
        ),
    ]

    @Test("A placeholder for what is not there fails and says what there is", arguments: failures)
    func failure(argument: String, message: String) {
        #expect(throws: PlaceholderError(message: message)) { try Self.resolver.argument(argument) }
    }

    @Test("A placeholder for a parameter without a value names the parameters there are")
    func missingParameter() {
        var values = PlaceholderValues()
        values.parameters = ["b": 1, "a": 2]
        #expect(
            throws: PlaceholderError(
                message: "{{$.inputs.parameters['x']}}: the task has no input parameter 'x'; it has: a, b"
            )
        ) { try PlaceholderResolver(values).text("{{$.inputs.parameters['x']}}") }
        #expect(
            throws: PlaceholderError(
                message: "{{$.inputs.parameters['x']}}: the task has no input parameter 'x'"
            )
        ) { try PlaceholderResolver(PlaceholderValues()).text("{{$.inputs.parameters['x']}}") }
    }

    @Test("A constant is resolved in its strings, wherever they are, but not in its keys")
    func constants() throws {
        let constant: JSONValue = [
            "{{$}}": ["{{$.inputs.parameters['three']}}", 1, .null, ["a": "{{$.pipeline_job_name}}"]]
        ]
        #expect(try Self.resolver.constant(constant) == ["{{$}}": ["3", 1, .null, ["a": "my run"]]])
    }

    @Test("The parameters that a constant reads are found in all its strings, in either kind of quotes")
    func names() {
        let constant: JSONValue = [
            "k": [
                "{{$.inputs.parameters['a']}} {{$.inputs.parameters[\"b\"]}}",
                "{{$ {{$.inputs.parameters['c']}}",
            ],
            "l": "{{$.inputs.artifacts['d'].uri}} {{$.inputs.parameters['e'",
        ]
        #expect(PlaceholderResolver.parameterNames(in: constant) == ["a", "b", "c"])
    }
}
