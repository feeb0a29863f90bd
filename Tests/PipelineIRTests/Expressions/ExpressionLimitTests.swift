import Model
import PipelineIR
import TestKit
import Testing

@Suite("Limits of expressions")
struct ExpressionLimitTests {
    @Test(
        "Depth of every kind is refused, not followed",
        arguments: [
            String(repeating: "(", count: 20_000), String(repeating: "!", count: 20_000) + "true",
            String(repeating: "-", count: 20_000) + "1", String(repeating: "[", count: 20_000),
            String(repeating: "{1:", count: 5_000), String(repeating: "1+", count: 5_000) + "1",
            "a" + String(repeating: ".b.c()", count: 5_000), "a" + String(repeating: "[b]", count: 5_000),
            String(repeating: "a?b:", count: 5_000) + "c", String(repeating: "size(", count: 5_000),
            String(repeating: "has(", count: 5_000), "[1]" + String(repeating: ".map(x,x)", count: 5_000),
        ]
    )
    func depth(text: String) {
        #expect(throws: ExpressionError.self) { try Expression(text) }
    }

    @Test("Depth within the limit is read and evaluated")
    func allowedDepth() throws {
        let open = String(repeating: "[", count: 35)
        let close = String(repeating: "]", count: 35)
        #expect(try Expression("\(open)1\(close) == \(open)1\(close)").isMet([:]))
        #expect(
            try Expression(String(repeating: "(", count: 35) + "1" + String(repeating: ")", count: 35))
                .evaluate([:]) == 1
        )
    }

    @Test("A text that is too long is refused")
    func length() {
        let text = "'" + String(repeating: "x", count: Limits.expressionCharactersMax) + "'"
        let error = #expect(throws: ExpressionError.self) { try Expression(text) }
        #expect(error?.problem.contains("expected at most") == true)
    }

    @Test(
        "Work that doubles with each step is stopped",
        arguments: [
            "['x']" + String(repeating: ".map(x, x + x)", count: 60),
            "[[1]]" + String(repeating: ".map(x, x + x)", count: 60),
            "[[1]]" + String(repeating: ".map(x, [x, x])", count: 60),
            "[[1]]" + String(repeating: ".map(x, [x, x])", count: 60) + " == [[1]]"
                + String(repeating: ".map(x, [x, x])", count: 60),
            "many.map(a, many.map(b, many.all(c, true)))",
        ]
    )
    func explosion(text: String) throws {
        let many = JSONValue.array(Array(repeating: 1, count: 1000))
        let error = #expect(throws: ExpressionError.self) { try Expression(text).evaluate(["many": many]) }
        #expect(error?.problem.contains("steps and was stopped") == true, "\(error?.problem ?? "")")
    }

    @Test("A search in a long text for a long part takes time in proportion")
    func search() throws {
        let text = JSONValue.string(String(repeating: "a", count: 200_000))
        let part = JSONValue.string(String(repeating: "a", count: 100_000) + "b")
        #expect(try !Expression("text.contains(part)").isMet(["text": text, "part": part]))
    }

    @Test("Random expressions have a value or an error, the same each time", arguments: 0..<20)
    func random(seed: Int) throws {
        var writer = ExpressionWriter(seed: UInt64(seed))
        for _ in 0..<100 {
            let text = writer.expression(depth: 5)
            let expression = try Expression(text)
            let results = (0..<2).map { _ in
                Result { () throws(ExpressionError) in try expression.evaluate(ExpressionTests.variables) }
            }
            #expect(results[0] == results[1], "seed \(seed): \(text)")
            let parameter = "inputs.parameter_values['pipelinechannel--p']"
            #expect(expression.summary == text.replacing(parameter, with: "p"))
        }
    }

    @Test("Damaged expressions are refused or evaluated, and columns lie within the text", arguments: 0..<20)
    func damaged(seed: Int) {
        var writer = ExpressionWriter(seed: UInt64(1000 + seed))
        for _ in 0..<200 {
            let text = writer.damaged(writer.expression(depth: 4))
            do throws(ExpressionError) {
                _ = try Expression(text).evaluate(ExpressionTests.variables)
            } catch {
                #expect((1...text.unicodeScalars.count + 1).contains(error.column), "seed \(seed): \(text)")
                #expect(!error.problem.isEmpty)
            }
        }
    }
}
