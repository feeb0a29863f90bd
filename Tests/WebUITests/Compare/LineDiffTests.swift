import TestKit
import Testing
import WebUI

@Suite("Differences of lines")
struct LineDiffTests {
    private func lines(_ text: String) -> [Substring] { text.split(separator: " ") }

    private func words(_ steps: [LineDiff.Step]) -> String {
        steps.map { step in
            switch step {
            case .same(let line): String(line)
            case .removed(let line): "-\(line)"
            case .added(let line): "+\(line)"
            }
        }.joined(separator: " ")
    }

    @Test(
        "What was removed and added stands where it was",
        arguments: [
            ("a b c", "a b c", "a b c"), ("a b c", "a x c", "a -b +x c"), ("a b", "a b c", "a b +c"),
            ("a b", "b", "-a b"),
            ("", "a", "+a"), ("a", "", "-a"), ("", "", ""), ("a a b", "a b b", "a -a +b b"),
            ("a b c d", "a c b d", "a -b c +b d"),
        ]
    )
    func steps(old: String, new: String, steps: String) {
        #expect(words(LineDiff(lines(old), lines(new)).steps) == steps)
    }

    @Test("From the steps both texts can be told, whatever they are", arguments: 0..<40)
    func both(seed: UInt64) {
        var state = seed &* 6_364_136_223_846_793_005 &+ 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let old = (0..<next(60)).map { _ in Substring("line \(next(25))") }
        let new = (0..<next(60)).map { _ in Substring("line \(next(25))") }
        let steps = LineDiff(old, new).steps
        let olds = steps.compactMap { step in
            switch step {
            case .same(let line), .removed(let line): line
            case .added: nil
            }
        }
        let news = steps.compactMap { step in
            switch step {
            case .same(let line), .added(let line): line
            case .removed: nil
            }
        }
        #expect(olds == old && news == new)
    }

    @Test("Long texts without anything in common, and long ones of one repeated line, take no time")
    func long() {
        let took = processorTime {
            _ = LineDiff((0..<20_000).map { Substring("a\($0)") }, (0..<20_000).map { Substring("b\($0)") })
            _ = LineDiff(
                [Substring](repeating: "a", count: 20_000),
                [Substring](repeating: "b", count: 20_000)
            )
            _ = LineDiff(
                (0..<9_000).map { Substring("a\($0)") },
                (0..<9_000).reversed().map { Substring("a\($0)") }
            )
        }
        #expect(took < .seconds(20))
    }
}
