import FoundationEssentials
import Model
import Testing

@testable import Commands

@Suite("Pipeline files")
struct PipelineFileTests {
    @Test("One document is the pipeline spec; a second one with platforms is the platform spec, in any order")
    func documents() throws {
        let spec = "pipelineInfo:\n  name: hello\nroot: {}\n"
        let platform = "platforms:\n  kubernetes: {}\n"
        let alone = try PipelineFile.document(text: "# PIPELINE DEFINITION\n" + spec, path: "p.yaml")
        #expect(alone.pipelineSpec == ["pipelineInfo": ["name": "hello"], "root": [:]])
        #expect(alone.platformSpec == nil)
        for text in ["\(spec)---\n\(platform)", "\(platform)---\n\(spec)"] {
            let both = try PipelineFile.document(text: text, path: "p.yaml")
            #expect(both.pipelineSpec == alone.pipelineSpec)
            #expect(both.platformSpec == ["platforms": ["kubernetes": [:]]])
        }
    }

    @Test("YAML's own types become JSON's, and quotes keep a text a text")
    func types() throws {
        let text = "root: {a: 1, b: 1.5, c: true, d: null, e: \"1\", f: 'yes', g: [x, 2], h: 2.1.0}"
        let root = try PipelineFile.document(text: text, path: "p").pipelineSpec["root"]
        #expect(
            root == [
                "a": 1, "b": 1.5, "c": true, "d": .null, "e": "1", "f": "yes", "g": ["x", 2], "h": "2.1.0",
            ]
        )
    }

    @Test(
        "What is no pipeline is refused, naming the file",
        arguments: ["", "a: [", "x: 1", "- a", "root: {}\n---\nroot: {}", "? [a]\n: b\n", "root: {a: *x}"]
    )
    func refused(text: String) {
        let error = #expect(throws: PlatformError.self) {
            _ = try PipelineFile.document(text: text, path: "p.yaml")
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("p.yaml") == true)
    }

    @Test("A document that explodes by aliasing is refused")
    func aliases() {
        var text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
        for level in 1...9 {
            let row = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(row)]\n"
        }
        #expect(throws: PlatformError.self) {
            _ = try PipelineFile.document(text: text + "root: {}", path: "p")
        }
    }

    @Test("The active virtual environment's kfp comes before those on PATH")
    func searchPath() {
        #expect(PythonCompiler.searchPath(["PATH": "/bin", "VIRTUAL_ENV": "/v"]) == "/v/bin:/bin")
        #expect(PythonCompiler.searchPath(["PATH": "/bin"]) == "/bin")
    }
}

@Suite("Pipeline inputs")
struct PipelineInputsTests {
    private let inputs = PipelineInputs(
        spec: [
            "root": [
                "inputDefinitions": [
                    "parameters": [
                        "n": ["parameterType": "NUMBER_INTEGER", "defaultValue": 3],
                        "text": ["parameterType": "STRING"],
                        "flag": ["parameterType": "BOOLEAN", "isOptional": true],
                        "list": ["parameterType": "LIST", "isOptional": true],
                        "map": ["parameterType": "STRUCT", "isOptional": true],
                        "rate": ["parameterType": "NUMBER_DOUBLE", "isOptional": true],
                    ]
                ]
            ]
        ])

    @Test("Texts stay as they are, everything else is JSON, @file is a file's content")
    func values() throws {
        let values = try inputs.values(
            from: ["text=3", "n=-4", "flag=true", "list=[1, \"a\"]", "map=@m.json", "rate=1e-3"]
        ) { path in path == "m.json" ? #"{"a": 1}"# : "" }
        #expect(
            values == ["text": "3", "n": -4, "flag": true, "list": [1, "a"], "map": ["a": 1], "rate": 0.001]
        )
    }

    @Test(
        "A word that does not fit is refused with the list of inputs",
        arguments: [
            ("x=1", "no such input"), ("n=1.5", "a whole number"), ("n=abc", "a whole number"),
            ("n", "name=value"),
            ("flag=yes", "true or false"), ("list={}", "a JSON list"), ("text=a", "given twice"),
        ]
    )
    func refused(word: String, expected: String) {
        let error = #expect(throws: PlatformError.self) {
            _ = try inputs.values(from: ["text=a", word]) { _ in "" }
        }
        #expect(error?.message.contains(expected) == true)
        if expected != "given twice" {
            #expect(
                error?.message.contains("n (NUMBER_INTEGER, default 3), rate (NUMBER_DOUBLE, optional)")
                    == true
            )
        }
    }

    @Test("An input without a value and a default is missed before the server is asked")
    func missing() {
        let error = #expect(throws: PlatformError.self) { _ = try inputs.values(from: []) { _ in "" } }
        #expect(error?.message.hasPrefix("no value for text;") == true)
    }
}
