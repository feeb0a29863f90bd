import Model
import PipelineIR
import Testing

@Suite("Explanations of expressions")
struct ExpressionExplanationTests {
    private static let text =
        "!(inputs.parameter_values['pipelinechannel--flip-coin-Output'] == 'heads') && "
        + "int(inputs.parameter_values['n']) > 5"

    @Test("The references are the constant paths, each once, in the order of the text")
    func references() throws {
        let expression = try Expression("a.b['c'][0].d == x && a.b['c'][0].d != a.b[x] && has(q.w)")
        #expect(expression.references.map(\.description) == ["a.b['c'][0].d", "x", "a.b", "q.w"])
    }

    @Test("The variable of a macro is no reference, and a method is no field")
    func locals() throws {
        let expression = try Expression("items.exists(item, item.name == wanted.name) && s.startsWith(p)")
        #expect(expression.references.map(\.description) == ["items", "wanted.name", "s", "p"])
    }

    @Test("A parameter's name is known with and without the compiler's prefix")
    func names() throws {
        let references = try Expression(
            "[inputs.parameter_values['pipelinechannel--x'].y[0], inputs.parameter_values.z, "
                + "inputs.artifacts['a']]"
        ).references
        #expect(references.map(\.parameterName) == ["pipelinechannel--x", "z", nil])
        #expect(references.map(\.shortName) == ["x.y[0]", "z", "inputs.artifacts['a']"])
    }

    @Test("The explanation shortens the names and tells the values")
    func explanation() throws {
        let variables: [String: JSONValue] = [
            "inputs": ["parameter_values": ["pipelinechannel--flip-coin-Output": "tails", "n": 3]]
        ]
        #expect(
            try Expression(Self.text).explanation(variables)
                == "!(flip-coin-Output == 'heads') && int(n) > 5, where flip-coin-Output is 'tails', n is 3"
        )
    }

    @Test("The explanation tells what is missing and cuts long values")
    func unusualValues() throws {
        let long = String(repeating: "x", count: 1000)
        let variables: [String: JSONValue] = [
            "inputs": ["parameter_values": ["pipelinechannel--flip-coin-Output": .string(long)]]
        ]
        let explanation = try Expression(Self.text).explanation(variables)
        #expect(explanation.hasSuffix("xxx…', n is missing"))
        #expect(explanation.count < 250)
    }

    @Test("An expression that reads nothing is its own explanation")
    func constant() throws {
        #expect(try Expression("1 < 2").explanation([:]) == "1 < 2")
    }
}
