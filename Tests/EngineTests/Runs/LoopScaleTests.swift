import Engine
import Model
import TestKit
import Testing

@Suite("Loops of many iterations")
struct LoopScaleTests {
    @Test("A loop of many iterations runs to its end", arguments: [1_000, 10_000, 100_000])
    func scale(count: Int) throws {
        let items = "[" + (0..<count).map { "\($0)" }.joined(separator: ",") + "]"
        let rest: [String: JSONValue] = [
            "parameterIterator": ["itemInput": "n", "items": ["raw": .string(items)]],
            "iteratorPolicy": ["parallelismLimit": 50],
        ]
        var run = try TestRun(tasks: ["l": TestRun.work(rest: rest)])
        for number in 0..<count { run.succeed("l.\(number)") }
        #expect(run.machine.run.state == .succeeded)
        #expect(try run.task("l").outputs.parameters["y"]?.array?.count == count)
    }
}
