import Engine
import Model
import Testing

@Suite("Which runs are kept")
struct RetentionPlanTests {
    private static let now = Instant(milliseconds: 1_700_000_000_000)

    private func cut(_ general: RetentionRule, _ own: RetentionRule) -> RetentionCut? {
        RetentionPlan.plan(general: general, experiments: [ExperimentID("e"): own], now: Self.now).first
    }

    @Test("Nothing is taken away where nobody has said so")
    func nothing() {
        #expect(cut(RetentionRule(), RetentionRule()) == nil)
        #expect(cut(RetentionRule(age: .unlimited, count: .unlimited), RetentionRule()) == nil)
    }

    @Test("What an experiment says goes before what the server says, each bound for itself")
    func ownFirst() {
        let general = RetentionRule(age: .atMost(.seconds(60)), count: .atMost(9))
        let day = Self.now + .seconds(-86_400)
        let id = ExperimentID("e")
        #expect(
            cut(general, RetentionRule())
                == RetentionCut(experimentID: id, endedBy: Self.now + .seconds(-60), keeping: 9)
        )
        #expect(
            cut(general, RetentionRule(age: .atMost(.seconds(86_400))))
                == RetentionCut(experimentID: id, endedBy: day, keeping: 9)
        )
        #expect(
            cut(general, RetentionRule(age: .unlimited, count: .atMost(2)))
                == RetentionCut(experimentID: id, endedBy: nil, keeping: 2)
        )
        #expect(cut(general, RetentionRule(age: .unlimited, count: .unlimited)) == nil)
    }

    @Test("Experiments come in the order of their ids, so that a plan is the same every time")
    func order() {
        let ids = ["c", "a", "b"].map { ExperimentID($0) }
        let plan = RetentionPlan.plan(
            general: RetentionRule(count: .atMost(1)),
            experiments: Dictionary(uniqueKeysWithValues: ids.map { ($0, RetentionRule()) }),
            now: Self.now
        )
        #expect(plan.map(\.experimentID.text) == ["a", "b", "c"])
    }
}
