import Engine
import Model
import TestKit
import Testing

@Suite("Loops of many iterations")
struct LoopScaleTests {
    /// Prints the time of one task, which must not grow with their number; on a machine under load
    /// it says too little to assert on it.
    @Test("A loop of many iterations runs to its end", arguments: [1_000, 10_000, 100_000])
    func scale(count: Int) throws {
        let items = "[" + (0..<count).map { "\($0)" }.joined(separator: ",") + "]"
        let rest: [String: JSONValue] = [
            "parameterIterator": ["itemInput": "n", "items": ["raw": .string(items)]],
            "iteratorPolicy": ["parallelismLimit": 50],
        ]
        var run: TestRun?
        let clock = ContinuousClock()
        let start = try clock.measure { run = try TestRun(tasks: ["l": TestRun.work(rest: rest)]) }
        guard var run else { return }
        let steps = clock.measure {
            for number in 0..<count { run.succeed("l.\(number)") }
        }
        #expect(run.machine.run.state == .succeeded)
        #expect(try run.task("l").outputs.parameters["y"]?.array?.count == count)
        print("\(count) iterations: started in \(start), \(steps / count) each")
    }
}
