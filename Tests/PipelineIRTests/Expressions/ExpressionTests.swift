import Model
import PipelineIR
import Testing

@Suite("Values of expressions")
struct ExpressionTests {
    static let variables: [String: JSONValue] = [
        "s": "heads", "n": 3, "d": 2.5, "yes": true, "no": false, "nothing": .null,
        "list": [1, 2, 3], "names": ["b", "a"], "map": ["a": 1, "b": ["c": "deep"]],
        "json": #"{"key": [1, {"x": "y"}], "": null}"#,
    ]

    static let literals: [(String, JSONValue)] = [
        ("1", 1), ("-1", -1), ("0x1F", 31), ("-0xf", -15), ("7u", 7), ("0x2U", 2),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000), ("1.5E-2", 0.015), ("-2.5", -2.5),
        ("true", true), ("false", false), ("null", .null),
        ("'a'", "a"), ("\"a\"", "a"), (#"'it\'s'"#, "it's"), (#""say 'x'""#, "say 'x'"), ("''", ""),
        (#"'\n\t\\\x41\u00e9\U0001F600\101\?\`'"#, "\n\t\\Aé😀A?`"),
        (#"r'\d'"#, #"\d"#), (#"R"a\""#, #"a\"#),
        ("'''a\n'b' '''", "a\n'b' "), ("\"\"\"x\"y\"\"\"", "x\"y"), (#"r'''\n'''"#, #"\n"#),
        ("[1, 'a', [true],]", [1, "a", [true]]), ("[]", []),
        ("{'a': 1, 2: 'b', true: null,}", ["a": 1, "2": "b", "true": .null]), ("{}", [:]),
        ("-9223372036854775808 < 0", true), ("9223372036854775807 + 0 > 0", true),
        ("1 // a remark\n + 1", 2),
    ]

    @Test("A literal stands for itself", arguments: literals)
    func literal(text: String, expected: JSONValue) throws {
        #expect(try Expression(text).evaluate([:]) == expected)
    }

    static let operators: [(String, JSONValue)] = [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 / 2", 3), ("-7 / 2", -3), ("-7 % 3", -1), ("7u / 2u", 3),
        ("7.0 / 2.0", 3.5), ("10 - 2 - 3", 5), ("- -3", 3), ("-d", -2.5), ("int(n) + 1", 4),
        ("'a' + 'b'", "ab"), ("[1] + names", [1, "b", "a"]),
        ("1 == 1.0", true), ("1u == 1", true), ("n == 3", true), ("d > 2", true), ("2u < d", true),
        ("9007199254740993 == 9007199254740992.0", false), ("9007199254740993 > 9007199254740992.0", true),
        ("18446744073709551615u > 1e19", true), ("-1 < 0u", true), ("1 < 0.0 / 0.0", false),
        ("0.0 / 0.0 == 0.0 / 0.0", false), ("0.0 / 0.0 != 0.0 / 0.0", true), ("1.0 / 0.0 > 1e300", true),
        ("'a' < 'b'", true), ("'Z' < 'a'", true), ("'é' == 'e\u{301}'", false), ("false < true", true),
        ("1 == '1'", false), ("null == null", true), ("nothing == null", true), ("s != null", true),
        ("[1, 2.0] == [1.0, 2]", true), ("{'a': 1} == {'a': 1.0}", true), ("[1] == [1, 2]", false),
        ("2 in list", true), ("5 in list", false), ("'a' in map", true), ("'x' in map", false),
        ("1.5 in {1: 2}", false), ("1.0 in {1: 2}", true),
        ("s in ['heads', 'tails']", true), ("!(s in names)", true),
        ("yes && no", false), ("yes || no", true), ("!yes", false), ("!!yes", true),
        ("no && no || yes", true), ("yes || no && no", true), ("!no && n == 3", true),
        ("yes ? 'a' : 'b'", "a"), ("no ? 1 : no ? 2 : 3", 3), ("yes ? no ? 1 : 2 : 3", 2),
        ("1 + 1 == 2 && 3 > 2 == true", true),
    ]

    @Test("Operators bind and count as the language says", arguments: operators)
    func operation(text: String, expected: JSONValue) throws {
        #expect(try Expression(text).evaluate(Self.variables) == expected)
    }

    static let oneSided: [(String, Bool)] = [
        ("no && missing", false), ("missing && no", false), ("no && 1 / 0 == 1", false),
        ("1 / 0 == 1 && no && yes", false), ("yes || missing.x", true), ("missing.x || yes", true),
        ("n && no", false), ("'x' || yes", true), ("[missing, yes].exists(x, x) || yes", true),
        ("[0, 1].exists(x, 1 / x == 1)", true), ("[0, 1].all(x, 1 / x == 2)", false),
    ]

    @Test("One side decides 'and' and 'or', whatever is wrong with the other", arguments: oneSided)
    func commutative(text: String, expected: Bool) throws {
        #expect(try Expression(text).isMet(Self.variables) == expected)
    }

    static let paths: [(String, JSONValue)] = [
        ("map.a", 1), ("map['a']", 1), ("map.b.c", "deep"), ("map['b'].c", "deep"), ("(map.b)['c']", "deep"),
        ("list[0]", 1), ("list[n - 1.0]", 3), ("list[int(n) - 1]", 3), ("[[1, 2], [3]][0][1]", 2),
        ("{'x': {'y': 5}}.x.y", 5), ("{1: 'one'}[1.0]", "one"), ("{1u: 'one'}[1]", "one"),
        ("map[names[1]]", 1),
        ("has(map.a)", true), ("has(map.x)", false), ("has(map.b.c)", true), ("has({'a': 1}.a)", true),
        ("has(map.x) ? map.x : 'none'", "none"), ("map", ["a": 1, "b": ["c": "deep"]]),
    ]

    @Test("Fields, keys and elements are found in variables and in values", arguments: paths)
    func path(text: String, expected: JSONValue) throws {
        #expect(try Expression(text).evaluate(Self.variables) == expected)
    }

    static let functions: [(String, JSONValue)] = [
        ("size('héé')", 3), ("s.size()", 5), ("list.size()", 3), ("size({})", 0), ("size('👩‍👩')", 3),
        ("s.startsWith('he')", true), ("s.endsWith('ds')", true), ("s.endsWith('')", true),
        ("s.contains('ead')", true), ("s.contains('x')", false), ("''.contains('')", true),
        ("'É Abc'.lowerAscii()", "É abc"), ("'é aZ'.upperAscii()", "é AZ"),
        ("s.matches('^h.*s$')", true), ("matches(s, 'ea?d')", true), ("s.matches('^ead')", false),
        ("int(2.9)", 2), ("int(-2.9)", -2), ("int('42')", 42), ("int(7u)", 7), ("int(n) / 2", 1),
        ("uint(2.9)", 2), ("uint('7')", 7), ("double(1) / 2.0", 0.5), ("double('1.5')", 1.5),
        ("double(int(n)) == 3.0", true), ("string(n)", "3"), ("string(2.5)", "2.5"), ("string(-1)", "-1"),
        ("string(true)", "true"), ("string(1u) + 'x'", "1x"), ("bool('true')", true), ("bool('F')", false),
        ("bool(yes)", true), ("dyn(5)", 5),
    ]

    @Test("Functions and casts do what the language says", arguments: functions)
    func function(text: String, expected: JSONValue) throws {
        #expect(try Expression(text).evaluate(Self.variables) == expected)
    }

    static let macros: [(String, JSONValue)] = [
        ("list.all(x, x > 0)", true), ("list.all(x, x > 1)", false), ("[].all(x, false)", true),
        ("list.exists(x, x == 2)", true), ("[].exists(x, true)", false),
        ("list.exists_one(x, x == 2)", true), ("[1, 1].exists_one(x, x == 1)", false),
        ("list.map(x, x * 2.0)", [2, 4, 6]), ("list.map(x, x > 1, x)", [2, 3]),
        ("list.filter(x, x != 2)", [1, 3]), ("map.map(k, k + '!')", ["a!", "b!"]),
        ("list.map(x, list.filter(y, y < x))", [[], [1], [1, 2]]), ("list.map(list, list)", [1, 2, 3]),
        ("list.map(x, [x].map(x, x + 1.0))", [[2], [3], [4]]),
        ("[{'a': 1}].map(e, e.a)", [1]), ("[{'a': 1}].exists(e, has(e.a))", true),
    ]

    @Test("Macros go through lists and the keys of maps", arguments: macros)
    func macro(text: String, expected: JSONValue) throws {
        #expect(try Expression(text).evaluate(Self.variables) == expected)
    }

    @Test("parseJson reads what a string holds")
    func parseJSON() throws {
        func select(_ text: String) throws -> JSONValue { try Expression(text).evaluate(Self.variables) }
        #expect(try select(#"parseJson(json)["key"]"#) == [1, ["x": "y"]])
        #expect(try select("parseJson(json).key[1].x") == "y")
        #expect(try select("parseJson(json)['']") == .null)
        #expect(try select("parseJson('3') == n") == true)
        #expect(try select("parseJson('\"text\"')") == "text")
    }

    @Test("Equal texts are equal expressions")
    func equality() throws {
        #expect(try Set([Expression("1 + 1"), Expression("1 + 1"), Expression("1+1")]).count == 2)
    }
}
