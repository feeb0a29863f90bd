import Model
import PipelineIR
import Testing

/// Texts as kfp 2.17 compiles them from `dsl.If`, `dsl.Elif`, `dsl.Else`, `dsl.Condition`, `dsl.ParallelFor`.
@Suite("Expressions that the KFP compiler writes")
struct KFPExpressionTests {
    private static let variables: [String: JSONValue] = [
        "inputs": [
            "parameter_values": [
                "pipelinechannel--s": "heads", "pipelinechannel--s2": "tails",
                "pipelinechannel--i": 5, "pipelinechannel--i2": 6,
                "pipelinechannel--f": 2.5, "pipelinechannel--f2": 5,
                "pipelinechannel--b": true, "pipelinechannel--b2": false,
                "pipelinechannel--flip-Output": "tails", "pipelinechannel--num-Output": 3,
                "pipelinechannel--multi-n": 3, "pipelinechannel--multi-ok": true,
                "pipelinechannel--loop-item-param-1": 2, "pipelinechannel--loop-item-param-1-subvar-a": 1,
                "pipelinechannel--structs-loop-item-subvar-a": "b", "pipelinechannel--names-loop-item": "a",
            ]
        ]
    ]

    static let conditions: [(String, Bool)] = [
        // A string with every constant: the compiler turns other types into strings.
        ("inputs.parameter_values['pipelinechannel--s'] == 'heads'", true),
        ("inputs.parameter_values['pipelinechannel--s'] != 'heads'", false),
        ("inputs.parameter_values['pipelinechannel--s'] < 'heads'", false),
        ("inputs.parameter_values['pipelinechannel--s'] <= 'heads'", true),
        ("inputs.parameter_values['pipelinechannel--s'] > '5'", true),
        ("inputs.parameter_values['pipelinechannel--s'] >= '2.5'", true),
        ("inputs.parameter_values['pipelinechannel--s'] == '-3'", false),
        ("inputs.parameter_values['pipelinechannel--s'] == '1e-07'", false),
        ("inputs.parameter_values['pipelinechannel--s'] == 'true'", false),
        ("inputs.parameter_values['pipelinechannel--s'] == ''", false),
        ("inputs.parameter_values['pipelinechannel--s'] == 'é'", false),
        // Whole numbers.
        ("int(inputs.parameter_values['pipelinechannel--i']) == 5", true),
        ("int(inputs.parameter_values['pipelinechannel--i']) != 5", false),
        ("int(inputs.parameter_values['pipelinechannel--i']) < 5", false),
        ("int(inputs.parameter_values['pipelinechannel--i']) <= 5", true),
        ("int(inputs.parameter_values['pipelinechannel--i']) > 5", false),
        ("int(inputs.parameter_values['pipelinechannel--i']) >= -3", true),
        ("double(int(inputs.parameter_values['pipelinechannel--i'])) > 2.5", true),
        ("double(int(inputs.parameter_values['pipelinechannel--i'])) == 1e-07", false),
        ("double(int(inputs.parameter_values['pipelinechannel--i'])) >= 1e+20", false),
        // Fractions.
        ("inputs.parameter_values['pipelinechannel--f'] == 2.5", true),
        ("inputs.parameter_values['pipelinechannel--f'] < double(5)", true),
        ("inputs.parameter_values['pipelinechannel--f'] >= double(-3)", true),
        ("inputs.parameter_values['pipelinechannel--f'] == 1e+20", false),
        // Booleans.
        ("inputs.parameter_values['pipelinechannel--b'] == true", true),
        ("inputs.parameter_values['pipelinechannel--b'] != true", false),
        ("inputs.parameter_values['pipelinechannel--b'] == false", false),
        ("inputs.parameter_values['pipelinechannel--b'] < true", false),
        ("inputs.parameter_values['pipelinechannel--b'] >= false", true),
        // Two parameters.
        (
            "inputs.parameter_values['pipelinechannel--s'] == inputs.parameter_values['pipelinechannel--s2']",
            false
        ),
        (
            "inputs.parameter_values['pipelinechannel--s'] < inputs.parameter_values['pipelinechannel--s2']",
            true
        ),
        (
            "int(inputs.parameter_values['pipelinechannel--i']) < "
                + "int(inputs.parameter_values['pipelinechannel--i2'])",
            true
        ),
        (
            "double(int(inputs.parameter_values['pipelinechannel--i'])) == "
                + "inputs.parameter_values['pipelinechannel--f2']",
            true
        ),
        (
            "inputs.parameter_values['pipelinechannel--f'] < "
                + "double(int(inputs.parameter_values['pipelinechannel--i2']))",
            true
        ),
        (
            "inputs.parameter_values['pipelinechannel--f'] == inputs.parameter_values['pipelinechannel--f2']",
            false
        ),
        (
            "inputs.parameter_values['pipelinechannel--b'] == inputs.parameter_values['pipelinechannel--b2']",
            false
        ),
        // If, Elif, Else, and a condition within one.
        ("inputs.parameter_values['pipelinechannel--flip-Output'] == 'heads'", false),
        (
            "!(inputs.parameter_values['pipelinechannel--flip-Output'] == 'heads') && "
                + "int(inputs.parameter_values['pipelinechannel--num-Output']) > 5",
            false
        ),
        (
            "!(inputs.parameter_values['pipelinechannel--flip-Output'] == 'heads') && "
                + "!(int(inputs.parameter_values['pipelinechannel--num-Output']) > 5) && "
                + "inputs.parameter_values['pipelinechannel--flip-Output'] != "
                + "inputs.parameter_values['pipelinechannel--s']",
            true
        ),
        (
            "!(inputs.parameter_values['pipelinechannel--flip-Output'] == 'heads') && "
                + "!(int(inputs.parameter_values['pipelinechannel--num-Output']) > 5) && "
                + "!(inputs.parameter_values['pipelinechannel--flip-Output'] != "
                + "inputs.parameter_values['pipelinechannel--s'])",
            false
        ),
        ("!(int(inputs.parameter_values['pipelinechannel--i']) <= 3)", true),
        // Outputs with names, and items of loops.
        ("int(inputs.parameter_values['pipelinechannel--multi-n']) >= 3", true),
        ("inputs.parameter_values['pipelinechannel--multi-ok'] == true", true),
        ("int(inputs.parameter_values['pipelinechannel--loop-item-param-1']) > 1", true),
        ("inputs.parameter_values['pipelinechannel--loop-item-param-1'] > double(1)", true),
        ("int(inputs.parameter_values['pipelinechannel--loop-item-param-1-subvar-a']) == 1", true),
        ("inputs.parameter_values['pipelinechannel--structs-loop-item-subvar-a'] == 'b'", true),
        ("inputs.parameter_values['pipelinechannel--names-loop-item'] != 'a'", false),
    ]

    @Test("Every kind of condition has its value", arguments: conditions)
    func condition(text: String, expected: Bool) throws {
        #expect(try Expression(text).isMet(Self.variables) == expected)
    }

    static let broken: [(String, String)] = [
        (
            "'int(inputs.parameter_values['pipelinechannel--i'])' == 'heads'",
            "compare it with a value of its own type"
        ),
        (
            "inputs.parameter_values['pipelinechannel--s'] < "
                + "'inputs.parameter_values['pipelinechannel--f2']'",
            "compare it with a value of its own type"
        ),
        ("inputs.parameter_values['pipelinechannel--s'] == 'it's'", "a quote within a string is written"),
        (#"inputs.parameter_values['pipelinechannel--s'] == 'a\d'"#, "write \\\\ for a backslash"),
        ("inputs.parameter_values['pipelinechannel--s'] == 'two\nlines'", "write \\n"),
    ]

    @Test("What the compiler writes wrongly is refused with what to do about it", arguments: broken)
    func advice(text: String, advice: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression(text) }
        #expect(error?.problem.contains(advice) == true, "\(error?.problem ?? "")")
    }

    @Test("A selector takes a member out of the JSON text of a struct")
    func selector() throws {
        let structure = #"{"a": 1, "inner": ["x", "y"], "a b": {"c": null}}"#
        func select(_ text: String) throws -> JSONValue {
            try Expression(text).evaluate(["string_value": .string(structure)])
        }
        #expect(try select(#"parseJson(string_value)["a"]"#) == 1)
        #expect(try select(#"parseJson(string_value)["inner"]"#) == ["x", "y"])
        #expect(try select(#"parseJson(string_value)["a b"]"#) == ["c": .null])
        let error = #expect(throws: ExpressionError.self) { try select(#"parseJson(string_value)["z"]"#) }
        #expect(error?.problem == "there is no 'z'; there are: a, a b, inner")
    }

    @Test("The last of two hundred branches, which repeats the conditions of all others, is evaluated")
    func manyBranches() throws {
        let others = (0..<200).map { "!(int(inputs.parameter_values['pipelinechannel--i']) == \(1000 + $0))" }
        #expect(try Expression(others.joined(separator: " && ")).isMet(Self.variables))
    }
}
