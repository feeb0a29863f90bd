import Model
import TestKit
import Testing

@testable import PipelineIR

@Suite("Collected outputs")
struct CollectedOutputsTests {
    private static func component(_ outputs: [String: String]) throws -> ComponentSpec {
        var builder = SpecBuilder()
        builder.container("work", outputs: outputs)
        let spec = try PipelineSpec(json: builder.spec(tasks: ["a": SpecBuilder.task("work")]))
        return try #require(spec.components["work"])
    }

    private static func collect(
        _ outputs: [String: String],
        executorOutput: String? = nil,
        files: [String: String] = [:],
        planned: [String: Artifact] = [:]
    ) throws -> CollectedOutputs {
        try CollectedOutputs(
            RawOutputs(
                executorOutput: executorOutput.map { [UInt8]($0.utf8) },
                parameterFiles: files.mapValues { [UInt8]($0.utf8) }
            ),
            of: component(outputs),
            planned: planned
        )
    }

    private static func complaints(_ collect: () throws -> CollectedOutputs) throws -> [String] {
        let error = try #require(throws: InvalidSpec.self) { try collect() }
        return error.problems.map(\.description)
    }

    private static let good: [(String, String, JSONValue)] = [
        ("STRING", " as it is\n", " as it is\n"), ("STRING", "", ""), ("STRING", "3", "3"),
        ("NUMBER_DOUBLE", " 0.5\n", 0.5), ("NUMBER_DOUBLE", "1e-3", 0.001), ("NUMBER_DOUBLE", "7", 7),
        ("NUMBER_INTEGER", "42\n", 42), ("NUMBER_INTEGER", "-3", -3), ("NUMBER_INTEGER", "3.0", 3),
        ("BOOLEAN", "true", true), ("BOOLEAN", "False\n", false), ("BOOLEAN", "1", true),
        ("BOOLEAN", "0", false),
        ("LIST", " [1, \"a\"] ", [1, "a"]), ("STRUCT", "{\"a\": [true]}\n", ["a": [true]]), ("NEW", "x", "x"),
    ]

    @Test("The file of a parameter is read as its type says", arguments: good)
    func files(type: String, text: String, expected: JSONValue) throws {
        #expect(try Self.collect(["y": type], files: ["y": text]).parameters == ["y": expected])
    }

    private static let bad: [(String, String, String)] = [
        ("NUMBER_DOUBLE", "", "a number (NUMBER_DOUBLE), found the text \"\""),
        ("NUMBER_DOUBLE", "nan", "a number (NUMBER_DOUBLE), found the text \"nan\""),
        ("NUMBER_DOUBLE", "inf", "a number (NUMBER_DOUBLE), found the text \"inf\""),
        ("NUMBER_DOUBLE", "1 2", "a number (NUMBER_DOUBLE), found the text \"1 2\""),
        (
            "NUMBER_INTEGER", "3.5",
            "a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found the text \"3.5\""
        ),
        (
            "NUMBER_INTEGER", "9007199254740993",
            "a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found the text \"9007199254740993\""
        ),
        (
            "NUMBER_INTEGER", "1e300",
            "a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found the text \"1e300\""
        ),
        ("BOOLEAN", "yes", "true or false (BOOLEAN), found the text \"yes\""),
        ("LIST", "{}", "a list (LIST), found the text \"{}\""),
        ("LIST", "[NaN]", "a list (LIST), found the text \"[NaN]\""),
        ("STRUCT", "[]", "an object (STRUCT), found the text \"[]\""),
        ("STRUCT", "{'a': 1}", "an object (STRUCT), found the text \"{'a': 1}\""),
    ]

    @Test("A file that does not hold its type is refused with what it holds", arguments: bad)
    func badFiles(type: String, text: String, expected: String) throws {
        let complaints = try Self.complaints { try Self.collect(["y": type], files: ["y": text]) }
        #expect(complaints == ["output parameter 'y': expected \(expected)"])
    }

    @Test("A file that is not text is refused")
    func notText() throws {
        let complaints = try Self.complaints {
            try CollectedOutputs(
                RawOutputs(parameterFiles: ["y": [0xFF, 0xFE]]),
                of: Self.component(["y": "STRING"]),
                planned: [:]
            )
        }
        #expect(complaints == ["output parameter 'y': the file is not UTF-8 text"])
    }

    @Test("The executor output wins over the parameter's file, the file over nothing")
    func precedence() throws {
        let outputs = try Self.collect(
            ["a": "STRING", "b": "STRING"],
            executorOutput: #"{"parameterValues": {"a": "said", "other": 1}}"#,
            files: ["a": "written", "b": "file"]
        )
        #expect(outputs.parameters == ["a": "said", "b": "file"])
    }

    @Test("A value of the executor output becomes text where text is declared; anything else must fit")
    func executorValues() throws {
        let said = #"{"parameterValues": {"y": 3}}"#
        #expect(try Self.collect(["y": "STRING"], executorOutput: said).parameters == ["y": "3"])
        #expect(try Self.collect(["y": "NUMBER_DOUBLE"], executorOutput: said).parameters == ["y": 3])
        #expect(
            try Self.complaints { try Self.collect(["y": "LIST"], executorOutput: said) }
                == ["output parameter 'y': expected a list (LIST), found a number (3)"]
        )
        #expect(
            try Self.complaints {
                try Self.collect(["y": "STRING"], executorOutput: #"{"parameterValues": {"y": null}}"#)
            }
                == ["output parameter 'y': expected a string (STRING), found null (null)"]
        )
    }

    @Test("An executor output that is malformed is the only complaint")
    func malformed() throws {
        #expect(
            try Self.complaints { try Self.collect(["y": "STRING"], executorOutput: "[1]") }
                == ["executor output: expected an object, found a list"]
        )
        let notANumber = try Self.complaints {
            try Self.collect(["y": "NUMBER_DOUBLE"], executorOutput: #"{"parameterValues": {"y": NaN}}"#)
        }
        #expect(notANumber.count == 1)
        #expect(
            notANumber.first?.hasPrefix(
                "executor output: the program's output file is not JSON: line 1, column"
            ) == true
        )
    }

    @Test("An empty executor output is none")
    func empty() throws {
        #expect(
            try Self.collect(["y": "STRING"], executorOutput: "", files: ["y": "f"]).parameters == ["y": "f"]
        )
    }

    @Test("Each parameter that was not written is named, and each that is wrong as well")
    func missing() throws {
        let complaints = try Self.complaints {
            try Self.collect(["a": "STRING", "b": "LIST", "c": "BOOLEAN"], files: ["b": "x"])
        }
        #expect(
            complaints == [
                "output parameter 'a': the program wrote no value (expected a string, STRING)",
                "output parameter 'b': expected a list (LIST), found the text \"x\"",
                "output parameter 'c': the program wrote no value (expected true or false, BOOLEAN)",
            ]
        )
    }

    // MARK: Artifacts

    private static let planned = ["m": artifact("m", metadata: ["given": 1, "kept": 2])]

    @Test("An artifact the program says nothing of is registered where it was planned")
    func silent() throws {
        let outputs = try Self.collect([:], planned: Self.planned)
        #expect(
            outputs.artifacts
                == [
                    "m": [
                        CollectedOutputs.CollectedArtifact(
                            uri: "/store/m",
                            metadata: ["given": 1, "kept": 2]
                        )
                    ]
                ]
        )
    }

    @Test("What the program says of an artifact wins: its place, its type and its metadata, key by key")
    func said() throws {
        let outputs = try Self.collect(
            [:],
            executorOutput: """
                {"artifacts": {"m": {"artifacts": [{"name": "m", "uri": "s3://b/m", "custom_path": "/data/m",
                  "type": {"schemaTitle": "system.Model"}, "metadata": {"given": 3, "new": [1]}}]}}}
                """,
            planned: Self.planned
        )
        let expected = CollectedOutputs.CollectedArtifact(
            uri: "s3://b/m",
            metadata: ["given": 3, "kept": 2, "new": [1]],
            customPath: "/data/m",
            schemaTitle: "system.Model"
        )
        #expect(outputs.artifacts == ["m": [expected]])
    }

    @Test("Empty texts say nothing, and artifacts that were not planned are not there")
    func emptyTexts() throws {
        let outputs = try Self.collect(
            [:],
            executorOutput: """
                {"artifacts": {"m": {"artifacts": [{"uri": "", "customPath": ""}]}, "x": {"artifacts": [{}]}}}
                """,
            planned: Self.planned
        )
        #expect(
            outputs.artifacts
                == [
                    "m": [
                        CollectedOutputs.CollectedArtifact(
                            uri: "/store/m",
                            metadata: ["given": 1, "kept": 2]
                        )
                    ]
                ]
        )
    }

    @Test("A list of artifacts keeps its order")
    func list() throws {
        let outputs = try Self.collect(
            [:],
            executorOutput: #"{"artifacts": {"m": {"artifacts": [{"uri": "/1"}, {"uri": "/2"}]}}}"#,
            planned: Self.planned
        )
        #expect(outputs.artifacts["m"]?.map(\.uri) == ["/1", "/2"])
    }

    @Test(
        "Artifacts of the wrong shape are refused",
        arguments: [#"{"m": 1}"#, #"{"m": {"artifacts": {}}}"#, #"{"m": {"artifacts": [1]}}"#]
    )
    func wrongShape(artifacts: String) throws {
        let complaints = try Self.complaints {
            try Self.collect([:], executorOutput: #"{"artifacts": \#(artifacts)}"#, planned: Self.planned)
        }
        #expect(complaints.count == 1)
        #expect(
            complaints.first?.hasPrefix(
                "output artifact 'm': expected a list of objects under 'artifacts', found"
            ) == true
        )
    }
}
