import Model
import PipelineIR
import Testing

@Suite("Errors of expressions")
struct ExpressionErrorTests {
    static let unreadable: [(String, Int, String)] = [
        ("", 1, "expected a value, found the end"),
        ("1 +", 4, "expected a value, found the end"),
        ("1 2", 3, "expected an operator or the end, found 2"),
        ("a == 'x", 6, "the string that starts here has no end"),
        ("a = 1", 3, "found '=', expected '=='"),
        ("a & b", 3, "found '&', expected '&&'"),
        ("a # b", 3, "the character '#'"),
        ("é == 1", 1, "the character 'é'"),
        ("(1 + 2", 7, "expected ')' for the '(' at column 1, found the end"),
        ("[1, 2", 6, "expected ']'"),
        ("{'a' 1}", 6, "expected ':' after the key of a map, found 1"),
        ("a ? b", 6, "expected ':' after the first choice"),
        ("a.'x'", 3, "expected a name after '.'"),
        ("5abc", 2, "directly after a number"),
        ("1e", 3, "digits of an exponent"),
        ("0x", 1, "expected digits after '0x'"),
        ("9223372036854775808", 1, "does not fit an int"),
        ("-9223372036854775809", 1, "does not fit an int"),
        ("99999999999999999999", 1, "does not fit in 64 bits"),
        (#"'C:\data'"#, 4, "'\\' before 'd' is no escape"),
        (#"'\ud800'"#, 4, "expected 4 digits that name a character"),
        ("'two\nlines'", 5, "found the end of the line in a string"),
        ("s == 'it's'", 11, "a quote within a string is written"),
        ("b'x'", 1, "found bytes"),
        ("foo(1)", 1, "there is no function 'foo'; there are size"),
        ("s.foo()", 3, "there is no function '.foo'; there are size"),
        ("s.int()", 3, "there is no function '.int'"),
        ("size()", 1, "'size' takes 1"),
        ("s.startsWith('a', 'b')", 3, "'startsWith' takes 2"),
        ("has(s)", 5, "expected a field in 'has'"),
        ("has(s['a'])", 5, "expected a field in 'has'"),
        ("l.all(1, true)", 7, "expected the name of a variable for 'all'"),
        ("l.all(x)", 8, "expected ',' after the variable"),
        ("l.all(x, true, true)", 3, "takes a variable and one expression, found 2"),
    ]

    @Test(
        "Text that is no expression is refused with the column and what was expected",
        arguments: unreadable
    )
    func reading(text: String, column: Int, problem: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression(text) }
        #expect(error?.expression == text)
        #expect(error?.column == column)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    static let valueless: [(String, Int, String)] = [
        ("1 + missing", 5, "there is no variable 'missing'; there are: list, map, n, s"),
        ("map.x", 1, "map has no 'x'; it has: a, b"),
        ("n == map['b'].x", 6, "map['b'] has no 'x'; it has: c"),
        ("s.x", 1, "s is a string, which has no 'x'"),
        ("list[3]", 1, "list has no element 3; it has 2"),
        ("list['a']", 1, "list is a list, which has no 'a'"),
        ("[1, 2][n]", 8, "there is no element 3; the list has 2"),
        ("[1][1.5]", 5, "expected the number of an element of a list, found the double 1.5"),
        ("{'a': 1}.b", 1, "there is no 'b'; there are: a"),
        ("{'a': 1}[null]", 10, "expected a key"),
        ("{'a': 1, 'a': 2}", 10, "the map has the key 'a' twice"),
        ("'abc'[0]", 7, "expected a map or a list before the int 0, found the string 'abc'"),
        ("{1.5: 'a'}", 2, "the double 1.5 is no key of a map"),
        ("1 / 0", 1, "1 / 0 divides by zero"),
        ("true && 1 % 0 == 0", 9, "1 % 0 divides by zero"),
        ("9223372036854775807 + 1", 1, "does not fit the 64 bits"),
        ("-9223372036854775808 / -1", 1, "does not fit the 64 bits"),
        ("-9223372036854775808 % -1", 1, "does not fit the 64 bits"),
        ("-(-9223372036854775808)", 1, "does not fit the 64 bits"),
        ("0u - 1u", 1, "does not fit the 64 bits"),
        ("-1u", 1, "'-' expects an int or a double"),
        ("n + 1", 1, "write int(…) or double(…)"),
        ("'a' + 1", 1, "'+' does not work on the string 'a' and the int 1"),
        ("5.0 % 2.0", 1, "write int(…)"),
        ("s < 5", 1, "'<' expects two values of one type, found the string 'heads' and the int 5"),
        ("[1] < [2]", 1, "'<' expects two values of one type"),
        ("1 in 'abc'", 1, "expected a list or a map after 'in'"),
        ("!n", 2, "expected true or false, found the double 3"),
        ("true && s", 9, "expected true or false, found the string 'heads'"),
        ("n ? 1 : 2", 1, "expected true or false"),
        ("int(s)", 1, "'int' expects a whole number within 64 bits, found the string 'heads'"),
        ("int(1e19)", 1, "'int' expects a whole number within 64 bits"),
        ("int(0.0 / 0.0)", 1, "'int' expects"),
        ("int('2.5')", 1, "'int' expects"),
        ("[1] in {1: 2}", 1, "expected a key"),
        ("uint(-0.5)", 1, "'uint' expects a whole number from 0"),
        ("uint(-1)", 1, "'uint' expects a whole number from 0"),
        ("double('x')", 1, "'double' expects a number"),
        ("bool('maybe')", 1, "'bool' expects true or false"),
        ("string([1])", 1, "'string' expects"),
        ("size(n)", 1, "'size' expects a string, a list or a map, found the double 3"),
        ("n.startsWith('a')", 3, "'startsWith' expects two strings"),
        ("parseJson('{')", 1, "'parseJson' found no JSON in '{': line 1"),
        ("s.all(x, true)", 1, "'all' expects a list or a map"),
        ("s.matches('(')", 3, "'matches': expected ')'"),
        ("1.0 / 0.0", 1, "a number that JSON does not have"),
    ]

    @Test(
        "An expression without a value says where, what was found and what was expected",
        arguments: valueless
    )
    func evaluating(text: String, column: Int, problem: String) throws {
        let variables: [String: JSONValue] = [
            "s": "heads", "n": 3, "list": [1, 2], "map": ["a": 1, "b": ["c": 2]],
        ]
        let expression = try Expression(text)
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate(variables) }
        #expect(error?.column == column)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    @Test("An error names the expression, the column and the values that were read")
    func description() throws {
        let expression = try Expression("int(inputs.parameter_values['pipelinechannel--n']) > 5")
        let variables: [String: JSONValue] = ["inputs": ["parameter_values": ["pipelinechannel--n": "five"]]]
        let error = #expect(throws: ExpressionError.self) { try expression.isMet(variables) }
        #expect(
            error?.description
                == "expression int(inputs.parameter_values['pipelinechannel--n']) > 5, column 1: "
                + "'int' expects a whole number within 64 bits, found the string 'five' (n is 'five')"
        )
    }

    @Test("A condition that is neither true nor false is an error")
    func noCondition() throws {
        let error = #expect(throws: ExpressionError.self) { try Expression("1 + 1").isMet([:]) }
        #expect(error?.problem == "a condition must be true or false, but this is a number")
    }
}
