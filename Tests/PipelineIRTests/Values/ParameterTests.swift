import Model
import PipelineIR
import TestKit
import Testing

@Suite("Parameters")
struct ParameterTests {
    private static let texts: [(JSONValue, String)] = [
        (3.0, "3"), (0.1, "0.1"), (1e21, "1000000000000000000000"), (1e-7, "0.0000001"), (.number(-0.0), "0"),
        (-2.5, "-2.5"), (1.5e-7, "0.00000015"), (-1.25e22, "-12500000000000000000000"),
        (123_456.789, "123456.789"),
        (9_007_199_254_740_993, "9007199254740992"), (1e15, "1000000000000000"), (1e16, "10000000000000000"),
        (0.000_012_3, "0.0000123"), ("a\nb", "a\nb"), ("", ""), (true, "true"), (false, "false"), (.null, ""),
        ([1, "a"], #"[1,"a"]"#), (["b": .null, "a": 1e300], #"{"a":1e+300,"b":null}"#), ([], "[]"),
        ([:], "{}"),
    ]

    @Test("A parameter becomes the text programs see", arguments: texts)
    func text(value: JSONValue, expected: String) {
        #expect(parameterText(value) == expected)
    }

    @Test("Any number's text reads back as the same number and has no exponent")
    func roundTrip() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let text = plainDecimalText(number)
            #expect(Double(text) == number)
            #expect(!text.contains("e"))
        }
    }

    private static let values: [JSONValue] = [.null, true, 3, 0.5, "x", [], [:]]
    private static let acceptance: [(ParameterType, [Bool])] = [
        (.double, [false, false, true, true, false, false, false]),
        (.integer, [false, false, true, false, false, false, false]),
        (.string, [false, false, false, false, true, false, false]),
        (.boolean, [false, true, false, false, false, false, false]),
        (.list, [false, false, false, false, false, true, false]),
        (.structure, [false, false, false, false, false, false, true]),
        (.taskFinalStatus, [false, false, false, false, false, false, true]),
        (.taskConfig, [false, false, false, false, false, false, true]),
        (.unknown("NEW"), [false, true, true, true, true, true, true]),
    ]

    @Test("Each type accepts its own kind of value and never null", arguments: acceptance)
    func accepts(type: ParameterType, expected: [Bool]) {
        #expect(Self.values.map(type.accepts) == expected)
        #expect(
            Self.values.map { type.coerce($0) != nil }
                == (type == .string ? [false] + Array(repeating: true, count: 6) : expected)
        )
    }

    @Test("Whole numbers are whole within what a double holds")
    func integers() {
        #expect(ParameterType.integer.accepts(9_007_199_254_740_991))
        // It may have been 2^53 + 1, which a double cannot hold.
        #expect(!ParameterType.integer.accepts(9_007_199_254_740_992))
        #expect(!ParameterType.integer.accepts(9_007_199_254_740_994))
        #expect(!ParameterType.integer.accepts(1e300))
    }

    @Test("Anything becomes text where text is wanted; nothing becomes anything else")
    func coercion() {
        #expect(ParameterType.string.coerce(3) == "3")
        #expect(ParameterType.string.coerce([1, true]) == "[1,true]")
        #expect(ParameterType.string.coerce(.null) == nil)
        #expect(ParameterType.integer.coerce("3") == nil)
        #expect(ParameterType.double.coerce(true) == nil)
    }

    // MARK: Submissions

    private static func graph(_ inputs: JSONValue, artifacts: JSONValue = [:]) throws -> TaskGraph {
        var builder = SpecBuilder()
        builder.container("work")
        let json = builder.spec(
            tasks: ["a": SpecBuilder.task("work")],
            root: ["inputDefinitions": ["parameters": inputs, "artifacts": artifacts]]
        )
        return try TaskGraph(try PipelineSpec(json: json))
    }

    private static let inputs: JSONValue = [
        "n": ["parameterType": "NUMBER_INTEGER"], "s": ["parameterType": "STRING", "defaultValue": "d"],
        "o": ["parameterType": "LIST", "isOptional": true],
        "l": ["parameterType": "STRING", "isOptional": true, "literals": ["a", "b"]],
        "f": ["parameterType": "TASK_FINAL_STATUS", "isOptional": true],
    ]

    private static let submissions: [([String: JSONValue], [String])] = [
        (["n": 1], []),
        (["n": 1, "s": .null, "o": .null], []),
        (["n": 1, "s": "", "o": [], "l": "b"], []),
        (
            [:],
            [
                "runtime_config.parameters.n: is missing: the pipeline needs it (NUMBER_INTEGER) and has no default"
            ]
        ),
        (
            ["n": .null],
            [
                "runtime_config.parameters.n: expected a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found null (null)"
            ]
        ),
        (
            ["n": 1.5],
            [
                "runtime_config.parameters.n: expected a whole number within ±(2^53 − 1) (NUMBER_INTEGER), "
                    + "found a number (1.5)"
            ]
        ),
        (["n": 1, "s": 3], ["runtime_config.parameters.s: expected a string (STRING), found a number (3)"]),
        (
            ["n": 1, "l": "c"],
            [#"runtime_config.parameters.l: expected one of "a", "b", found a string ("c")"#]
        ),
        (
            ["n": 1, "f": [:]],
            ["runtime_config.parameters.f: the status of a task cannot be given from outside"]
        ),
        (
            ["x": 1],
            [
                "runtime_config.parameters.x: the pipeline has no such parameter; it has: f, l, n, o, s",
                "runtime_config.parameters.n: is missing: the pipeline needs it (NUMBER_INTEGER) and has no default",
            ]
        ),
        (
            ["n": .string(String(repeating: "x", count: 60))],
            [
                "runtime_config.parameters.n: expected a whole number within ±(2^53 − 1) (NUMBER_INTEGER), found a string"
            ]
        ),
    ]

    @Test(
        "A submission is told of each parameter that is missing, unknown or of the wrong type",
        arguments: submissions
    )
    func submission(parameters: [String: JSONValue], expected: [String]) throws {
        let graph = try Self.graph(Self.inputs)
        #expect(graph.problems(inParameters: parameters).map(\.description) == expected)
    }

    @Test("A pipeline without parameters says so, and none can be given an artifact")
    func nothingToGive() throws {
        let none = try Self.graph([:])
        #expect(
            none.problems(inParameters: ["x": 1]).map(\.description)
                == ["runtime_config.parameters.x: the pipeline takes no parameters"]
        )
        let graph = try Self.graph([:], artifacts: ["a": [:], "b": ["isOptional": true]])
        #expect(
            graph.problems(inParameters: [:]).map(\.description)
                == ["root.inputDefinitions.artifacts.a: an artifact cannot be given at submission"]
        )
    }

    @Test("Defaults fill in what was not given, also for null; optional parameters without one stay away")
    func defaults() throws {
        let graph = try Self.graph(Self.inputs)
        #expect(graph.rootInputs(parameters: ["n": 1]) == TaskValues(parameters: ["n": 1, "s": "d"]))
        #expect(
            graph.rootInputs(parameters: ["n": 2, "s": .null, "o": [1]])
                == TaskValues(parameters: ["n": 2, "s": "d", "o": [1]])
        )
    }
}
