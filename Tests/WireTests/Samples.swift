import Model

/// Two seconds and a bit into a certain minute.
let moment = Instant(milliseconds: 1_787_392_802_345)

let runID = RunID("0a6c2f4e-7d3b-4a51-9c0e-1f2d3b4c5a69")

func sampleRun() -> Run {
    var run = Run(
        id: runID,
        experimentID: ExperimentID("e-1"),
        displayName: "r1",
        pipelineName: "hello",
        parameters: ["n": 0, "text": ""],
        createdAt: moment
    )
    run.enter(.running, at: moment + .seconds(1))
    return run
}

func sampleTask(_ path: String, _ state: TaskState = .running, kind: TaskKind = .container) -> TaskRecord {
    var task = TaskRecord(
        runID: runID,
        path: TaskPath(path),
        parent: .root,
        name: path,
        displayName: path,
        kind: kind,
        createdAt: moment
    )
    task.state = state
    task.stateHistory.append(StateChange(at: moment, state: state))
    return task
}

/// A stream of numbers that a seed decides. Source: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Text from an alphabet in which trouble is common.
    mutating func text(_ alphabet: [String], lengthMax: Int) -> String {
        (0..<Int.random(in: 0...lengthMax, using: &self)).map { _ in
            alphabet.randomElement(using: &self) ?? ""
        }.joined()
    }

    /// Any JSON value, with member names taken from `names`.
    mutating func json(names: [String], depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth > 3 ? 4 : 7), using: &self) {
        case 0: return .null
        case 1: return .bool(.random(using: &self))
        case 2:
            return .number([0, 1, -1, 2.5, 1e300, 9_007_199_254_740_994].randomElement(using: &self) ?? 0)
        case 3, 4:
            return .string(
                text(["", "FAILED", "EQUALS", "1", "x", "é", "2026-08-22T10:00:00Z"], lengthMax: 2)
            )
        case 5:
            return .array(
                (0..<Int.random(in: 0...3, using: &self)).map { _ in json(names: names, depth: depth + 1) }
            )
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...6, using: &self) {
                members[names.randomElement(using: &self) ?? ""] = json(names: names, depth: depth + 1)
            }
            return .object(members)
        }
    }
}
