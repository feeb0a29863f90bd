import Model
import PipelineIR
import TestKit
import Testing

@Suite("Damaged specs")
struct MutationTests {
    @Test(
        "Whatever is done to a spec, it becomes a graph or a list of problems",
        arguments: GoldenSpec.allCases
    )
    func mutations(golden: GoldenSpec) throws {
        let good = try golden.json()
        var accepted = 0
        var refused = 0
        for seed in 0..<1_500 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var json = good
            for _ in 0...random.below(3) { Self.damage(&json, &random) }
            do throws(InvalidSpec) {
                let graph = try TaskGraph(try PipelineSpec(json: json))
                _ = graph.unsupported
                _ = graph.problems(inParameters: ["number": 1])
                accepted += 1
            } catch {
                #expect(!error.problems.isEmpty, "seed \(seed)")
                #expect(Set(error.problems).count == error.problems.count, "seed \(seed): \(error)")
                refused += 1
            }
        }
        // Damage that is always or never noticed would test nothing.
        #expect(accepted > 100)
        #expect(refused > 100)
    }

    /// Walks down at random and deletes, replaces, retypes, renames or copies what is there.
    private static func damage(_ value: inout JSONValue, _ random: inout SeededGenerator) {
        switch value {
        case .object(var members) where !members.isEmpty && !random.chance(0.1):
            let key = members.keys.sorted()[random.below(members.count)]
            if random.chance(0.8) {
                damage(&members[key, default: .null], &random)
            } else if random.chance(0.5) {
                members[key] = nil
            } else {
                let other = members.keys.sorted()[random.below(members.count)]
                members[random.chance(0.5) ? other : "new"] = members[key]
            }
            value = .object(members)
        case .array(var elements) where !elements.isEmpty && !random.chance(0.2):
            let index = random.below(elements.count)
            if random.chance(0.5) { damage(&elements[index], &random) } else { elements.remove(at: index) }
            value = .array(elements)
        default:
            let others: [JSONValue] = [
                .null, true, -1, 0.5, 1e300, "", "{{$", "NaN", "Infinity", "-1s", "a", [], [[]], [:],
                ["a": [:]],
                .string(String(repeating: "long", count: 100)),
            ]
            value = others[random.below(others.count)]
        }
    }
}
